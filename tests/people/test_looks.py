"""Whether rows changed between two looks, as the authorization matrix asks after each refusal."""

from people.models import Project
from tests.people.world import changed, everything, undone


def test_nothing_has_changed_where_nothing_was_written(project):
    assert not changed(everything())


def test_one_changed_column_is_seen(project):
    before = everything()
    Project.objects.filter(pk=project.pk).update(description="elsewhere")
    assert changed(before)


def test_what_was_taken_back_has_not_changed(project):
    before = everything()
    with undone():
        Project.objects.create(name="Southlight")
        assert changed(before)
    assert not changed(before)
