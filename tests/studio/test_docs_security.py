"""docs/security.md names modules and tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "docs" / "security.md").read_text("utf-8")
FILES = set(re.findall(r"`([\w./-]+\.(?:py|html|js|txt|yaml|template))`", TEXT))
PROOFS = {name.removeprefix("tests/") for name in FILES if Path(name).name.startswith("test_")}
MODULES = {name for name in FILES if not Path(name).name.startswith("test_")}
DEF = re.compile(r"^(?:async )?def test_", re.MULTILINE)


def test_every_module_that_is_named_exists():
    assert [name for name in sorted(MODULES) if not (ROOT / name).is_file()] == []


def test_every_test_that_is_named_exists_and_tests_something():
    wrong = [
        name
        for name in sorted(PROOFS)
        if not (ROOT / "tests" / name).is_file()
        or not DEF.search((ROOT / "tests" / name).read_text("utf-8"))
    ]
    assert wrong == []
    assert len(PROOFS) > 100


def test_every_row_has_as_many_cells_as_its_table():
    """An odd `|` in a cell would hide the rest of it."""
    wrong = [
        row
        for table in re.findall(r"(?:^\|.*\n)+", TEXT, re.MULTILINE)
        for row in table.splitlines()
        if row.count("|") != table.splitlines()[0].count("|")
    ]
    assert wrong == []
