"""No literal colour stands in a rule or a template, and every property that is used exists."""

import re
from pathlib import Path

from studio.lib.tokens import load, to_css
from studio.tokens import FILE

ROOT = FILE.parent.parent
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
COLOUR = re.compile(
    r"(?<!&)#[0-9a-fA-F]{3,8}\b(?![\w-])|\b(?:rgba?|hsla?|oklch|oklab|lab|lch|hwb)\("
)
IDS = re.compile(r'(?:hx-target|hx-select|hx-include|href|action)="[^"]*"|\|append|"#[\w-]+')


def literals(file: Path) -> list[str]:
    return COLOUR.findall(IDS.sub("", file.read_text()))


def test_no_rule_has_a_literal_colour() -> None:
    assert {file.name: found for file in SHEETS if (found := literals(file))} == {}


def test_no_template_has_a_literal_colour() -> None:
    assert {file.name: found for file in TEMPLATES if (found := literals(file))} == {}


def test_every_property_that_a_rule_uses_is_a_token() -> None:
    known = set(re.findall(r"(--[a-z]+-[\w-]+):", to_css(load(FILE))))
    for sheet in SHEETS:
        text = sheet.read_text()
        own = set(re.findall(r"(--[\w-]+)\s*:", text))
        used = set(re.findall(r"var\((--[\w-]+)", text))
        assert used - known - own == set(), sheet.name


def test_stylesheets_are_split_by_concern() -> None:
    assert all(len(sheet.read_text().splitlines()) < 300 for sheet in SHEETS)
