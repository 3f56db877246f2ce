"""REST of characters, a module for each topic; each module lists its own routes."""

from characters.api import baseline, describing, importing, sources
from characters.api.shapes import (
    SOURCE_SHOWN,
    CharacterSerializer,
    ReportJson,
    SourceJson,
    character_for,
    report_json,
    source_json,
)

__all__ = [
    "SOURCE_SHOWN",
    "CharacterSerializer",
    "ReportJson",
    "SourceJson",
    "character_for",
    "report_json",
    "source_json",
    "urlpatterns",
]

urlpatterns = [
    *describing.urlpatterns,
    *sources.urlpatterns,
    *baseline.urlpatterns,
    *importing.urlpatterns,
]
