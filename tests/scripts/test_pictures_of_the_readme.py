"""README shows pictures that git keeps, and how to begin before them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_every_picture_that_it_shows_is_kept_and_no_other():
    shown = set(re.findall(r"\((docs/screenshots/[^)]+\.webp)\)", README))
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    kept = {line.removeprefix("!/") for line in ignored if line.startswith("!/docs/screenshots/")}
    assert shown == kept
    assert [name for name in shown if not (ROOT / name).is_file()] == []


def test_the_two_commands_come_before_the_first_picture():
    begin = README[: README.index("![")]
    assert "script/demo" in begin
    assert "script/test" in begin
