"""A studio changes its look by one file, and a wrong file stops the start with a sentence."""

import json
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from studio.lib.tokens import load, to_css
from studio.tokens import FILE


def own(tmp_path: Path, content: object) -> Path:
    file = tmp_path / "ours.json"
    file.write_text(json.dumps(content))
    return file


def test_one_colour_is_replaced_and_the_rest_stays(tmp_path: Path) -> None:
    file = own(tmp_path, {"color": {"dark": {"accent": "#ff8800"}}})
    css = to_css(load(FILE, file))
    assert "--color-accent:#ff8800;" in css
    assert f"--color-bg:{json.loads(FILE.read_text())['color']['dark']['bg']};" in css


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"color": {"dark": {"acccent": "#fff"}}}, "no design token color.dark.acccent"),
        ({"space": {"1": 4}}, "space.1 is not a plain CSS value"),
        ({"space": {"1": "4px;} body{display:none"}}, "space.1 is not a plain CSS value"),
        ({"color": "#000"}, "color must be an object"),
        ([], "the file must be an object"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(
    tmp_path: Path, content: object, sentence: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=sentence):
        load(FILE, own(tmp_path, content))


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        load(FILE, tmp_path / "none.json")
