"""Reading the environment: values are typed, and a wrong one stops the start with a sentence."""

import secrets
from collections.abc import Sequence
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


def rates(name: str, default: str) -> dict[str, int]:
    """How often each thing may be done in a minute: `upload=300,search=120`; others by default."""
    usual = dict(pair.split("=") for pair in default.split(","))
    said = dict.fromkeys(usual, "")
    for pair in words(name, default):
        thing, _, number = pair.partition("=")
        if thing not in usual or not number.isdecimal() or int(number) < 1:
            raise ImproperlyConfigured(
                f"{name} has {pair!r}: write THING=NUMBER a minute, of {', '.join(usual)}."
            )
        said[thing] = number
    return {thing: int(said[thing] or usual[thing]) for thing in usual}


def text(name: str, default: str = "") -> str:
    """A text setting."""
    return str(env.str(name, default)).strip()


def choice(name: str, among: Sequence[str]) -> str:
    """One of some words; the first where nothing is set."""
    word = text(name, among[0]).lower()
    if word not in among:
        raise ImproperlyConfigured(f"{name} is {word!r}: say one of {', '.join(among)}.")
    return word


def folder(name: str) -> Path | None:
    """A folder that is there; None when the setting is empty."""
    path = text(name)
    if path and not Path(path).is_dir():
        raise ImproperlyConfigured(f"{name} is {path!r}: there is no such folder.")
    return Path(path).absolute() if path else None


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas or spaces."""
    return text(name, default).replace(",", " ").split()


def names(name: str) -> list[str]:
    """A list separated by commas, of names that may have spaces in them."""
    return [each.strip() for each in text(name).split(",") if each.strip()]


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


S3_CHOICES = {"endpoint_url", "region_name", "addressing_style"}


def s3_options(url: str) -> dict[str, str | int]:
    """Options of WholeObjectStorage from `s3://bucket/prefix?endpoint_url=…&region_name=…`.

    `addressing_style` may be `path` or `virtual`. Keys come from the usual AWS variables. Objects
    are private, signed for 60 s.
    """
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.hostname or parts.netloc != parts.hostname:
        raise ImproperlyConfigured(f"STORAGE_URL is {url!r}: write s3://bucket/prefix.")
    chosen = dict(parse_qsl(parts.query, keep_blank_values=True))
    for name, value in chosen.items():
        if name not in S3_CHOICES or not value:
            known = ", ".join(sorted(S3_CHOICES))
            raise ImproperlyConfigured(f"STORAGE_URL has {name}={value!r}: it takes {known}.")
    if chosen.get("addressing_style", "path") not in {"path", "virtual"}:
        raise ImproperlyConfigured("STORAGE_URL: addressing_style is path or virtual.")
    endpoint = urlsplit(chosen.get("endpoint_url", "https://s3.amazonaws.com"))
    if endpoint.scheme not in {"http", "https"} or not endpoint.hostname:
        raise ImproperlyConfigured("STORAGE_URL: endpoint_url is an address with http or https.")
    return {
        "bucket_name": parts.hostname,
        "location": parts.path.strip("/"),
        "querystring_expire": 60,
        **chosen,
    }


def s3_origins(options: dict[str, str | int]) -> list[str]:
    """The origins of signed addresses: a page's images may come from there."""
    bucket = options["bucket_name"]
    if given := options.get("endpoint_url"):
        endpoint = urlsplit(str(given))
        is_virtual = options.get("addressing_style") == "virtual"
        host = f"{bucket}.{endpoint.netloc}" if is_virtual else endpoint.netloc
        return [f"{endpoint.scheme}://{host}"]
    regions = ["", f".{options['region_name']}"] if "region_name" in options else [""]
    if options.get("addressing_style") == "path":
        return [f"https://s3{region}.amazonaws.com" for region in regions]
    return [f"https://{bucket}.s3{region}.amazonaws.com" for region in regions]
