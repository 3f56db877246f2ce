"""Serves the design tokens as one stylesheet, cached by its content."""

import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from studio.lib import tokens

FILE = Path(__file__).resolve().parent.parent / "static" / "tokens.json"


@lru_cache(maxsize=2)
def sheet(override: str) -> tuple[str, str]:
    """The stylesheet and its hash; `override` is the studio's own token file, or empty."""
    css = tokens.to_css(tokens.load(FILE, Path(override) if override else None))
    return css, hashlib.sha256(css.encode()).hexdigest()[:12]


def address() -> str:
    """Where the stylesheet is; another content has another address."""
    return f"{reverse('tokens-css')}?v={sheet(_override())[1]}"


@require_safe
def tokens_css(request: HttpRequest) -> HttpResponse:
    """The stylesheet: kept for a year under its own hash, else asked again each time."""
    css, version = sheet(_override())
    response = HttpResponse(css, content_type="text/css; charset=utf-8")
    fresh = request.GET.get("v") == version
    response["Cache-Control"] = "public, max-age=31536000, immutable" if fresh else "no-cache"
    return response


def _override() -> str:
    return str(getattr(settings, "THEME_TOKENS", "") or "")
