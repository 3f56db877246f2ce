"""Who gets which answer where: one row for each address and method of the product."""

from typing import Any

from django.urls import URLPattern, get_resolver, resolve

from tests.people.rows import (
    Row,
    arriving,
    characters,
    edits,
    identity,
    jobs,
    life,
    own,
    projects,
    variants,
    webhooks,
    words,
)

GROUPS = {
    "public": own.PUBLIC,
    "own": own.OWN,
    "words": words.WORDS,
    "webhooks": webhooks.WEBHOOKS,
    "projects": projects.PROJECTS,
    "characters": characters.CHARACTERS,
    "variants": variants.VARIANTS,
    "life": life.LIFE,
    "edits": edits.EDITS,
    "imports": arriving.IMPORTS,
    "uploads": arriving.UPLOADS,
    "jobs": jobs.JOBS,
    "identity": identity.IDENTITY,
}
ROWS = [row for group in GROUPS.values() for row in group]


# Things of the studio, which are of no project.
STUDIOS = (
    "workflow",
    "server",
    "type",
    "scene",
    "environment",
    "ratio",
    "mode",
    "reason",
    "webhook",
    "delivery",
)


def of_the_studio(row: Row) -> bool:
    """Whether the row's address names a thing that belongs to no project."""
    return any(f"{{{name}}}" in row.path for name in STUDIOS)


def routes() -> set[str]:
    """Every route of the product but the admin site's, without its last slash."""
    return {route.rstrip("/") for route in _walk(get_resolver().url_patterns)}


def route_of(path: str) -> str:
    """The route that an address leads to, without its last slash."""
    return resolve(path.partition("?")[0]).route.rstrip("/")


def _walk(patterns: list[Any], base: str = "") -> list[str]:
    found: list[str] = []
    for pattern in patterns:
        route = base + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            found.append(route)
        elif pattern.app_name != "admin":
            found += _walk(pattern.url_patterns, route)
    return found
