"""Rows of the words that variants are described by."""

from typing import Any

from tests.people.rows import Row, row


def _of_words(path: str, name: str, made: dict[str, Any]) -> list[Row]:
    """Everybody reads the words; admins write them."""
    one = f"/api/v1/{path}/{{{name}}}"
    return [
        row("GET", f"/api/v1/{path}", "200 200 200 200 200"),
        row("POST", f"/api/v1/{path}", "403 403 403 403 201", {"name": "another", **made}),
        row("GET", one, "200 200 200 200 200"),
        row("PATCH", one, "403 403 403 403 200", {"description": "in other words"}),
        row("DELETE", one, "403 403 403 403 204"),
    ]


WORDS = [
    *_of_words("variant-types", "type", {"content_rating": "general"}),
    *_of_words("presets/scenes", "scene", {"prompt": "at sea"}),
    *_of_words("presets/environments", "environment", {"prompt": "in rain"}),
    *_of_words("aspect-ratios", "ratio", {"width": 1024, "height": 512}),
    *_of_words("quality-modes", "mode", {"steps": 8, "sampler": "euler"}),
    *_of_words("reject-reasons", "reason", {}),
]
