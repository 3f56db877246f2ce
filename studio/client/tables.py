"""Rows as text for a terminal. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any


def table(rows: Sequence[Sequence[str]]) -> str:
    """Columns under each other; the first row is the headings."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def told(found: Any, names: Sequence[str]) -> str:
    """Those fields: of a list as a table, of one row as lines; a single field as it is."""
    if isinstance(found, Mapping):
        if len(names) == 1:
            return cell(found[names[0]])
        return table([(f"{name}:", cell(found[name])) for name in names])
    if not found:
        return "Nothing."
    return table([names, *([cell(row[name]) for name in names] for row in found)])


def cell(value: object) -> str:
    """One value: `-` for none, three digits behind the point."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {cell(one)}" for name, one in value.items()) or "-"
    if isinstance(value, list):
        return ", ".join(map(cell, value)) or "-"
    return str(value)
