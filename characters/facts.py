"""Facts that a page says of an image, each with what a person may want to take away by a button."""

from dataclasses import dataclass
from typing import Any

from characters.models import SourceImage

SHORT = 16  # so many characters of a hash tell images apart for a reader


@dataclass(frozen=True)
class Fact:
    """A label and its value; `copied` is what the button beside it copies, empty without one."""

    label: str
    value: Any
    copied: str = ""
    url: str = ""
    is_long: bool = False


def hash_fact(label: str, sha256: str) -> Fact:
    """A hash: its beginning is shown, all of it is copied."""
    return Fact(label, f"{sha256[:SHORT]}…" if sha256 else "", sha256)


def told(facts: list[Fact]) -> list[Fact]:
    """Those that have something to say."""
    return [fact for fact in facts if fact.value not in (None, "")]


def source_facts(source: SourceImage) -> list[Fact]:
    """Where a source image comes from."""
    return told(
        [
            Fact("Origin", source.get_origin_display()),
            Fact("Version", f"v{source.version}"),
            Fact("Size", f"{source.width} × {source.height} px"),
            Fact("Format", source.get_format_display()),
            Fact("Name", source.original_name, source.original_name),
            Fact("Prompt", source.prompt, source.prompt, is_long=True),
            Fact("Made by", source.provider),
            hash_fact("File", source.sha256),
        ]
    )
