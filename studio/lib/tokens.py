"""Design tokens: one JSON file becomes CSS custom properties. Knows no request and no setting."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from django.core.exceptions import ImproperlyConfigured

Group = Mapping[str, str]
Tokens = Mapping[str, Mapping[str, object]]

THEMES = ("dark", "light")
_SAFE = re.compile(r"[\w\s#%.,()'+/*-]+", re.ASCII)


def load(file: Path, override: Path | None = None) -> Tokens:
    """The tokens of `file`, with a studio's own values of `override` merged over them.

    Raises ImproperlyConfigured when a file cannot be read, or names a token that does not exist,
    or gives a value that could leave its declaration.
    """
    tokens = _read(file)
    if override is None:
        return tokens
    return cast("Tokens", _merged(tokens, _read(override), override.name))


def to_css(tokens: Tokens) -> str:
    """Custom properties `--group-name`; dark is the default, light by theme or by preference."""
    shared = {group: names for group, names in tokens.items() if group != "color"}
    common = "".join(_declarations(group, cast("Group", names)) for group, names in shared.items())
    dark, light = (
        f"color-scheme:{theme};{_declarations('color', _colors(tokens, theme))}" for theme in THEMES
    )
    return (
        f":root{{{common}{dark}}}\n"
        f'[data-theme="light"]{{{light}}}\n'
        f'@media (prefers-color-scheme:light){{[data-theme="auto"]{{{light}}}}}\n'
    )


def _colors(tokens: Tokens, theme: str) -> Group:
    return cast("Group", tokens["color"][theme])


def _declarations(group: str, names: Group) -> str:
    return "".join(f"--{group}-{name}:{value};" for name, value in names.items())


def _read(file: Path) -> Tokens:
    try:
        return cast("Tokens", json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(
            f"The design tokens {file.name} cannot be read: {error}"
        ) from error


def _merged(
    base: Mapping[str, object], over: object, name: str, at: str = ""
) -> Mapping[str, object]:
    if not isinstance(over, Mapping):
        raise ImproperlyConfigured(f"{name}: {at or 'the file'} must be an object.")
    merged: dict[str, object] = dict(base)
    for key, value in over.items():
        where = f"{at}.{key}".lstrip(".")
        if key not in base:
            raise ImproperlyConfigured(f"{name}: there is no design token {where}.")
        known = base[key]
        if isinstance(known, Mapping):
            merged[key] = _merged(known, value, name, where)
        elif isinstance(value, str) and _SAFE.fullmatch(value):
            merged[key] = value
        else:
            raise ImproperlyConfigured(f"{name}: {where} is not a plain CSS value.")
    return cast("Tokens", merged)
