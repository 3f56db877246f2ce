"""Round robin between people: many jobs of one do not keep the few of others waiting."""

import pytest

from jobs import asking
from jobs.asking import Ask, ask
from jobs.models import Job
from tests import make


@pytest.fixture
def crowd(work):
    """`crowd(name, count)` asks for jobs as that person; claims tell whose came."""
    people = {}

    def asks(name, count):
        if name not in people:
            people[name] = make.member(work.project, name, "Creator")
        wanted = [Ask(work.kind, f"{name} {number}", {}) for number in range(count)]
        return ask(work.project.pk, people[name], wanted)

    return asks


def started(work, count):
    """The names of those whose jobs are claimed next, in order."""
    names = []
    for _ in range(count):
        lease = work.claim()
        names.append(lease.job.asked_by.username)
        lease.succeed()
    return names


@pytest.mark.parametrize("already", range(4))
def test_two_and_three_jobs_behind_thirty_two_are_all_within_the_first_eight(work, crowd, already):
    crowd("large", 32)
    before = started(work, already)
    crowd("two", 2)
    crowd("three", 3)
    first = before + started(work, 8 - already)
    assert first.count("two") == 2
    assert first.count("three") == 3


def test_people_with_much_to_do_alternate(work, crowd):
    crowd("ann", 20)
    crowd("bob", 20)
    served = started(work, 20)
    assert abs(served.count("ann") - served.count("bob")) <= 3
    assert served[10:] in (["ann", "bob"] * 5, ["bob", "ann"] * 5)


def test_one_who_asks_again_and_again_does_not_starve_the_others(work, crowd):
    crowd("large", 30)
    served = []
    for _ in range(20):
        crowd("eager", 1)
        crowd("keen", 1)
        served += started(work, 1)
    assert served.count("large") >= 5


def test_ones_own_jobs_start_in_the_order_they_were_asked_for(work, crowd):
    jobs = crowd("ann", 5) + crowd("ann", 3)
    crowd("bob", 4)
    mine = []
    while lease := work.claim():
        if lease.job.asked_by.username == "ann":
            mine.append(lease.job.pk)
        lease.succeed()
    assert mine == [job.pk for job in jobs]


def test_what_was_cancelled_takes_no_turn(work, crowd):
    for job in crowd("ann", 40):
        asking.cancel(job.asked_by, job)
    crowd("bob", 5)
    crowd("ann", 1)
    assert "ann" in started(work, 2)


def test_a_priority_goes_before_every_turn(work, crowd):
    crowd("ann", 3)
    last = crowd("bob", 3)[-1]
    Job.objects.filter(pk=last.pk).update(priority=1)
    assert work.claim().job.pk == last.pk


def test_asking_costs_the_same_number_of_queries_however_many(work, django_assert_num_queries):
    work.ask(1)
    with django_assert_num_queries(5):
        work.ask(2)
    with django_assert_num_queries(5):
        work.ask(30)  # more take another INSERT on SQLite
