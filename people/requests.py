"""What the API reads of a request: who has signed in, and a JSON object with plain text in it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework import decorators, serializers
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.request import Request

from people.idempotency import once
from people.models import User
from studio.lib.addresses import Asked, choice

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


class SignedIn(Request):
    """A request whose person has signed in: the default permission lets nobody else through."""

    user: User


def api_view(
    methods: Sequence[str], *, keeps_keys: bool = False
) -> Callable[[Callable[Concatenate[SignedIn, P], R]], Callable[Concatenate[HttpRequest, P], R]]:
    """`rest_framework.decorators.api_view` for views that take a `SignedIn` request.

    A body that is no object is refused before the view is called, even where it is not read. A
    view that answers GET answers HEAD too, and sees no difference. A POST with an Idempotency-Key
    is answered `once`, but by a view that `keeps_keys` with the rows that it makes.
    """
    answered = [*methods, "HEAD"] if "GET" in methods else list(methods)

    def wrap(
        view: Callable[Concatenate[SignedIn, P], R],
    ) -> Callable[Concatenate[HttpRequest, P], R]:
        answering = view if keeps_keys else once(view)

        @wraps(view)
        def checked(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> R:
            if request.method not in ("GET", "HEAD"):
                body(request)
            with _as_get(request):
                return answering(cast("SignedIn", request), *args, **kwargs)

        return decorators.api_view(answered)(checked)

    return wrap


@contextmanager
def _as_get(request: Request) -> Iterator[None]:
    """A HEAD is answered as its GET; the server leaves the body away."""
    django = request._request  # noqa: SLF001  the framework's request has no setter
    asked = django.method
    if asked == "HEAD":
        django.method = "GET"
    try:
        yield
    finally:
        django.method = asked


def body(request: Request) -> dict[str, Any]:
    """The body; ParseError when it is JSON but no object."""
    if not isinstance(request.data, dict):
        raise ParseError("Send a JSON object.")
    return request.data


def text(request: Request, name: str) -> str:
    """A text of the body, "" when it is not there; ValidationError for anything but plain text."""
    return plain(name, body(request).get(name, ""))


def plain(name: str, value: Any) -> str:
    """`value` as text without NUL characters, which PostgreSQL refuses; else ValidationError."""
    field = serializers.CharField(allow_blank=True, trim_whitespace=False)
    try:
        return str(field.run_validation(value))
    except ValidationError as error:
        raise ValidationError({name: error.detail}) from error


class NamedField(serializers.SlugRelatedField[Any]):
    """A row by its `name`, as plain text."""

    def __init__(self, **options: Any) -> None:
        super().__init__("name", **options)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(serializers.CharField().run_validation(data))


ARCHIVED = OpenApiParameter(
    "archived", str, enum=["no", "yes", "all"], description="Those put away: `no` is the default."
)


def archived_or_not(request: Asked) -> dict[str, bool]:
    """The filter that `?archived=` stands for: without it, only what is in use. Raises BadQuery."""
    every: dict[str, dict[str, bool]] = {
        "no": {"archived_at__isnull": True},
        "yes": {"archived_at__isnull": False},
        "all": {},
    }
    asked = choice(request, "archived", every)
    return every["no"] if asked is None else asked
