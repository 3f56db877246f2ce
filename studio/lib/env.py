"""Reading the environment: values are typed, and a wrong one stops the start with a sentence."""

import secrets
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def boolean(name: str, *, default: bool) -> bool:
    """A boolean setting; an unknown word raises ImproperlyConfigured instead of meaning false."""
    word = env.str(name, "yes" if default else "no").strip().lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {word!r}: say yes or no.")


def integer(name: str, *, default: int) -> int:
    """An integer setting of at least 1."""
    text = env.str(name, str(default))
    if not text.isdigit() or int(text) < 1:
        raise ImproperlyConfigured(f"{name} is {text!r}: give a whole number of at least 1.")
    return int(text)


def number(name: str, *, default: float) -> float:
    """A positive number, in the unit that the name says."""
    text = env.str(name, str(default))
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e9:
        raise ImproperlyConfigured(f"{name} is {text!r}: give a positive number.")
    return value


def text(name: str, default: str = "") -> str:
    """A text setting."""
    return str(env.str(name, default)).strip()


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas or spaces."""
    return text(name, default).replace(",", " ").split()


def generated_secret(name: str, file: Path) -> str:
    """The secret from the environment, else one generated once into `file` (mode 0600)."""
    given = text(name)
    if given:
        return given
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(f".{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        try:
            file.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return file.read_text().strip()


def s3_options(url: str) -> dict[str, object]:
    """Options of django-storages' S3Storage from `s3://bucket/prefix?endpoint_url=…&region_name=…`.

    Keys come from the usual AWS variables. Objects are private, signed for 60 s; a key carries
    its content's hash, so that writing one twice changes nothing.
    """
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.hostname:
        raise ImproperlyConfigured(f"STORAGE_URL is {url!r}: write s3://bucket/prefix.")
    return {
        "bucket_name": parts.hostname,
        "location": parts.path.strip("/"),
        "file_overwrite": True,
        "default_acl": None,
        "querystring_expire": 60,
        **dict(parse_qsl(parts.query)),
    }
