"""Variants as a table for a terminal. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from studio.client import tables

COLUMNS = ("id", "status", "seed", "size", "QA", "likeness", "seconds", "server")


def table(variants: Sequence[Mapping[str, Any]]) -> str:
    """One line per variant, as the API lists them, under a line of headings."""
    return tables.table([COLUMNS, *(_cells(variant) for variant in variants)])


def _cells(variant: Mapping[str, Any]) -> tuple[str, ...]:
    likeness, execution_ms = variant["likeness"], variant["execution_ms"]
    size = f"{variant['width']} x {variant['height']}" if variant["width"] else "-"
    return (
        str(variant["id"]),
        str(variant["status"]),
        str(variant["seed"]),
        size,
        str(variant["qa_verdict"] or "-"),
        "not measured" if likeness is None else f"{likeness:.3f}",
        "-" if execution_ms is None else f"{execution_ms / 1000:.1f}",
        str(variant["server"] or "-"),
    )
