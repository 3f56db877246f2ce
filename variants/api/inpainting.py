"""REST: asking for an inpainted version of an image, and the masks that are stored for it."""

from datetime import datetime
from typing import Any, TypedDict

from django.core.files.uploadedfile import UploadedFile
from django.http.response import HttpResponseBase
from django.urls import reverse
from rest_framework import serializers
from rest_framework.decorators import parser_classes
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.response import Response

from characters.api import character_for
from characters.viewing import require_shown
from people.idempotency import key_of
from people.parsers import Json
from people.requests import SignedIn, api_view, body
from studio.lib.addresses import LARGEST
from studio.lib.errors import NotFound
from studio.lib.limiting import limited
from studio.lib.media import RENDITIONS
from studio.lib.openapi import Page, Picture, operation
from studio.lib.pages import PAGED, page_of
from studio.lib.routes import both
from variants import inpainting, masking, serving
from variants.errors import BadMask
from variants.images import image_for
from variants.inpainting import Edit
from variants.masking import GivenMask
from variants.masks import ImageMask
from variants.viewing import viewing_of

# Where in a picture the mask stands, by the field in which the picture is sent.
CHANNELS: dict[str, Any] = {"mask": "grey", "masked_image_base64_png": "alpha"}
WHOLE = 0.999


class InpaintSerializer(serializers.Serializer[Any]):
    prompt = serializers.CharField(allow_blank=True, trim_whitespace=False)
    negative_prompt = serializers.CharField(default="", allow_blank=True, trim_whitespace=False)
    mask = serializers.CharField(required=False, allow_blank=True)
    masked_image_base64_png = serializers.CharField(required=False, allow_blank=True)
    mask_id = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=LARGEST
    )
    count = serializers.IntegerField(default=1)
    seed = serializers.IntegerField(required=False, allow_null=True)
    workflow_id = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=LARGEST
    )
    variant_type = serializers.CharField(default="", allow_blank=True, max_length=200)
    denoise = serializers.FloatField(required=False, allow_null=True)
    steps = serializers.IntegerField(required=False, allow_null=True)
    cfg = serializers.FloatField(required=False, allow_null=True)
    checkpoint = serializers.CharField(required=False, allow_blank=True, max_length=300)
    override_qa = serializers.BooleanField(default=False)

    def edit(self, files: dict[str, UploadedFile[Any]]) -> Edit:
        data = self.validated_data
        names = ("denoise", "steps", "cfg", "checkpoint")
        return Edit(
            prompt=data["prompt"],
            mask=self._mask(files),
            negative_prompt=data["negative_prompt"],
            count=data["count"],
            seed=data.get("seed"),
            workflow_id=data.get("workflow_id"),
            variant_type=data["variant_type"],
            values={name: data[name] for name in names if data.get(name) not in (None, "")},
        )

    def _mask(self, files: dict[str, UploadedFile[Any]]) -> GivenMask:
        """The one mask that was sent: a file, base64, or the id of a stored one."""
        data = self.validated_data
        given = [
            GivenMask(file.read(), CHANNELS[name], name)
            for name, file in files.items()
            if name in CHANNELS
        ]
        given += [
            masking.from_base64(data[name], channel, name)
            for name, channel in CHANNELS.items()
            if data.get(name)
        ]
        if data.get("mask_id") is not None:
            given.append(GivenMask(field="mask_id", stored_id=data["mask_id"]))
        if not given:
            raise BadMask(
                "Send a mask: a grey PNG as `mask` (white is what changes), an RGBA PNG as "
                "`masked_image_base64_png` (opaque is what changes), or the `mask_id` of a "
                "stored one.",
                code="no_mask",
                field="mask",
            )
        if len(given) > 1:
            raise BadMask("Send one mask, not several.", field=given[1].field)
        return given[0]


class MaskJson(TypedDict):
    """A stored mask; `coverage` is 0 to 1."""

    id: int
    width: int
    height: int
    coverage: float
    sha256: str
    created_at: datetime
    created_by: str | None
    renditions: dict[str, str]


