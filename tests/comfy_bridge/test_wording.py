"""Error texts are shown without paths, addresses and tracebacks."""

import pytest

from comfy_bridge.wording import MAX_CHARS, cleaned


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("cannot identify image file '/srv/comfy/input/broken.png'\n",
         "cannot identify image file 'broken.png'"),
        ("No such file: /home/jo/models/x.safetensors", "No such file: (path)"),
        (r"open C:\Users\jo\x.png failed", "open (path) failed"),
        (r"cannot read '\\nas\share\x.png'", "cannot read 'x.png'"),
        ("see http://10.0.0.7:8188/x?token=1 now", "see (address) now"),
        ("boom\nTraceback (most recent call last):\n  File \"/a/b.py\", line 1\nKeyError", "boom"),
        ("a\x00b\x1b[31mc", "a b [31mc"),
        ("half 1/2 of it", "half 1/2 of it"),
        (None, ""),
        (["x"], ""),
    ],
)  # fmt: skip
def test_what_a_person_sees(text: object, shown: str) -> None:
    assert cleaned(text) == shown


def test_a_long_text_is_cut() -> None:
    assert len(cleaned("x" * 100_000)) == MAX_CHARS
