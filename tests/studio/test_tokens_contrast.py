"""Text and controls keep WCAG AA contrast in both themes."""

import json

import pytest

from studio.tokens import FILE

COLORS = json.loads(FILE.read_text())["color"]
GROUNDS = ("bg", "surface", "raised", "hover", "field")
TEXTS = ("text", "muted", "faint", "accent", "hero", "pass", "warn", "fail", "info")
INKS = (("accent-ink", "accent"), ("hero-ink", "hero"), ("fail-ink", "fail"))


def luminance(color: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", COLORS)
def test_text_reads_on_every_ground(theme: str) -> None:
    colors = COLORS[theme]
    for text in TEXTS:
        for ground in GROUNDS:
            assert contrast(colors[text], colors[ground]) >= 4.5, (text, ground)


@pytest.mark.parametrize("theme", COLORS)
def test_ink_reads_on_its_fill(theme: str) -> None:
    for ink, fill in INKS:
        assert contrast(COLORS[theme][ink], COLORS[theme][fill]) >= 4.5, ink


@pytest.mark.parametrize("theme", COLORS)
def test_the_border_of_a_control_is_seen(theme: str) -> None:
    for ground in ("bg", "surface", "raised", "field"):
        assert contrast(COLORS[theme]["control"], COLORS[theme][ground]) >= 3, ground
