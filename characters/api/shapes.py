"""What the API says of characters, source images and QA reports."""

from datetime import datetime
from typing import Any, NoReturn, NotRequired, TypedDict

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from rest_framework import serializers

from characters.models import Character, SourceImage
from characters.resembling import resembling
from characters.viewing import viewing_of
from people.models import Project
from people.requests import SignedIn
from qa.models import FaceEmbedding, QACheckResult, QAReport
from qa.policy import Verdict
from qa.similarity import band
from studio.lib.errors import NotFound
from studio.lib.media import RENDITIONS


def with_checks(of: str = "") -> Prefetch[str]:
    """The checks of a report, or of the report that `of` leads to, for prefetch_related."""
    return Prefetch(f"{of}results", QACheckResult.objects.select_related("qa_check"))


def with_resemblances() -> Prefetch[str]:
    """What a source's resemblances are read from, for prefetch_related."""
    return Prefetch("resembles", resembling())


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


class CheckJson(TypedDict):
    """One check of a report; without a value it was not measured."""

    check: str
    value: float | None
    threshold: float | None
    unit: str
    verdict: str | None
    sentence: str


class ReportJson(TypedDict):
    """The automatic checks of an image; finished once it has a verdict."""

    id: int
    verdict: str | None
    finished_at: datetime | None
    error_code: str
    error: str
    checks: list[CheckJson]


class FaceJson(TypedDict):
    """The face that counts, in pixels of the upright image."""

    box: list[float]
    landmarks: list[list[float]]
    confidence: float
    model: str
    model_version: str


class FoundFaceJson(TypedDict):
    """A face that was found; `number` names it where one is chosen, `counts` is the one that is
    measured."""

    number: int
    box: list[float]
    landmarks: list[list[float]]
    confidence: float
    counts: bool


class ResemblanceJson(TypedDict):
    """Another character of the project whose source shows nearly the same face."""

    character: int
    name: str
    likeness: float
    likeness_band: str


class CheckJobsJson(TypedDict):
    """The jobs that check a source image."""

    qa: int | None
    embedding: int | None


class SourceJson(TypedDict):
    """One version of a source image; an upload also answers `base_image_status`.

    Of one that the person may not look at, the addresses and the prompt are left empty, and
    `withheld` says why.
    """

    id: int
    character: int
    version: int
    origin: str
    width: int
    height: int
    format: str
    file_size_bytes: int
    sha256: str
    original_name: str
    created_at: datetime
    created_by: str | None
    prompt: str
    content_rating: str
    withheld: str
    display_url: str | None
    thumbnails: dict[str, str]
    qa: ReportJson | None
    face: FaceJson | None
    faces: list[FoundFaceJson]
    resembles: list[ResemblanceJson]
    jobs: CheckJobsJson
    base_image_status: NotRequired[str]


# What `source_json` says of a character's current source: its row brings them in the same query.
SOURCE_SHOWN = (
    "current_source__created_by",
    "current_source__qa_report",
    "current_source__embedding__model",
)


def character_for(request: SignedIn, pk: int, *more: str) -> Character:
    """The character with `more` that its row refers to; NotFound if the person may not see it."""
    rows = Character.objects.visible_to(request.user)
    try:
        return rows.select_related("project", "current_source", *more).get(pk=pk)
    except Character.DoesNotExist as error:
        raise NotFound("There is no such character, or it is not yours to see.") from error


def report_json(report: QAReport | None) -> ReportJson | None:
    """A QA report with its checks, which a list has fetched for all its reports at once."""
    if report is None:
        return None
    prefetch_related_objects([report], with_checks())
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


def faces_json(report: QAReport | None, counting: FaceEmbedding | None) -> list[FoundFaceJson]:
    """The faces of a report, largest first; `counting` is the one whose vector is compared."""
    return [
        {
            "number": number,
            "box": face["box"],
            "landmarks": face["landmarks"],
            "confidence": face["confidence"],
            "counts": counting is not None and face["box"] == counting.box,
        }
        for number, face in enumerate(report.faces if report else ())
    ]


def _resemblances(source: SourceImage) -> list[ResemblanceJson]:
    """Whom it looks like; a list has fetched them for all its sources at once."""
    if source.embedding_id is None:
        return []  # without a face it is found like nobody
    prefetch_related_objects([source], with_resemblances())
    return [
        {
            "character": match.other.character_id,
            "name": match.other.character.name,
            "likeness": match.likeness,
            "likeness_band": band(match.likeness, match.model.thresholds),
        }
        for match in source.resembles.all()
    ]


def source_json(request: SignedIn, source: SourceImage) -> SourceJson:
    """What the API says of a source image."""
    face = source.embedding
    withheld = viewing_of(request).source(source).sentence
    names = () if withheld else RENDITIONS
    address = {
        name: request.build_absolute_uri(reverse("api-source-rendition", args=[source.pk, name]))
        for name in names
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
        "prompt": "" if withheld else source.prompt,
        "content_rating": source.rating.label,
        "withheld": withheld,
        "display_url": address.pop("display", None),
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
        "faces": faces_json(source.qa_report, face),
        "resembles": _resemblances(source),
        "jobs": {"qa": source.qa_job_id, "embedding": source.embedding_job_id},
    }
