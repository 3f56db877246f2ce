"""REST: characters, their source image and baseline."""

from typing import Any, NoReturn

from django.db.models import prefetch_related_objects
from django.http.response import HttpResponseBase
from django.urls import reverse
from rest_framework import serializers
from rest_framework.decorators import parser_classes
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.response import Response

from characters import approving, attesting, describing, receiving, serving
from characters.models import Character, SourceImage
from characters.views import source_limits
from jobs.models import Job
from people.api import project_for
from people.models import Project
from people.parsers import Json
from people.requests import SignedIn, api_view, body, text
from qa.models import QAReport
from qa.policy import Verdict
from studio.lib.addresses import whole
from studio.lib.errors import NotFound
from studio.lib.media import RENDITIONS
from studio.lib.pages import page_of
from studio.lib.pictures import ImageRefused
from studio.lib.routes import both


class VisibleProject(serializers.PrimaryKeyRelatedField[Project]):
    """A project that the person may see; anything else is not found, wherever it is named."""

    def fail(self, key: str, **kwargs: Any) -> NoReturn:
        if key == "does_not_exist":
            raise NotFound("There is no such project, or it is not yours to see.")
        super().fail(key, **kwargs)


class CharacterSerializer(serializers.ModelSerializer[Character]):
    project = VisibleProject(queryset=Project.objects.none(), pk_field=serializers.IntegerField())
    tags = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=30, required=False
    )
    base_image_status = serializers.SerializerMethodField()
    appearance_locked = serializers.BooleanField(source="is_locked", read_only=True)

    class Meta:
        model = Character
        fields = [
            "id",
            "project",
            "name",
            "depicts",
            "age",
            "age_basis",
            "gender",
            "ethnicity",
            "personality",
            "appearance",
            "base_appearance_description",
            "tags",
            "notes",
            "base_image_status",
            "appearance_locked",
            "archived_at",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["id", "archived_at", "created_at", "updated_at"]

    def get_fields(self) -> dict[str, Any]:
        """Only projects that the person may see can be named."""
        fields: dict[str, Any] = super().get_fields()
        user = self.context["request"].user
        if self.instance is None or isinstance(self.instance, Character):
            fields["project"].queryset = Project.objects.visible_to(user)
        if self.instance is not None:
            fields["project"].read_only = True
        return fields

    def get_base_image_status(self, character: Character) -> str:
        return character.baseline.label


def character_for(request: SignedIn, pk: int) -> Character:
    """The character, if the person may see it; NotFound otherwise."""
    rows = Character.objects.visible_to(request.user).select_related("project", "current_source")
    character = rows.filter(pk=pk).first()
    if character is None:
        raise NotFound("There is no such character, or it is not yours to see.")
    return character


def report_json(report: QAReport | None) -> dict[str, Any] | None:
    """A QA report with its checks, which a list has fetched for all its reports at once."""
    if report is None:
        return None
    prefetch_related_objects([report], "results__qa_check")
    return {
        "id": report.pk,
        "verdict": Verdict(report.verdict_id).label if report.verdict_id else None,
        "finished_at": report.finished_at,
        "error_code": report.error_code,
        "error": report.error,
        "checks": [
            {
                "check": result.qa_check.name,
                "value": result.value,
                "threshold": result.threshold,
                "unit": result.qa_check.unit,
                "verdict": Verdict(result.verdict_id).label if result.verdict_id else None,
                "sentence": result.sentence,
            }
            for result in report.results.all()
        ],
    }


def source_json(request: SignedIn, source: SourceImage) -> dict[str, Any]:
    """What the API says of a source image."""
    face = source.embedding
    address = {
        name: request.build_absolute_uri(reverse("api-source-rendition", args=[source.pk, name]))
        for name in RENDITIONS
    }
    return {
        "id": source.pk,
        "character": source.character_id,
        "version": source.version,
        "origin": source.origin,
        "width": source.width,
        "height": source.height,
        "format": source.format,
        "file_size_bytes": source.file_size_bytes,
        "sha256": source.sha256,
        "original_name": source.original_name,
        "created_at": source.created_at,
        "created_by": source.created_by.username if source.created_by else None,
        "display_url": address.pop("display"),
        "thumbnails": address,
        "qa": report_json(source.qa_report),
        "face": {
            "box": face.box,
            "landmarks": face.landmarks,
            "confidence": face.confidence,
            "model": face.model.name,
            "model_version": face.model.version,
        }
        if face
        else None,
        "jobs": {"qa": source.qa_job_id, "embedding": source.embedding_job_id},
    }


@api_view(["GET", "POST"])
def characters(request: SignedIn) -> Response:
    context = {"request": request}
    if request.method == "GET":
        rows = Character.objects.visible_to(request.user).filter(archived_at__isnull=True)
        if (project := whole(request.GET.get("project", ""))) is not None:
            rows = rows.filter(project=project_for(request, project))
        found, following = page_of(request, rows)
        data = CharacterSerializer(found, many=True, context=context).data
        return Response({"results": data, "next": following})
    serializer = CharacterSerializer(data=request.data, context=context)
    serializer.is_valid(raise_exception=True)
    character = describing.create_character(request.user, **serializer.validated_data)
    return Response(CharacterSerializer(character, context=context).data, status=201)


@api_view(["GET", "PATCH", "DELETE"])
def character(request: SignedIn, pk: int) -> Response:
    """One character; DELETE archives it."""
    row = character_for(request, pk)
    context = {"request": request}
    if request.method == "DELETE":
        describing.archive_character(request.user, row)
        return Response(status=204)
    if request.method == "PATCH":
        serializer = CharacterSerializer(row, data=request.data, partial=True, context=context)
        serializer.is_valid(raise_exception=True)
        row = describing.edit_character(request.user, row, **serializer.validated_data)
    return Response(CharacterSerializer(row, context=context).data)


@api_view(["GET", "POST"])
@parser_classes([MultiPartParser, FormParser, Json])
def source_image(request: SignedIn, pk: int) -> Response:
    """GET the current source image; POST the multipart field `file` to replace it."""
    row = character_for(request, pk)
    if request.method == "GET":
        if row.current_source is None:
            raise NotFound("There is no source image yet.")
        return Response(source_json(request, row.current_source))
    file = request.FILES.get("file")
    if file is None:
        raise ImageRefused(
            "Send the image as the multipart field `file`.", code="no_file", field="file"
        )
    received = receiving.receive_source(
        request.user, row, file.read(), file.name or "", source_limits()
    )
    answer = source_json(request, received.source)
    answer["base_image_status"] = received.source.character.baseline.label
    return Response(answer, status=201)


@api_view(["GET"])
def source_history(request: SignedIn, pk: int) -> Response:
    rows = character_for(request, pk).sources.select_related(
        "qa_report", "embedding__model", "created_by"
    )
    found, following = page_of(request, rows.prefetch_related("qa_report__results__qa_check"))
    return Response({"results": [source_json(request, s) for s in found], "next": following})


@api_view(["GET"])
def rendition(request: SignedIn, pk: int, name: str) -> HttpResponseBase:
    """A rendition of a source image, or `original`."""
    source = SourceImage.objects.visible_to(request.user).filter(pk=pk).first()
    if source is None:
        raise NotFound("There is no such image, or it is not yours to see.")
    return serving.rendition(request, source, name)


@api_view(["POST"])
def rerun_qa(request: SignedIn, pk: int) -> Response:
    row = character_for(request, pk)
    if row.current_source is None:
        raise NotFound("There is no source image yet.")
    received = receiving.rerun_checks(request.user, row.current_source)
    jobs: dict[str, Job] = {"qa": received.qa, "embedding": received.embedding}
    return Response({"jobs": {name: job.pk for name, job in jobs.items()}}, status=202)


@api_view(["POST"])
def attestation(request: SignedIn, pk: int) -> Response:
    row = attesting.attest(
        request.user,
        character_for(request, pk),
        text(request, "statement"),
        text(request, "source"),
    )
    return Response({"id": row.pk, "scope": row.scope.name}, status=201)


@api_view(["POST"])
def baseline(request: SignedIn, pk: int, verb: str) -> Response:
    """Approve, reject or unlock the baseline."""
    row = character_for(request, pk)
    reason = text(request, "reason")
    if verb == "approve":
        override = body(request).get("override") in (True, "true", "1")
        row = approving.approve_baseline(request.user, row, override=override, reason=reason)
    elif verb == "reject":
        row = approving.reject_baseline(request.user, row, reason)
    else:
        row = approving.unlock_baseline(request.user, row, reason)
    return Response(CharacterSerializer(row, context={"request": request}).data)


urlpatterns = [
    *both("characters", characters, "api-characters"),
    *both("characters/<int:pk>", character, "api-character"),
    *both("characters/<int:pk>/source-image", source_image, "api-source-image"),
    *both("characters/<int:pk>/seed-image/upload", source_image, "api-seed-image-upload"),
    *both("characters/<int:pk>/source-image/history", source_history, "api-source-history"),
    *both("source-images/<int:pk>/renditions/<slug:name>", rendition, "api-source-rendition"),
    *both("characters/<int:pk>/source-image/rerun-qa", rerun_qa, "api-source-rerun-qa"),
    *both("characters/<int:pk>/attestation", attestation, "api-attestation"),
    *(
        pattern
        for verb in ("approve", "reject", "unlock")
        for pattern in both(
            f"characters/<int:pk>/seed-image/{verb}",
            baseline,
            f"api-baseline-{verb}",
            verb=verb,
        )
    ),
]
