"""What templates need to show: pictures with their size, bars, marks, icons, words, units.

Pure but for the clock and URL names; knows no model by name.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Protocol

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from studio import tokens

register = template.Library()

THUMBNAILS_PX = {"w256": 256, "w512": 512, "w1280": 1280}
TONES = {
    "pass": "pass", "match": "pass", "approved": "pass", "succeeded": "pass", "success": "pass",
    "warn": "warn", "check": "warn", "draft": "warn", "warning": "warn", "editing": "warn",
    "fail": "fail", "differs": "fail", "failed": "fail", "rejected": "fail", "error": "fail",
    "quarantined": "fail",
    "run": "run", "running": "run", "generating": "run", "info": "run",
    "ok": "pass", "ready": "pass", "degraded": "warn", "unavailable": "fail",
    "online": "pass", "busy": "run", "stale": "warn", "offline": "fail",
}  # fmt: skip
WORDS = {
    "match": "Match", "check": "Check", "differs": "Differs",
    "pass": "passed", "warn": "warns", "fail": "failed", "run": "running", "none": "not run",
    "pending": "Waiting", "generating": "Generating", "generated": "Candidate",
    "editing": "In editing", "approved": "Approved", "rejected": "Rejected", "failed": "Failed",
    "cancelled": "Cancelled", "quarantined": "Withheld",
    "queued": "Waiting", "running": "Running", "succeeded": "Done",
    "pending_upload": "No source yet", "draft": "Baseline draft",
}  # fmt: skip

REFUSALS = {
    400: "That could not be done",
    403: "You may not do this",
    404: "Nothing is here",
    405: "Nothing to see here",
    409: "Not possible right now",
    413: "That is too large",
    429: "Too many at once",
    503: "Not available right now",
}


class Picture(Protocol):
    """An image row: a source image or a variant."""

    KIND: str
    pk: int
    width: int
    height: int
    sha256: str


class Timed(Protocol):
    """What has a start and an end."""

    started_at: datetime | None
    finished_at: datetime | None


def fitted(width: int, height: int, rendition: str) -> tuple[int, int]:
    """Width and height, in px, of a rendition: the longest side fits, nothing is enlarged."""
    limit = THUMBNAILS_PX.get(rendition)
    longest = max(width, height)
    if limit is None or longest <= limit:
        return width, height
    scale = limit / longest
    return max(1, round(width * scale)), max(1, round(height * scale))


def picture_url(image: Picture, rendition: str) -> str:
    """The permission-checked address of a rendition; it changes with the content."""
    address = reverse(f"{image.KIND}-media", args=[image.pk, rendition])
    return f"{address}?v={image.sha256[:12]}"


@register.simple_tag
def picture_address(image: Picture, rendition: str) -> str:
    """`picture_url` for a template."""
    return picture_url(image, rendition)


@register.simple_tag
def picture(
    image: Picture,
    rendition: str = "w512",
    *,
    alt: str = "",
    sizes: str = "",
    css: str = "",
    eager: bool = False,
) -> SafeString:
    """An `<img>` with its real width and height; with `sizes`, the browser picks a thumbnail."""
    width, height = fitted(image.width, image.height, rendition)
    attributes = [
        ("src", picture_url(image, rendition)),
        ("width", str(width)),
        ("height", str(height)),
        ("alt", alt),
        ("decoding", "async"),
        ("loading", "eager" if eager else "lazy"),
    ]
    if css:
        attributes.append(("class", css))
    if sizes:
        choices = (
            f"{picture_url(image, name)} {fitted(image.width, image.height, name)[0]}w"
            for name in THUMBNAILS_PX
        )
        attributes += [("srcset", ", ".join(choices)), ("sizes", sizes)]
    return format_html("<img{}>", format_html_join("", ' {}="{}"', attributes))


@register.simple_tag
def bar(value: float | None, label: str, tone: str = "", role: str = "progressbar") -> SafeString:
    """A bar filled to `value` of 0..100; its length is an attribute, since styles are external."""
    filled = min(100, max(0, round(value or 0)))
    return format_html(
        '<svg class="bar-line {}" role="{}" aria-label="{}" aria-valuemin="0" aria-valuemax="100" '
        'aria-valuenow="{}" viewBox="0 0 100 1" preserveAspectRatio="none">'
        '<rect class="bar-fill" width="{}" height="1"/></svg>',
        tone, role, label, filled, filled,
    )  # fmt: skip


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """An inline icon of templates/ui/icons; decoration, so a word stands beside it or hidden."""
    return mark_safe(render_to_string(f"ui/icons/{name}.svg").strip())  # noqa: S308  our own file


@register.simple_tag
def mark(tone: str) -> SafeString:
    """The shape of a tone: circle, diamond, square or ring, so that colour is never alone."""
    return format_html('<span class="mark mark-{}" aria-hidden="true"></span>', tone or "none")


@register.simple_tag
def tokens_url() -> str:
    """The address of the design tokens' stylesheet."""
    return tokens.address()


