"""REST: importing a folder of source images into a project."""

from datetime import datetime
from typing import Any, NotRequired, TypedDict

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.decorators import parser_classes
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.response import Response

from characters import importing
from characters.imports import Existing, FolderImport, ImportEntry
from characters.incoming import file_of, source_limits
from characters.planning import MAX_ENTRIES, MAX_PATH, Found, Planned, counted
from people.api import project_for
from people.models import Project
from people.parsers import Json
from people.requests import SignedIn, api_view, body, text
from studio.lib.addresses import LARGEST
from studio.lib.errors import NotFound
from studio.lib.limiting import limited
from studio.lib.openapi import Page, Table, operation
from studio.lib.pages import PAGED, page_of
from studio.lib.routes import both
from studio.lib.zips import unpack

IMPORTS_A_PAGE = 20


class FoundSerializer(serializers.Serializer[Any]):
    path = serializers.CharField(max_length=4 * MAX_PATH, trim_whitespace=False, allow_blank=True)
    size = serializers.IntegerField(min_value=0, max_value=LARGEST)
    sha256 = serializers.RegexField(r"^[0-9a-f]{64}$", required=False, allow_blank=True)


class ImportSerializer(serializers.Serializer[Any]):
    existing = serializers.ChoiceField(Existing.choices, default=Existing.SKIP)
    dry_run = serializers.BooleanField(default=False)


class FoundJson(TypedDict):
    """A file as its folder lists it."""

    path: str
    size: int
    sha256: NotRequired[str]


class ImportAsk(TypedDict):
    """The files of a folder by path, size and hash (or, as multipart `file`, a ZIP of it)."""

    entries: list[FoundJson]
    existing: NotRequired[str]
    dry_run: NotRequired[bool]


class FileOfImportAsk(TypedDict):
    """The file of one entry."""

    path: str
    file: NotRequired[bytes]
    upload: NotRequired[int]


class EntryJson(TypedDict):
    """One file: what is to become of it or did, and what is in the way."""

    path: str
    folder: str
    name: str
    size: int
    sha256: str
    status: str
    code: str
    sentence: str
    character: int | None
    source_image: int | None


class ImportJson(TypedDict):
    """A folder import; a dry run has no id, for nothing of it is kept."""

    id: int | None
    project: int
    existing: str
    created_at: datetime | None
    counts: dict[str, int]
    entries: NotRequired[list[EntryJson]]


def entry_json(entry: ImportEntry) -> EntryJson:
    """What the API says of one file."""
    return {
        "path": entry.path,
        "folder": entry.folder,
        "name": entry.name,
        "size": entry.size_bytes,
        "sha256": entry.sha256,
        "status": entry.status,
        "code": entry.code,
        "sentence": entry.sentence,
        "character": entry.character_id,
        "source_image": entry.source_id,
    }


def import_json(row: FolderImport, *, whole: bool = False) -> ImportJson:
    """What the API says of an import; `whole` adds its files."""
    said: ImportJson = {
        "id": row.pk,
        "project": row.project_id,
        "existing": row.existing,
        "created_at": row.created_at,
        "counts": importing.counts(row),
    }
    if whole:
        said["entries"] = [entry_json(entry) for entry in row.entries.all()]
    return said


def dry_json(project: Project, existing: Existing, entries: list[Planned]) -> ImportJson:
    """What an import would do."""
    return {
        "id": None,
        "project": project.pk,
        "existing": existing,
        "created_at": None,
        "counts": counted(entries),
        "entries": [
            {
                "path": entry.path,
                "folder": entry.folder,
                "name": entry.name,
                "size": entry.found.size_bytes,
                "sha256": entry.found.sha256,
                "status": entry.status,
                "code": entry.code,
                "sentence": entry.sentence,
                "character": entry.character.pk if entry.character else None,
                "source_image": None,
            }
            for entry in entries
        ],
    }


@operation("GET", Page[ImportJson], query=PAGED)
@operation("POST", ImportJson, status=201, takes=ImportAsk)
@api_view(["GET", "POST"])
@parser_classes([Json, MultiPartParser, FormParser])
@limited("upload")
def imports(request: SignedIn, pk: int) -> Response:
    """POST plans an import: `dry_run` only tells, else its files are sent next; a ZIP brings them.

    GET lists the project's imports, newest first.
    """
    project = project_for(request, pk)
    if request.method == "GET":
        found, following = page_of(request, project.imports.all(), IMPORTS_A_PAGE)
        return Response({"results": [import_json(row) for row in found], "next": following})
    serializer = ImportSerializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    existing = Existing(serializer.validated_data["existing"])
    limits = source_limits()
    file = request.FILES.get("file")
    pack = unpack(file, limits.max_bytes) if file else None
    listed = importing.found_in(pack, limits) if pack else _listed(request)
    if serializer.validated_data["dry_run"]:
        planned = importing.preview(request.user, project, listed, existing, limits)
        return Response(dry_json(project, existing, planned))
    row = importing.begin(request.user, project, listed, existing, limits)
    if pack:
        importing.receive_all(request.user, row, pack, limits)
    return Response(import_json(row, whole=True), status=201)


@operation("GET", ImportJson)
@api_view(["GET"])
def folder_import(request: SignedIn, pk: int) -> Response:
    """One import with every file, so that one that was cut off can go on."""
    return Response(import_json(_import_for(request, pk), whole=True))


@operation("POST", EntryJson, status=201, takes=FileOfImportAsk)
@api_view(["POST"])
@parser_classes([MultiPartParser, FormParser, Json])
@limited("upload")
def import_file(request: SignedIn, pk: int) -> Response:
    """Send the file of one entry; sending it again changes nothing."""
    row = _import_for(request, pk)
    path = text(request, "path")
    with file_of(request) as file:
        entry = importing.receive(request.user, row, path, file.data, source_limits())
    return Response(entry_json(entry), status=201)


@operation("GET", Table)
@api_view(["GET"])
def import_report(request: SignedIn, pk: int) -> HttpResponseBase:
    """Every file and what became of it, as CSV."""
    return csv_answer(_import_for(request, pk))


def csv_answer(row: FolderImport) -> HttpResponse:
    """The report as a download; the mark at its beginning tells spreadsheets that it is UTF-8."""
    answer = HttpResponse(f"\ufeff{importing.report(row)}", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="import-{row.pk}.csv"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _listed(request: SignedIn) -> list[Found]:
    rows = body(request).get("entries")
    if isinstance(rows, list) and len(rows) > MAX_ENTRIES:
        return [Found("", 0)] * len(rows)  # told by the plan, without reading all of them
    serializer = FoundSerializer(data=rows, many=True, allow_empty=False)
    serializer.is_valid(raise_exception=True)
    return [
        Found(row["path"], row["size"], row.get("sha256", "")) for row in serializer.validated_data
    ]


def _import_for(request: SignedIn, pk: int) -> FolderImport:
    rows = FolderImport.objects.visible_to(request.user).select_related("project")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such import, or it is not yours to see.")
    return row


urlpatterns = [
    *both("projects/<int:pk>/imports", imports, "api-imports"),
    *both("imports/<int:pk>", folder_import, "api-import"),
    *both("imports/<int:pk>/files", import_file, "api-import-file"),
    *both("imports/<int:pk>/report", import_report, "api-import-report"),
]
