"""The design tokens become custom properties, dark first, light by theme or preference."""

import json

from studio.lib.tokens import load, to_css
from studio.tokens import FILE


def test_every_token_is_a_custom_property() -> None:
    tokens = json.loads(FILE.read_text())
    css = to_css(load(FILE))
    for group, names in tokens.items():
        for name in names["dark"] if group == "color" else names:
            assert f"--{group}-{name}:" in css


def test_both_themes_have_the_same_colours() -> None:
    colors = json.loads(FILE.read_text())["color"]
    assert list(colors["dark"]) == list(colors["light"])


def test_dark_is_the_default_and_light_comes_by_theme_or_preference() -> None:
    colors = json.loads(FILE.read_text())["color"]
    root, light, auto = to_css(load(FILE)).strip().split("\n")
    assert root.startswith(":root{")
    assert f"--color-bg:{colors['dark']['bg']};" in root
    assert light.startswith('[data-theme="light"]{color-scheme:light;')
    assert f"--color-bg:{colors['light']['bg']};" in light
    assert auto.startswith('@media (prefers-color-scheme:light){[data-theme="auto"]{')
    assert f"--color-bg:{colors['light']['bg']};" in auto
