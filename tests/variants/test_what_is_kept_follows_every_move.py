"""After every move a list says what it says when nothing is kept, to each of its readers."""

import re
from unittest import mock

import pytest

from characters import approving, attesting, describing
from comfy_bridge.models import ComfyServer
from people import managing
from qa import calibrating
from qa.calibration import Fit
from qa.models import EmbeddingModel, QAReport
from tests import make
from tests.people.asking import send, signed_in
from tests.people.matrix import GROUPS
from tests.people.world import undone
from variants import keeping, reviewing, undoing
from variants.models import ImageVariant

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
CHANGES = [
    row
    for rows in GROUPS.values()
    for row in rows
    if row.method != "GET" and row.cells["admin"] < 400
]


def told(cast, *readers):
    """What each reader is told of a character: the rows of the API, and the gallery's cards."""
    said = {}
    for role in readers:
        client, pk = signed_in(cast.person(role), api=False), cast.ours.ready.pk
        said[role, "rows"] = client.get(f"/api/v1/characters/{pk}/variants").text
        cards = client.get(f"/characters/{pk}/", headers={"HX-Request": "true"}).text
        said[role, "cards"] = TOKEN.sub("", cards)
    return said


def stale(cast, *readers):
    """Where what is kept differs from what is made now."""
    kept = told(cast, *readers)
    with mock.patch.object(keeping, "_is_for_all", return_value=False):
        made = told(cast, *readers)
    return [where for where in made if made[where] != kept[where]]


def test_a_list_follows_every_change_that_a_route_makes(cast):
    wrong = {}
    told(cast, "creator")
    for row in CHANGES:
        with undone():
            send(signed_in(cast.admin, api=row.is_api), row, cast.ours)
            if where := stale(cast, "creator"):
                wrong[str(row)] = where
    assert wrong == {}


def renamed_server(cast):
    ComfyServer.objects.filter(name="gpu-1").update(name="rack-7")


def calibrated(cast):
    report = QAReport.objects.create(project=cast.ours.project, subject="variant")
    model = EmbeddingModel.objects.get(is_active=True)
    face = report.embeddings.create(
        model=model,
        vector=b"\0" * 4 * model.dimensions,
        box=[0, 0, 1, 1],
        landmarks=[],
        confidence=1.0,
    )
    ImageVariant.objects.filter(pk=cast.ours.candidate.pk).update(embedding=face, likeness=0.6)
    told(cast, "creator")
    fit = Fit(0.9, 0.8, same=9, different=9, auc=1.0, brier=0.0, reliability=())
    calibrating.store(model, fit, "pairs")


def reviewers_may_not_approve(cast):
    managing.edit_project(cast.admin, cast.ours.project, reviewers_can_approve=False)


def became_a_creator(cast):
    cast.reviewer.groups.set(cast.creator.groups.all())


def approved_and_taken_back(cast):
    reviewing.approve(cast.creator, cast.ours.candidate)
    told(cast, "creator")
    undoing.undo(cast.creator, cast.ours.candidate)


def source_replaced_twice(cast):
    """A hero that is marked stays marked: its row says nothing of the second time."""
    for _ in range(2):
        told(cast, "creator")
        unlocked = approving.unlock_baseline(cast.creator, cast.ours.ready)
        make.ready(cast.creator, unlocked)


def became_a_real_person_without_attestation(cast):
    describing.edit_character(cast.creator, cast.ours.ready, depicts="real_person")
    attesting.attest(cast.creator, cast.ours.ready, "May be used", "the agency")
    told(cast, "creator", "reviewer")
    attesting.revoke(cast.admin, attesting.current_attestation(cast.ours.ready))


@pytest.mark.parametrize(
    "move",
    [
        renamed_server,
        calibrated,
        reviewers_may_not_approve,
        became_a_creator,
        approved_and_taken_back,
        source_replaced_twice,
        became_a_real_person_without_attestation,
    ],
)
def test_a_list_follows_what_is_changed_beside_its_rows(cast, move):
    told(cast, "creator", "reviewer", "admin")
    move(cast)
    assert stale(cast, "creator", "reviewer", "admin") == []
