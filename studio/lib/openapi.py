"""How an endpoint says what it takes and what it answers: typed dicts and serializers as OpenAPI.

Knows drf-spectacular and no endpoint. A row's typed dict is what mypy holds its maker to, so that
the description cannot drift from the answer.
"""

import types
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import (
    Any,
    Generic,
    Literal,
    NotRequired,
    Required,
    TypedDict,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
    inline_serializer,
)
from rest_framework import serializers

T = TypeVar("T")
V = TypeVar("V", bound=Callable[..., Any])
Schema = dict[str, Any]


class Error(TypedDict):
    """Every refusal: a stable code, a sentence for a person, and the fields that it is about."""

    code: str
    detail: str
    errors: dict[str, Any]


class Page(TypedDict, Generic[T]):
    """One page of a list; `next` is the query string of the following page, null at the end."""

    results: list[T]
    next: str | None


class Picture:
    """As an answer: the bytes of an image."""


class Table:
    """As an answer: rows as CSV."""


class Archive:
    """As an answer: a ZIP archive."""


class Octets:
    """As a body: plain bytes."""


class Upload(TypedDict):
    """As a body: the multipart field `file`, or the id of an `upload` that came in parts."""

    file: NotRequired[bytes]
    upload: NotRequired[int]


PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    bytes: {"type": "string", "format": "binary"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    type(None): {"type": "null"},
    Any: {},
    object: {},
}
ERRORS = ("4XX", "503")
# What every POST takes of those who have signed in; `people.idempotency` does as it says.
KEY_HEADER = "Idempotency-Key"
MAX_KEY = 120
_KEY = OpenApiParameter(
    KEY_HEADER,
    {"type": "string", "maxLength": MAX_KEY},
    OpenApiParameter.HEADER,
    description="The same request with the same key is done once, and answered as before.",
)
# What an answer of bytes may be; everything else is JSON.
MEDIA: dict[type, tuple[str, ...]] = {
    Picture: ("image/png", "image/jpeg", "image/webp"),
    Archive: ("application/zip",),
    Table: ("text/csv",),
}

# Views and the methods that they declared: a test holds them against the routes.
DECLARED: dict[Callable[..., Any], set[str]] = {}

_components: dict[str, Schema] = {}
_homes: dict[str, Any] = {}


def operation(
    method: str,
    answers: Any,
    *,
    status: int = 200,
    takes: Any = None,
    query: Sequence[OpenApiParameter] = (),
    auth: bool = True,
) -> Callable[[V], V]:
    """Declare what `method` of an endpoint takes and answers; stands above `@api_view`.

    `query` are its parameters beside those of the path, headers too. `answers` and `takes` are a
    typed dict, `Page[…]` of one, a serializer, `Picture`, `Upload`, `Archive`, `Table`, or None
    for no body; a typed dict with bytes in it is taken as multipart. One call for each method; its
    words are the view's docstring.
    """
    media = MEDIA.get(answers, ()) if isinstance(answers, type) else ()
    responses: dict[Any, Any] = {(status, *media) if media else status: _answer(answers)}
    responses |= {code: OpenApiResponse(schema_of(Error), "A refusal.") for code in ERRORS}
    keyed = [_KEY] if method == "POST" and auth else []
    extend = extend_schema(
        methods=[method],
        request=_body(takes),
        responses=responses,
        parameters=[*query, *keyed],
        auth=None if auth else [],
    )

    def declare(view: V) -> V:
        methods = view.cls.http_method_names  # type: ignore[attr-defined]  # of every view of DRF
        if all(hasattr(view.cls, name) for name in methods):  # type: ignore[attr-defined]
            extend(view)
        else:  # a class of its own, which answers fewer methods than it names
            extend_schema_view(**{method.lower(): extend})(view.cls)  # type: ignore[attr-defined]
        DECLARED.setdefault(view, set()).add(method)
        return view

    return declare


def schema_of(hint: Any) -> Schema:
    """The JSON schema of a type; a typed dict becomes a component that is referred to."""
    if hint in PLAIN:
        return dict(PLAIN[hint])
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, types.UnionType):
        return _union(arguments)
    if origin in (Required, NotRequired):
        return schema_of(arguments[0])
    if origin in (list, Sequence) or getattr(origin, "__name__", "") == "Sequence":
        return {"type": "array", "items": schema_of(arguments[0])}
    if origin in (dict, Mapping) or getattr(origin, "__name__", "") == "Mapping":
        return {"type": "object", "additionalProperties": schema_of(arguments[1])}
    if is_typeddict(origin or hint):
        return _component(hint)
    raise TypeError(f"{hint!r} has no JSON schema.")


