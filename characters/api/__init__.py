"""REST of characters, a module for each topic; each module lists its own routes."""

from characters.api import baseline, describing, faces, importing, sources, uploading
from characters.api.shapes import (
    SOURCE_SHOWN,
    CharacterSerializer,
    FoundFaceJson,
    ReportJson,
    SourceJson,
    character_for,
    faces_json,
    report_json,
    source_json,
)

__all__ = [
    "SOURCE_SHOWN",
    "CharacterSerializer",
    "FoundFaceJson",
    "ReportJson",
    "SourceJson",
    "character_for",
    "faces_json",
    "report_json",
    "source_json",
    "urlpatterns",
]

urlpatterns = [
    *describing.urlpatterns,
    *sources.urlpatterns,
    *faces.urlpatterns,
    *baseline.urlpatterns,
    *importing.urlpatterns,
    *uploading.urlpatterns,
]
