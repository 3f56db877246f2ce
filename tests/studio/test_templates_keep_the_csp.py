"""Templates hold no inline style, script or handler, and name only files that are there."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import get_template

from studio.tokens import FILE

ROOT = FILE.parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MODULES = sorted((ROOT / "static" / "js").glob("*.js"))


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT / "templates"))


@pytest.mark.parametrize("file", TEMPLATES, ids=name_of)
def test_a_template_compiles_and_has_nothing_inline(file: Path) -> None:
    get_template(name_of(file))
    text = file.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("file", TEMPLATES, ids=name_of)
def test_what_a_template_names_is_there(file: Path) -> None:
    text = file.read_text()
    for icon in re.findall(r'{% icon "([\w-]+)"', text):
        assert (ROOT / "templates" / "ui" / "icons" / f"{icon}.svg").exists(), icon
    for path in re.findall(r"{% static '([^']+)'", text):
        assert finders.find(path), path


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.name)
def test_a_module_imports_only_its_siblings_and_runs_no_text(file: Path) -> None:
    text = file.read_text()
    for path in re.findall(r'(?:from|import) "([^"]+)"', text):
        assert path.startswith("./")
        assert (file.parent / path).exists(), path
    assert not re.search(
        r"\beval\(|new Function|insertAdjacentHTML|document\.write|\.style\.", text
    )
