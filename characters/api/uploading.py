"""REST: a file in parts that goes on after a lost connection, then named where one is taken in."""

from datetime import datetime
from typing import Any, NotRequired, TypedDict

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.decorators import parser_classes
from rest_framework.exceptions import ParseError
from rest_framework.response import Response

from characters import arriving
from characters.errors import PartTooLarge
from characters.incoming import caps_of
from characters.uploads import Purpose, Upload
from people.api import project_for
from people.parsers import Json, Octets
from people.requests import SignedIn, api_view, body
from studio.lib.addresses import LARGEST, whole
from studio.lib.errors import BadQuery
from studio.lib.limiting import limited
from studio.lib.openapi import Octets as OctetsBody
from studio.lib.openapi import Page, operation
from studio.lib.pages import PAGED, page_of
from studio.lib.routes import both

OFFSET = "Upload-Offset"
AT = OpenApiParameter(
    OFFSET,
    {"type": "integer", "minimum": 0},
    OpenApiParameter.HEADER,
    required=True,
    description="Where the part begins: `offset` of the upload.",
)


class UploadSerializer(serializers.Serializer[Any]):
    purpose = serializers.ChoiceField(Purpose.choices)
    name = serializers.CharField(max_length=1000, allow_blank=True, default="")
    size = serializers.IntegerField(min_value=0, max_value=LARGEST)
    sha256 = serializers.RegexField(r"^[0-9a-f]{64}\Z")


class UploadAsk(TypedDict):
    """A file that is to come in parts: `source` or `variant`, its size in bytes and its hash."""

    purpose: str
    name: NotRequired[str]
    size: int
    sha256: str


class UnfinishedJson(TypedDict):
    """An upload: what is here of it, how large its next part may be, and how long it is kept."""

    id: int
    project: int
    purpose: str
    name: str
    size: int
    sha256: str
    offset: int
    part_bytes: int
    expires_at: datetime


def upload_json(row: Upload) -> UnfinishedJson:
    """What the API says of an upload."""
    return {
        "id": row.pk,
        "project": row.project_id,
        "purpose": row.purpose,
        "name": row.name,
        "size": row.size_bytes,
        "sha256": row.sha256,
        "offset": row.received_bytes,
        "part_bytes": Octets.LONGEST,
        "expires_at": row.expires_at,
    }


@operation("POST", UnfinishedJson, status=201, takes=UploadAsk)
@api_view(["POST"])
@limited("upload")
def begin(request: SignedIn, pk: int) -> Response:
    """Announce a file. The same file announced again goes on where it ended."""
    project = project_for(request, pk)
    asked = UploadSerializer(data=body(request))
    asked.is_valid(raise_exception=True)
    said = asked.validated_data
    purpose = Purpose(said["purpose"])
    row = arriving.begin(
        request.user, project, purpose, said["name"], said["size"], said["sha256"],
        caps_of(purpose),
    )  # fmt: skip
    return Response(upload_json(arriving.find(request.user, row.pk)), status=201)


@operation("GET", Page[UnfinishedJson], query=PAGED)
@api_view(["GET"])
def mine(request: SignedIn) -> Response:
    """My unfinished uploads, newest first."""
    found, following = page_of(request, Upload.objects.of(request.user).unfinished())
    return Response({"results": [upload_json(row) for row in found], "next": following})


@operation("GET", UnfinishedJson)
@operation("PATCH", UnfinishedJson, takes=OctetsBody, query=[AT])
@operation("DELETE", None, status=204)
@api_view(["GET", "PATCH", "DELETE"])
@parser_classes([Octets, Json])
@limited("part")
def upload(request: SignedIn, pk: int) -> Response:
    """One upload of mine; PATCH sends its next part, DELETE discards it.

    When all of it is here, its id goes as `upload` in place of `file` to wherever a file is taken.
    """
    row = arriving.find(request.user, pk)
    if request.method == "DELETE":
        arriving.drop(row)
        return Response(status=204)
    if request.method == "PATCH":
        row = arriving.append(row, _offset(request), _part(request), caps_of(Purpose(row.purpose)))
    return Response(upload_json(row))


def _offset(request: SignedIn) -> int:
    offset = whole(request.headers.get(OFFSET, ""))
    if offset is None:
        raise BadQuery(f"The header {OFFSET} says where the part begins.", field=OFFSET)
    return offset


def _part(request: SignedIn) -> bytes:
    part = body(request).get("octets")
    if not isinstance(part, bytes):
        raise ParseError("Send the part as plain bytes: application/octet-stream.")
    if len(part) > Octets.LONGEST:
        raise PartTooLarge(
            f"A part has at most {Octets.LONGEST:,} bytes.", limit=Octets.LONGEST, actual=len(part)
        )
    return part


urlpatterns = [
    *both("projects/<int:pk>/uploads", begin, "api-uploads"),
    *both("uploads", mine, "api-my-uploads"),
    *both("uploads/<int:pk>", upload, "api-upload"),
]
