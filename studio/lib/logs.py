"""What a log line looks like: readable text, or one JSON object, with the context it came from.

Modules use the standard `logging`; whoever knows an id binds it (`structlog.contextvars`), and
every line of that request or job carries it, whichever library wrote it.
"""

import re
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any

import structlog
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

FORMATS = ("json", "text")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
QUIET = ("daphne", "httpx", "httpcore", "websockets", "axes", "gunicorn.access", "botocore")

# What a line may say beside its sentence; anything else that a library attaches is left out.
FACTS = ("route", "status", "took_ms")

request_of_line: ContextVar[HttpRequest | None] = ContextVar("request_of_line", default=None)

# The last line of defence: no line is meant to hold any of these.
_SECRETS = (
    (re.compile(r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), "[token]"),
    (re.compile(r"(?i)(bearer\s+)[^\s'\"]+"), r"\1[secret]"),
    (re.compile(r"(://[^/\s:@]*:)[^/\s@]+@"), r"\1[secret]@"),
    (
        re.compile(
            r"(?i)((?:password\w*|secret\w*|sessionid|csrf\w*token|api_?key|refresh|access)"
            r"['\"]?\s*[=:]\s*['\"]?)[^\s'\"&,;)}]+"
        ),
        r"\1[secret]",
    ),
    # PostgreSQL tells the values of a row that it refuses.
    (re.compile(r"DETAIL:.*"), "DETAIL: [left out]"),
)


def without_secrets(text: str) -> str:
    """The text with its secrets masked."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def scrubbed(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The line without what looks like a secret or the content of a row."""
    for key, value in line.items():
        if isinstance(value, str):
            line[key] = without_secrets(value)
    return line


def signed(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The line with the id of whoever asks, once that is known; never asks the database."""
    request = request_of_line.get()
    if request is None:
        return line
    known = request.__dict__
    user = known.get("_cached_user") or known.get("user")
    if user is not None and type(user) is not SimpleLazyObject and user.pk is not None:
        line.setdefault("user_id", user.pk)
    return line


def configuration(form: str, level: str) -> dict[str, Any]:
    """The logging configuration of every process: Django's LOGGING, gunicorn's logconfig_dict."""
    last: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    last += [structlog.processors.format_exc_info, scrubbed]
    if form == "json":
        last += [structlog.processors.JSONRenderer(default=str, ensure_ascii=False)]
    else:
        last += [structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)]
    before = [
        structlog.contextvars.merge_contextvars,
        signed,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow=FACTS),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    line = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": last,
        "foreign_pre_chain": before,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            **{name: {"level": "WARNING", "handlers": [], "propagate": True} for name in QUIET},
            "gunicorn.error": {"level": level, "handlers": [], "propagate": True},
            "django.server": {"level": level, "handlers": [], "propagate": True},
        },
    }
