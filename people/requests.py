"""What the API reads of a request: who has signed in, and a JSON object with plain text in it."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework import decorators, serializers
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.request import Request

from people.models import User

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


class SignedIn(Request):
    """A request whose person has signed in: the default permission lets nobody else through."""

    user: User


def api_view(
    methods: Sequence[str],
) -> Callable[[Callable[Concatenate[SignedIn, P], R]], Callable[Concatenate[HttpRequest, P], R]]:
    """`rest_framework.decorators.api_view` for views that take a `SignedIn` request.

    A body that is no object is refused before the view is called, even where it is not read.
    """

    def wrap(
        view: Callable[Concatenate[SignedIn, P], R],
    ) -> Callable[Concatenate[HttpRequest, P], R]:
        @wraps(view)
        def checked(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> R:
            if request.method != "GET":
                body(request)
            return view(cast("SignedIn", request), *args, **kwargs)

        return decorators.api_view(methods)(checked)

    return wrap


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
