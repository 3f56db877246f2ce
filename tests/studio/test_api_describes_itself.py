"""The API's description: it validates, names every route and method, and is served to people."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from studio.lib.openapi import DECLARED
from tests.people.asking import signed_in

PAGES = {"docs"}  # for people: no operation


@pytest.fixture(scope="module")
def described():
    return SchemaGenerator().get_schema(request=None, public=True)


def api_routes(patterns=None, base="") -> Iterator[tuple[str, URLPattern]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = base + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            if route.startswith("api/v1/"):
                yield route.removeprefix("api/v1/"), pattern
        elif not base and route not in ("", "api/v1/"):
            continue
        else:
            yield from api_routes(pattern.url_patterns, route)


def test_every_route_and_method_is_declared():
    missing = {}
    for route, pattern in api_routes():
        if route.rstrip("/") in PAGES:
            continue
        view = pattern.callback
        answers = set(view.cls().allowed_methods) - {"OPTIONS", "HEAD"}
        if undeclared := answers - DECLARED.get(view, set()):
            missing[route] = undeclared
    assert missing == {}


def test_it_is_valid_openapi_3_1(described):
    assert described["openapi"].startswith("3.1")
    validate_schema(described)


def test_it_is_made_without_a_warning():
    GENERATOR_STATS.reset()
    SchemaGenerator().get_schema(request=None, public=True)
    assert list(GENERATOR_STATS._warn_cache) == []
    assert list(GENERATOR_STATS._error_cache) == []


def test_each_path_is_there_once_and_each_operation_has_a_name_and_words(described):
    assert all(not path.endswith("/") for path in described["paths"])
    operations = [one for path in described["paths"].values() for one in path.values()]
    names = [one["operationId"] for one in operations]
    assert len(names) == len(set(names))
    assert [one["operationId"] for one in operations if not one.get("description")] == []


def test_every_refusal_has_the_one_shape(described):
    reference = {"$ref": "#/components/schemas/Error"}
    for path in described["paths"].values():
        for one in path.values():
            said = one["responses"]["4XX"]["content"]["application/json"]["schema"]
            assert said == reference
    assert described["components"]["schemas"]["Error"]["required"] == ["code", "detail", "errors"]


def parameters(operation):
    return {one["name"] for one in operation.get("parameters", ())}


def test_every_list_says_that_it_is_paged(described):
    closed = {"/api/v1/queues"}  # as many as there are kinds of work
    unpaged = set()
    for path, methods in described["paths"].items():
        content = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        name = content.get("application/json", {}).get("schema", {}).get("$ref", "").split("/")[-1]
        shape = described["components"]["schemas"].get(name, {}).get("properties", {})
        if "next" in shape and not {"cursor", "limit"} <= parameters(methods["get"]):
            unpaged.add(path)
    assert unpaged == closed


def test_every_change_takes_a_key_and_what_is_about_a_variant_a_revision(described):
    without = {"/api/v1/auth/token", "/api/v1/auth/token/refresh", "/api/v1/auth/token/revoke"}
    keyless, blind = set(), set()
    for path, methods in described["paths"].items():
        for method in {"post", "delete"} & set(methods):
            if method == "post" and "Idempotency-Key" not in parameters(methods[method]):
                keyless.add(path)
            if "{vid}" in path and "If-Match" not in parameters(methods[method]):
                blind.add((method, path))
    assert (keyless, blind) == (without, set())


def test_every_reference_leads_somewhere(described):
    def references(node):
        if isinstance(node, dict):
            if "$ref" in node:
                yield node["$ref"]
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    known = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    assert set(references(described["paths"])) <= known
    assert set(references(described["components"])) <= known


def test_it_is_served_as_json_and_as_yaml_and_read_on_a_page(db, admin):
    api = signed_in(admin, api=True)
    answer = api.get("/api/v1/schema/")
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.json()["openapi"].startswith("3.1")
    yaml = api.get("/api/v1/schema", headers={"Accept": "application/yaml"})
    assert yaml.content.startswith(b"openapi: 3.1")
    page = signed_in(admin, api=False).get("/api/v1/docs/")
    assert b'data-schema="/api/v1/schema"' in page.content
    assert b"//cdn" not in page.content


def test_a_head_is_answered_wherever_a_get_is(db, admin):
    client = signed_in(admin, api=True)
    for path in ("projects", "characters", "jobs", "variant-types", "schema", "comfy-servers/"):
        answer = client.head(f"/api/v1/{path}")
        assert (answer.status_code, answer.content) == (200, b""), path
    assert client.head("/api/v1/projects/999").status_code == 404
    assert client.head("/api/v1/auth/ws-ticket").status_code == 405