@register.filter
def tone(word: object) -> str:
    """The tone (`pass`, `warn`, `fail`, `run`, `none`) of a status, verdict or message level."""
    return TONES.get(str(word or "").split(" ")[0].lower(), "none")


@register.filter
def words(name: object) -> str:
    """The word that people read for a status or verdict."""
    text = str(name or "none")
    return WORDS.get(text, text.replace("_", " "))


@register.filter(name="sum")
def in_all(numbers: Iterable[float]) -> float:
    """Numbers added up."""
    return sum(numbers)


@register.filter
def percent(share: float | None) -> int:
    """0..1 as whole percent."""
    return round((share or 0) * 100)


@register.filter(name="bytes")
def in_bytes(size: float | None) -> str:
    """A file size as people say it, in binary units."""
    value = float(size or 0)
    for unit in ("B", "KB", "MB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 10 else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} GB"


@register.filter
def seconds(duration_s: float | None) -> str:
    """A duration in seconds as people say it."""
    if duration_s is None:
        return ""
    if duration_s < 10:
        return f"{duration_s:.1f} s"
    whole = round(duration_s)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 10 else f"{round(whole / 60)} min"


@register.filter
def figure(value: object) -> str:
    """A measured number with three digits that count."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return "" if value is None else str(value)
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


@register.simple_tag
def moment(at: datetime | None) -> SafeString:
    """A `<time>` that says how long ago; the exact time is its title."""
    if at is None:
        return mark_safe("")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S %Z"),
        _ago(at),
    )


def _ago(at: datetime) -> str:
    age_s = (timezone.now() - at).total_seconds()
    if age_s < 45:
        return "just now"
    for unit, length_s, below in (("min", 60, 3600), ("h", 3600, 86400), ("day", 86400, 864000)):
        if age_s < below:
            count = max(1, round(age_s / length_s))
            return (
                f"{count} day{'s' if count > 1 else ''} ago"
                if unit == "day"
                else f"{count} {unit} ago"
            )
    return timezone.localtime(at).strftime("%d %b %Y").lstrip("0")


@register.filter
def box_size(box: list[float] | tuple[float, ...]) -> str:
    """Width and height of a box x0, y0, x1, y1 in px."""
    x0, y0, x1, y1 = box
    return f"{round(x1 - x0)} \u00d7 {round(y1 - y0)} px"


@register.filter
def append(text: str, more: object) -> str:
    """Text and whatever follows it, as one text."""
    return f"{text}{more}"


@register.filter
def refusal_heading(status: int) -> str:
    """The heading of an error page."""
    return REFUSALS.get(status, "That is not possible now")


@register.simple_tag
def box_attributes(box: list[float]) -> SafeString:
    """The attributes of an SVG `<rect>` from a box x0, y0, x1, y1."""
    x0, y0, x1, y1 = (round(edge) for edge in box)
    return format_html('x="{}" y="{}" width="{}" height="{}"', x0, y0, x1 - x0, y1 - y0)


@register.filter
def took_s(job: Timed) -> float | None:
    """Seconds between start and end, or None while either is missing."""
    if job.started_at is None or job.finished_at is None:
        return None
    return (job.finished_at - job.started_at).total_seconds()
