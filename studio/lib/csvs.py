"""CSV for spreadsheets: no cell is taken for a formula. Knows cells, never what they mean."""

import csv
import io
from collections.abc import Iterable, Sequence

# OWASP, "CSV injection": a spreadsheet runs what begins with one of these.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: object) -> str:
    """The value as text; with an apostrophe before it where it would be taken for a formula."""
    text = str(value)
    is_number = isinstance(value, int | float)
    return f"'{text}" if text.startswith(_FORMULA) and not is_number else text


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table with its heads (RFC 4180)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()
