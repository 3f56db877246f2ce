"""REST: what is said of files before anything of them is sent."""

import base64
import binascii
from typing import Any, NotRequired, TypedDict

from rest_framework import serializers
from rest_framework.response import Response

from characters.incoming import caps_of
from characters.uploads import Purpose
from people.api import project_for
from people.requests import SignedIn, api_view, body
from studio.lib.addresses import LARGEST
from studio.lib.limiting import limited
from studio.lib.openapi import operation
from studio.lib.routes import both
from variants.foreseeing import Foreseen, Offered, look

MOST = 100
MAX_HEAD = 4096


class HeadField(serializers.CharField):
    """The first bytes of a file, as base64."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return base64.b64decode(super().to_internal_value(data), validate=True)
        except (binascii.Error, ValueError) as error:
            raise serializers.ValidationError("This is no base64.") from error


class OfferedSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=1000, allow_blank=True)
    size = serializers.IntegerField(min_value=0, max_value=LARGEST)
    sha256 = serializers.RegexField(r"^[0-9a-f]{64}\Z", required=False, allow_blank=True)
    head = HeadField(max_length=2 * MAX_HEAD, required=False, allow_blank=True)
    width = serializers.IntegerField(min_value=1, max_value=2**31, required=False)
    height = serializers.IntegerField(min_value=1, max_value=2**31, required=False)


class LookSerializer(serializers.Serializer[Any]):
    purpose = serializers.ChoiceField(Purpose.choices)
    files = serializers.ListField(child=OfferedSerializer(), allow_empty=False, max_length=MOST)


class OfferedJson(TypedDict):
    """A file: its size in bytes and, where they are known, hash, first bytes and size in pixels."""

    name: str
    size: int
    sha256: NotRequired[str]
    head: NotRequired[str]
    width: NotRequired[int]
    height: NotRequired[int]


class LookAsk(TypedDict):
    """At most a hundred files that are all to become `source` or `variant`."""

    purpose: str
    files: list[OfferedJson]


class KnownJson(TypedDict):
    """An image that is this very file, in words, and where it is shown."""

    words: str
    url: str


class ForeseenJson(TypedDict):
    """What would be refused of a file, which image it is already, and what of it is here."""

    code: str
    detail: str
    known: KnownJson | None
    upload: int | None
    offset: int


class LookJson(TypedDict):
    """One answer for each file, in the order asked."""

    files: list[ForeseenJson]


def foreseen_json(file: Foreseen) -> ForeseenJson:
    """What the API says of one file."""
    return {
        "code": file.refusal.code if file.refusal else "",
        "detail": file.refusal.sentence if file.refusal else "",
        "known": {"words": file.known.words, "url": file.known.url} if file.known else None,
        "upload": file.upload.pk if file.upload else None,
        "offset": file.upload.received_bytes if file.upload else 0,
    }


@operation("POST", LookJson, takes=LookAsk)
@api_view(["POST"])
@limited("part")
def uploads_look(request: SignedIn, pk: int) -> Response:
    """Ask what would become of files: nothing is sent, nothing is kept."""
    project = project_for(request, pk)
    asked = LookSerializer(data=body(request))
    asked.is_valid(raise_exception=True)
    offered = [
        Offered(
            row["name"],
            row["size"],
            row.get("head", b""),
            row.get("sha256", ""),
            (row["width"], row["height"]) if "width" in row and "height" in row else None,
        )
        for row in asked.validated_data["files"]
    ]
    limits = caps_of(Purpose(asked.validated_data["purpose"])).limits
    found = look(request.user, project, offered, limits)
    return Response({"files": [foreseen_json(file) for file in found]})


urlpatterns = both("projects/<int:pk>/uploads/look", uploads_look, "api-uploads-look")
