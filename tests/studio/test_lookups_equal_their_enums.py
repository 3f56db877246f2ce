"""State tables hold exactly the members of their enums, by id, and are restored by migrate."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from characters.models import BaselineStatus, BaselineStatusRow, ContentRating, ContentRatingRow
from comfy_bridge.models import ServerStatus
from jobs.handling import sync_kinds
from jobs.models import JobKind, JobStatus, JobStatusRow
from qa.policy import Verdict
from studio.lib import lookups
from studio.lib.tables import Lookup
from variants.models import VariantStatus, VariantStatusRow

PAIRS = {model._meta.db_table: (model, states) for model, states in lookups._registered}


@pytest.mark.parametrize("table", sorted(PAIRS))
def test_the_rows_are_the_members(db, table):
    model, states = PAIRS[table]
    rows = {row.pk: (row.name, row.description) for row in model._default_manager.all()}
    assert rows == {state.value: (state.label, state.description) for state in states}
    assert all(description for _, description in rows.values())


def test_every_states_enum_has_its_table():
    with_table = {states for _, states in PAIRS.values()}
    assert {BaselineStatus, ContentRating, JobStatus, VariantStatus, ServerStatus, Verdict} <= (
        with_table
    )


def test_the_seeds_variant_states_keep_their_names_and_words(db):
    names = VariantStatusRow.objects.order_by("pk").values_list("name", flat=True)
    assert list(names)[:6] == [
        "pending",
        "generating",
        "generated",
        "editing",
        "approved",
        "rejected",
    ]
    approved = VariantStatusRow.objects.get(name="approved")
    assert approved.description == "Variant approved as hero for its type"


def test_rows_that_were_changed_or_lost_come_back(db):
    VariantStatusRow.objects.filter(pk=VariantStatus.QUARANTINED).delete()
    BaselineStatusRow.objects.filter(pk=1).update(description="changed")
    lookups.sync_all()
    assert VariantStatusRow.objects.get(pk=VariantStatus.QUARANTINED).name == "quarantined"
    assert BaselineStatusRow.objects.get(pk=1).description != "changed"


def test_migrating_again_adds_and_loses_nothing(db):
    models = [model for model in Lookup.__subclasses__() if not model._meta.abstract]
    before = {model: list(model._default_manager.order_by("pk").values_list()) for model in models}
    call_command("migrate", verbosity=0)
    for model in models:
        after = list(model._default_manager.order_by("pk").values("pk", "name", "description"))
        assert [row["pk"] for row in after] == [row[0] for row in before[model]]
        assert len(after) == len(before[model])


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no sequences")
def test_the_next_id_is_beyond_the_states(db):
    made = ContentRatingRow.objects.create(name="a new one")
    assert made.pk == max(state.value for state in ContentRating) + 1


def test_names_of_a_lookup_are_unique(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        JobStatusRow.objects.create(pk=99, name="queued")


def test_the_kinds_of_jobs_are_those_that_have_a_handler(db):
    before = dict(JobKind.objects.values_list("name", "queue"))
    assert {"source.qa", "source.embed", "variant.generate"} <= set(before)
    sync_kinds("default")
    assert dict(JobKind.objects.values_list("name", "queue")) == before
