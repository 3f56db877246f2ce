"""What the client says of rows is what the API says of them."""

import inspect
import types
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from studio.api_docs import description
from studio.client import rows

KINDS = [kind for _, kind in inspect.getmembers(rows, is_typeddict)]
JSON = {
    str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null",
    list: "array", dict: "object",
}  # fmt: skip


def of_hint(hint: Any) -> set[str]:
    if get_origin(hint) in (Union, types.UnionType):
        return set().union(*map(of_hint, get_args(hint)))
    return {"object" if is_typeddict(hint) else JSON[get_origin(hint) or hint]}


def of_schema(schema: dict[str, Any]) -> set[str]:
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return set().union(*map(of_schema, schema[several]))
    if "$ref" in schema:
        named = description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return of_schema(named)
    found = schema.get("type", "string")  # an enum of words
    return set(found) if isinstance(found, list) else {found}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_row_is_described_as_the_client_has_it(kind):
    schema = description()["components"]["schemas"][kind.__name__]
    for name, hint in get_type_hints(kind).items():
        assert name in schema["properties"], name
        assert of_schema(schema["properties"][name]) == of_hint(hint), name
