"""URL patterns of the API: every path works with and without its trailing slash."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path


def both(route: str, view: Callable[..., Any], name: str, **fixed: Any) -> list[URLPattern]:
    """The pattern without the slash (it has the name) and the one with it."""
    return [path(route, view, fixed, name=name), path(f"{route}/", view, fixed)]
