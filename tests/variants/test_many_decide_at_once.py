"""People who decide, undo, delete and export the same few variants at once get a rule each time.

Nobody gets a server error, every conflict says the state and who caused it, and at the end the rows
are as the invariants say.
"""

import random
import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models.functions import Now
from rest_framework.test import APIClient

from jobs.models import Job, JobStatus
from people.models import User
from studio.integrity import faults
from tests import make, make_pictures
from variants import reviewing
from variants.decisions import ReviewDecision, ReviewStep
from variants.models import ImageVariant
from variants.undoing import MAX_STEPS

VERBS = (
    "approve", "approve", "reject", "reconsider", "shortlist", "unshortlist", "keep",
    "undo", "redo", "export", "cancel-edit", "delete", "restore",
)  # fmt: skip
TURNS = 14


def at_once(*steps):
    """Run each step in a thread of its own, which begins when all are there."""
    gate = threading.Barrier(len(steps))
    broken: list[BaseException] = []

    def run(step):
        try:
            gate.wait()
            step()
        except BaseException as error:  # noqa: BLE001  told by the test
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []


def client_of(person):
    client = APIClient()
    client.force_authenticate(User.objects.get(pk=person.pk))
    return client


@pytest.fixture
def four(committed, creator, reviewer, character):
    make.ready(creator, character)
    made = make.generated(creator, character, 4)
    Job.objects.update(status_id=JobStatus.SUCCEEDED, finished_at=Now())
    return made


def url_of(variant):
    return f"/api/v1/characters/{variant.character_id}/variants/{variant.pk}"


def storm(person, variants, seed, answers):
    """Decide at random, half of the time by a revision that was looked at before."""
    client, chance = client_of(person), random.Random(seed)
    for _ in range(TURNS):
        variant, verb = chance.choice(variants), chance.choice(VERBS)
        url = url_of(variant)
        seen = client.get(url).headers.get("ETag")
        headers = {"If-Match": seen} if seen and chance.random() < 0.5 else {}
        if verb == "delete":
            answers.append(client.delete(url, headers=headers))
        else:
            answers.append(client.post(f"{url}/{verb}", headers=headers))


def test_a_storm_of_decisions_keeps_every_rule(four, admin, creator, reviewer):
    answers: list = []
    people = (creator, reviewer, admin, creator, reviewer)
    at_once(*(
        lambda person=person, seed=seed: storm(person, four, seed, answers)
        for seed, person in enumerate(people)
    ))  # fmt: skip
    assert len(answers) == TURNS * len(people)
    statuses = Counter(answer.status_code for answer in answers)
    assert not [status for status in statuses if status >= 500], statuses
    for answer in answers:
        if answer.status_code in (409, 412):
            assert {"code", "detail", "state", "by"} <= set(answer.json()), answer.json()
    assert ImageVariant.objects.filter(is_hero=True).count() <= 1
    assert list(faults(grace=timedelta(hours=1))) == []
    for variant in ImageVariant.objects.all():
        last = variant.decisions.first()
        if last and "status" in last.after and not variant.exports.exists():
            assert last.after["status"] == variant.state.label


def test_of_many_who_approve_at_once_one_wins_each_time_and_is_told_as_the_hero(
    four, creator, reviewer
):
    answers: list = []
    tags = {variant.pk: client_of(creator).get(url_of(variant))["ETag"] for variant in four}
    at_once(*(
        lambda variant=variant: answers.append(
            client_of(creator).post(
                f"{url_of(variant)}/approve", headers={"If-Match": tags[variant.pk]}
            )
        )
        for variant in four
        for _ in range(2)
    ))  # fmt: skip
    assert {answer.status_code for answer in answers} <= {200, 412}
    for answer in answers:
        if answer.status_code == 412:
            assert answer.json()["by"] == "cleo"
    (hero,) = ImageVariant.objects.filter(is_hero=True)
    last = ReviewDecision.objects.filter(verb="approve").first()
    assert hero.pk == last.variant_id
    seeds = client_of(creator).get(f"/api/v1/characters/{hero.character_id}/scene-seeds")
    assert [row["id"] for row in seeds.json()["results"]] == [hero.pk]


def test_however_many_undo_at_once_it_is_fifty_steps_each_of_them_once(four, creator):
    variant = four[0]
    for number in range(MAX_STEPS + 6):
        row = ImageVariant.objects.get(pk=variant.pk)
        reviewing.shortlist(creator, row, on=number % 2 == 0)
    url = f"/api/v1/characters/{variant.character_id}/undo"
    answers: list = []

    def undo():
        client = client_of(creator)
        while not answers or answers[-1].json().get("code") != "undo_limit":
            answers.append(client.post(url))

    at_once(*[undo] * 5)
    codes = Counter(
        answer.json().get("code", "undone") if answer.status_code != 200 else "undone"
        for answer in answers
    )
    assert set(codes) <= {"undone", "changed_meanwhile", "undo_limit"}, codes
    assert codes["undone"] == ReviewStep.objects.filter(undone_at__isnull=False).count()
    assert codes["undone"] == MAX_STEPS
    assert not ImageVariant.objects.get(pk=variant.pk).shortlisted  # as after the sixth


def test_a_source_that_is_replaced_while_heroes_are_chosen_leaves_none_unmarked(
    four, creator, character
):
    base = f"/api/v1/characters/{character.pk}"
    client = client_of(creator)
    reviewing.approve(creator, four[0])
    assert client.post(f"{base}/seed-image/unlock").status_code == 200

    def replace():
        file = SimpleUploadedFile("x.png", make_pictures.good(), "image/png")
        answer = client_of(creator).post(f"{base}/source-image", {"file": file}, format="multipart")
        assert answer.status_code == 201

    def choose():
        mine = client_of(creator)
        for variant in four * 3:
            assert mine.post(f"{url_of(variant)}/approve").status_code == 200

    at_once(replace, choose, choose)
    (hero,) = ImageVariant.objects.filter(is_hero=True)
    assert hero.source_image.version == 1
    assert hero.recheck
    (seed,) = client.get(f"{base}/scene-seeds").json()["results"]
    assert (seed["recheck"], "replaced by v2" in seed["recheck_reason"]) == (True, True)
