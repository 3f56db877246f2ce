"""Template tags say sizes, durations and shapes as people read them."""

from types import SimpleNamespace

import pytest

from studio.templatetags import ui


@pytest.mark.parametrize(
    ("size", "rendition", "expected"),
    [
        ((2000, 1000), "w512", (512, 256)),
        ((1000, 2000), "w256", (128, 256)),
        ((300, 200), "w512", (300, 200)),
        ((3000, 2000), "display", (3000, 2000)),
    ],
)
def test_a_rendition_fits_and_is_never_enlarged(
    size: tuple[int, int], rendition: str, expected: tuple[int, int]
) -> None:
    assert ui.fitted(*size, rendition) == expected


def test_a_picture_carries_its_size_and_a_choice_of_thumbnails() -> None:
    image = SimpleNamespace(KIND="variant", pk=7, width=1024, height=512, sha256="ab" * 32)
    html = ui.picture(image, "w512", alt='A "quote"', sizes="17rem")
    assert 'width="512" height="256"' in html
    assert 'alt="A &quot;quote&quot;"' in html
    assert "256w" in html
    assert "1024w" in html
    assert 'loading="lazy"' in html


def test_a_bar_is_capped_and_says_its_value() -> None:
    html = ui.bar(140, "Progress")
    assert 'aria-valuenow="100"' in html
    assert '<rect class="bar-fill" width="100"' in html
    assert "style" not in html


def test_a_tone_has_a_shape_besides_its_colour() -> None:
    marks = {ui.mark(tone) for tone in ("pass", "warn", "fail", "run", "none")}
    assert len(marks) == 5


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (900, "900 B"), (1536, "1.5 KB"), (10 * 2**20, "10 MB")]
)
def test_bytes(size: int, text: str) -> None:
    assert ui.in_bytes(size) == text


@pytest.mark.parametrize(
    ("duration_s", "text"), [(None, ""), (8.24, "8.2 s"), (59.7, "1 min 0 s"), (754, "13 min")]
)
def test_seconds(duration_s: float | None, text: str) -> None:
    assert ui.seconds(duration_s) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1"), (0.4213, "0.421"), (90.07, "90.1"), (1412.6, "1,413"), (None, "")],
)
def test_figures_have_no_needless_digits(value: float | None, text: str) -> None:
    assert ui.figure(value) == text
