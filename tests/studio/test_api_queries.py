"""What a query string or a header says is text that may be anything; none of it is a fault."""

from http import HTTPStatus

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from tests import make

# A digit that is no decimal digit, a NUL, and numbers that no row and no column can have.
ODD = ["²", "٣", "\0", "-1", "x", "1" * 5000, str(10**30), "NaN", ""]

STRICT = ("status", "provenance", "verdict", "likeness", "likeness_min", "since", "date")
NAMES = (
    *STRICT,
    "cursor",
    "project",
    "type",
    "model",
    "queue",
    "kind",
    "mine",
    "archived",
    "until",
)


@pytest.fixture
def asking(admin):
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(admin)
    client.force_login(admin)
    return client


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_filter_of_a_list_is_answered(asking, character, odd):
    lists = [
        reverse("api-projects"),
        reverse("api-characters"),
        reverse("api-jobs"),
        reverse("api-variants", args=[character.pk]),
        reverse("api-scene-seeds", args=[character.pk]),
        reverse("api-source-history", args=[character.pk]),
        character.get_absolute_url(),
        reverse("jobs"),
    ]
    answers = {
        (name, address): asking.get(address, {name: odd}).status_code
        for name in NAMES
        for address in lists
    }
    assert {code for code in answers.values() if code >= HTTPStatus.INTERNAL_SERVER_ERROR} == set()
    # What a list knows is refused when there is no such value; what it does not know is nothing.
    refused = {asked for asked, code in answers.items() if code == HTTPStatus.BAD_REQUEST}
    variants = reverse("api-variants", args=[character.pk])
    assert {(name, variants) for name in STRICT} <= refused
    missing = {asked for asked, code in answers.items() if code == HTTPStatus.NOT_FOUND}
    assert missing <= {("project", reverse("api-characters"))}


@pytest.mark.parametrize("tag", ['"²"', '"x"', f'"{10**30}"', '"' + "9" * 5000 + '"'])
def test_a_revision_that_is_none_counts_as_stale(asking, creator, character, tag):
    make.ready(creator, character)
    variant = make.generated(creator, character, 1)[0]
    address = reverse("api-variant-approve", args=[character.pk, variant.pk])
    answer = asking.post(address, {}, format="json", headers={"If-Match": tag})
    assert answer.status_code == HTTPStatus.PRECONDITION_FAILED


def test_an_idempotency_key_with_a_nul_is_refused(asking, creator, character):
    make.ready(creator, character)
    answer = asking.post(
        reverse("api-generate", args=[character.pk]),
        {"variant_type": "clothed", "workflow_id": make.workflow().pk},
        format="json",
        headers={"Idempotency-Key": "a\0b"},
    )
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "Idempotency-Key" in answer.json()["errors"]
