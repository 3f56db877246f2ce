"""A thousand candidates in one request, beside one bulk INSERT of the same rows."""

from copy import copy

from django.db import transaction
from django.test import Client
from rest_framework_simplejwt.tokens import AccessToken

from jobs.models import Job
from tests import make
from tests.bench.rounds import in_turns, seconds_of
from tests.bench.rows import Row, most
from tests.bench.studio import Studio
from variants.models import GenerationRequest, ImageVariant

GOAL_S = 2.0


def measure(rounds: int, *, quick: bool) -> list[Row]:
    """The rows on large orders."""
    characters, each = (2, 5) if quick else (20, 50)
    count = characters * each
    studio = Studio("Large orders", characters)
    token = AccessToken.for_user(studio.creator)
    browser = Client(HTTP_HOST="127.0.0.1", HTTP_AUTHORIZATION=f"Bearer {token}")
    wish = {
        "character_ids": [character.pk for character in studio.characters],
        "variant_type": "clothed",
        "workflow_id": make.workflow().pk,
        "count": each,
    }

    def ask() -> None:
        answer = browser.post("/api/v1/variants/generate-batch", wish, "application/json")
        assert answer.status_code == 202, answer.content
        assert len(answer.json()["job_ids"]) == count

    ask()
    found = in_turns(
        rounds, {"request": lambda: seconds_of(ask), "insert": lambda: _inserted(count)}
    )
    asked_s, inserted = found.median("request"), f"{found.median('insert') * 1e3:.0f} ms (INSERT)"
    return [
        Row(
            f"{count:,} candidates asked for in one request",
            f"{asked_s * 1e3:.0f} ms",
            inserted,
            goal=f"at most {GOAL_S:g} s",
            met=asked_s <= GOAL_S,
        ),
        most(
            "the same beside a bulk INSERT of its rows",
            f"{asked_s * 1e3:.0f} ms",
            inserted,
            found.ratio("request", "insert"),
            3.0,
        ),
    ]


def _inserted(count: int) -> float:
    """Seconds to write the rows of the last order once more, and nothing else."""
    request = GenerationRequest.objects.latest("pk")
    variants = list(request.variants.select_related("job").order_by("pk"))
    assert len(variants) == count
    jobs = [_new(variant.job) for variant in variants]
    again = [_new(variant) for variant in variants]
    last = _new(request)
    last.idempotency_key = ""

    def insert() -> None:
        with transaction.atomic():
            last.save()
            Job.objects.bulk_create(jobs)
            for variant, job in zip(again, jobs, strict=True):
                variant.request, variant.job = last, job
            ImageVariant.objects.bulk_create(again)

    return seconds_of(insert)


def _new(row):
    """The same row, not yet written."""
    made = copy(row)
    made.pk = None
    made._state = copy(row._state)
    made._state.adding = True
    return made
