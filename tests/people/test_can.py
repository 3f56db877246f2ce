"""`can` decides by membership first, then by role, with a reason code."""

import pytest
from django.contrib.auth.models import AnonymousUser

from people.access import _rules, can, require
from studio.lib.errors import Forbidden, NotFound

VERBS = sorted(_rules)


def test_membership_is_the_outer_wall(outsider, character):
    assert can(outsider, "character.edit", character).code == "not_member"
    with pytest.raises(NotFound):
        require(outsider, "character.edit", character)


def test_inside_the_wall_the_role_decides(reviewer, creator, character):
    decision = can(reviewer, "character.edit", character)
    assert (bool(decision), decision.code) == (False, "role")
    with pytest.raises(Forbidden):
        require(reviewer, "character.edit", character)
    assert can(creator, "character.edit", character)


def test_an_admin_needs_no_membership(admin, character, project):
    project.memberships.all().delete()
    assert can(admin, "character.edit", character)


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_may_do_anything_signed_out_deactivated_or_outside(
    verb, admin, creator, outsider, character
):
    creator.is_active = admin.is_active = False
    for person, code in (
        (AnonymousUser(), "signed_out"),
        (creator, "signed_out"),
        (admin, "signed_out"),
        (outsider, "not_member"),
    ):
        decision = can(person, verb, character)
        assert (bool(decision), decision.code) == (False, code)


def test_an_unknown_verb_is_a_mistake_not_a_permission(admin):
    with pytest.raises(KeyError):
        can(admin, "character.destroy")


def test_a_superuser_counts_as_an_admin(outsider, character):
    outsider.is_superuser = True
    assert can(type(outsider)(pk=outsider.pk, is_superuser=True, is_active=True), "project.create")