class InpaintedJson(TypedDict):
    """What was asked for; `job_id` and `prompt_id` are those of the first variant."""

    job_id: int
    prompt_id: str | None
    status: str
    variant_ids: list[int]
    request_id: int
    job_ids: list[int]
    prompt_ids: list[str | None]
    workflow: str
    mask: MaskJson | None
    warnings: list[str]


@operation("POST", InpaintedJson, status=202, takes=InpaintSerializer)
@api_view(["POST"], keeps_keys=True)
@parser_classes([MultiPartParser, FormParser, Json])
@limited("generate")
def inpaint(request: SignedIn, pk: int, image_id: str) -> Response:
    """Change what a mask covers of an image, by a prompt; the results are new variants.

    As JSON, pictures are PNGs in base64; as multipart they may be files. Send one of `mask` (grey,
    white is what changes), `masked_image_base64_png` (RGBA, opaque is what changes) or `mask_id`.
    """
    image = image_for(request.user, image_id, character_for(request, pk))
    files = {name: file for name, file in request.FILES.items() if isinstance(file, UploadedFile)}
    fields = {name: value for name, value in body(request).items() if name not in files}
    serializer = InpaintSerializer(data=fields)
    serializer.is_valid(raise_exception=True)
    ordered = inpainting.inpaint(
        request.user,
        image,
        serializer.edit(files),
        override_qa=serializer.validated_data["override_qa"],
        idempotency_key=key_of(request),
    )
    first, mask = ordered.jobs[0], ordered.variants[0].mask
    whole = mask is not None and mask.coverage >= WHOLE
    said: InpaintedJson = {
        "job_id": first.pk,
        "prompt_id": first.args.get("prompt_id"),
        "status": "queued",
        "variant_ids": [variant.pk for variant in ordered.variants],
        "request_id": ordered.request.pk,
        "job_ids": [job.pk for job in ordered.jobs],
        "prompt_ids": [job.args.get("prompt_id") for job in ordered.jobs],
        "workflow": ordered.request.workflow_version.workflow.name,
        "mask": mask_json(request, mask) if mask else None,
        "warnings": ["The mask covers the whole image."] if whole else [],
    }
    return Response(said, status=202)


@operation("GET", Page[MaskJson], query=PAGED)
@api_view(["GET"])
def masks(request: SignedIn, pk: int, image_id: str) -> Response:
    """The masks that were drawn for an image, the newest first."""
    image = image_for(request.user, image_id, character_for(request, pk))
    require_shown(viewing_of(request).image(image))
    found, following = page_of(request, masking.masks_of(image))
    return Response({"results": [mask_json(request, mask) for mask in found], "next": following})


@operation("GET", Picture)
@api_view(["GET"])
def rendition(request: SignedIn, pk: int, name: str) -> HttpResponseBase:
    """The mask itself (`display`) or a thumbnail."""
    mask = ImageMask.objects.visible_to(request.user).filter(pk=pk).first()
    if mask is None:
        raise NotFound("There is no such mask, or it is not yours to see.")
    return serving.mask_rendition(request, mask, name)


def mask_json(request: SignedIn, mask: ImageMask) -> MaskJson:
    """What the API says of a stored mask; `coverage` is 0 to 1."""
    return {
        "id": mask.pk,
        "width": mask.width,
        "height": mask.height,
        "coverage": round(mask.coverage, 6),
        "sha256": mask.sha256,
        "created_at": mask.created_at,
        "created_by": mask.created_by.username if mask.created_by else None,
        "renditions": {
            name: request.build_absolute_uri(reverse("api-mask-rendition", args=[mask.pk, name]))
            for name in RENDITIONS
        },
    }


_ONE = "characters/<int:pk>/images/<slug:image_id>"

urlpatterns = [
    *both(f"{_ONE}/inpaint", inpaint, "api-inpaint"),
    *both(f"{_ONE}/masks", masks, "api-image-masks"),
    *both("masks/<int:pk>/renditions/<slug:name>", rendition, "api-mask-rendition"),
]
