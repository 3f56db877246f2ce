"""docs/settings.md and studio/settings.py name the same variables."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_every_variable_is_in_the_table_and_nothing_else():
    code = (ROOT / "studio" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', code))
    text = (ROOT / "docs" / "settings.md").read_text()
    table = set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE))
    assert read == table
