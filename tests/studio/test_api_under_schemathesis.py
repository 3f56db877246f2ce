"""What the description allows, and what it does not, is sent to every operation of the API.

Nothing of it breaks the product, and each answer is as described. The examples are the same at
each run, and few: this bounds the time, not what is asked.
"""

import logging

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from rest_framework_simplejwt.tokens import RefreshToken
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from studio.api_docs import description
from tests.people.world import undone

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 2
ENDED = ("/auth/token",)  # signing in is counted, and its failures lock out who comes next


@pytest.fixture(autouse=True)
def one_connection():
    """Requests come and go within the test's transaction, whose connection stays."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def quiet_refusals():
    """Thousands of refused requests are what this is about, not worth a line each."""
    log = logging.getLogger("django.request")
    log.setLevel(logging.CRITICAL)
    yield
    log.setLevel(logging.NOTSET)


def real_ids(path, cast):
    """Ids that the path may name, so that an operation is reached and not only refused."""
    ours = cast.ours.names
    first = path.removeprefix("/api/v1/").split("/")[0]
    known = {
        "projects": ours["project"], "characters": ours["ready"], "requests": ours["request"],
        "jobs": ours["waiting_job"], "variants": ours["candidate"], "source-images": ours["source"],
        "qa-thresholds": ours["threshold"], "comfy-servers": ours["server"],
        "webhooks": ours["webhook"], "exports": ours["export"],
    }  # fmt: skip
    found = {"vid": ours["candidate"], "did": ours["delivery"], "prompt_id": ours["prompt"]}
    return {"id": known.get(first, 1), **found}


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
@pytest.mark.parametrize("role", ["admin", "creator"])
def test_nothing_breaks_and_every_answer_is_as_described(cast, role, mode):
    token = str(RefreshToken.for_user(cast.person(role)).access_token)
    headers = {"Authorization": f"Bearer {token}"}
    schema = schemathesis.openapi.from_dict(description())
    schema.app = get_wsgi_application()
    wrong = {}
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if any(word in operation.path for word in ENDED):
            continue
        named = {parameter.name for parameter in operation.path_parameters}
        ids = {name: pk for name, pk in real_ids(operation.path, cast).items() if name in named}
        if named - set(ids):
            ids = {}

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(mode, path_parameters=ids or None))
        def ask(case):
            nonlocal asked
            asked += 1
            with undone():
                answer = case.call(headers=headers)
            case.validate_response(answer, checks=CHECKS)

        try:
            ask()
        except Exception as error:  # noqa: BLE001  all of them are told at once
            wrong[operation.label] = "\n".join(map(str, getattr(error, "exceptions", [error])))[
                :1500
            ]
    assert wrong == {}, "\n\n".join(f"{name}\n{said}" for name, said in wrong.items())
    assert asked > 100