class Described(AutoSchema):
    """Names an operation by its method and path, so that every name is there once."""

    def get_operation_id(self) -> str:
        words = self.path.removeprefix(self.path_prefix).strip("/").replace("-", "_")
        steps = [f"by_{step[1:-1]}" if step[:1] == "{" else step for step in words.split("/")]
        return "_".join([self.method.lower(), *steps])

    def get_summary(self) -> str:
        """The first sentence of the view's words."""
        return self.get_description().split("\n\n")[0].split(". ")[0].removesuffix(".")


def add_components(result: Schema, **_: Any) -> Schema:
    """Postprocessing hook: the typed dicts that endpoints named."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    for name, schema in _components.items():
        schemas.setdefault(name, schema)
    result["components"]["schemas"] = dict(sorted(schemas.items()))
    return result


def without_twins(endpoints: Sequence[tuple[str, str, str, Any]]) -> list[Any]:
    """Preprocessing hook: each address once, without its trailing slash."""
    return [endpoint for endpoint in endpoints if not endpoint[0].endswith("/")]


def _answer(answers: Any) -> Any:
    if answers is None:
        return OpenApiResponse(None, "Done.")
    if answers is Table:
        return OpenApiResponse({"type": "string"}, "The table.")
    if answers is Archive:
        return OpenApiResponse({"type": "string", "format": "binary"}, "The archive.")
    if answers is Picture:
        return OpenApiResponse({"type": "string", "format": "binary"}, "The image.")
    return _described(answers)


def _body(takes: Any) -> Any:
    if takes is None:
        return None
    if takes is Octets:
        return {"application/octet-stream": schema_of(bytes)}
    if is_typeddict(takes) and bytes in get_type_hints(takes).values():
        return {"multipart/form-data": schema_of(takes)}
    return {"application/json": _described(takes)}


def _described(hint: Any) -> Any:
    """A serializer as it is, everything else by its schema."""
    if isinstance(hint, type) and issubclass(hint, serializers.BaseSerializer):
        return hint
    if get_origin(hint) is Page and isinstance(get_args(hint)[0], type):
        item = get_args(hint)[0]
        if issubclass(item, serializers.BaseSerializer):
            name = f"PageOf{item.__name__.removesuffix('Serializer')}"
            following = serializers.CharField(allow_null=True)
            return inline_serializer(name, {"results": item(many=True), "next": following})
    return schema_of(hint)


def _union(arguments: Sequence[Any]) -> Schema:
    schemas = [schema_of(one) for one in arguments]
    kinds = [one.get("type") for one in schemas if set(one) == {"type"}]
    if len(kinds) == len(schemas):
        return {"type": kinds}
    return {"anyOf": schemas}


def _component(hint: Any) -> Schema:
    origin = get_origin(hint) or hint
    name = origin.__name__.removesuffix("Json")
    bound: dict[Any, Any] = {}
    if arguments := get_args(hint):
        name = f"{name}Of{''.join(one.__name__.removesuffix('Json') for one in arguments)}"
        bound = dict(zip(origin.__parameters__, arguments, strict=True))
    reference = {"$ref": f"#/components/schemas/{name}"}
    if name in _homes:
        if _homes[name] != hint:
            raise TypeError(f"Two typed dicts are called {name}.")
        return reference
    _homes[name] = hint
    hints = get_type_hints(origin, include_extras=True)
    _components[name] = {
        "type": "object",
        "description": (origin.__doc__ or "").split("\n")[0],
        "properties": {key: schema_of(_bound(one, bound)) for key, one in hints.items()},
        "required": [key for key in hints if key in origin.__required_keys__],
    }
    return reference


def _bound(hint: Any, bound: Mapping[Any, Any]) -> Any:
    """The hint with the type variables of a generic typed dict filled in."""
    if hint in bound:
        return bound[hint]
    if parameters := getattr(hint, "__parameters__", ()):
        return hint[tuple(bound[one] for one in parameters)]
    return hint
