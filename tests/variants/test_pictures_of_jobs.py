"""The pages of jobs show the image that a job is about, to those alone who may look at it."""

import pytest

from characters.models import ContentRating
from jobs.asking import Ask, ask
from tests import make, rated

PLACES = ("/jobs/tray/", "/jobs/", "/jobs/{pk}/")


@pytest.fixture
def seen(page, project, creator):
    """Whether the pages show a person an image of a job with these arguments."""

    def look(person, address, **args):
        (job,) = ask(project.pk, creator, [Ask("variant.embed", "Face", args)])
        browser = page(person)
        return [address in browser.get(place.format(pk=job.pk)).text for place in PLACES]

    return look


def test_a_variant_and_a_source_are_shown(seen, creator, reviewer, character):
    ready = make.ready(creator, character)
    variant = rated.variant(ready, ContentRating.GENERAL)
    source = ready.current_source
    for person in (creator, reviewer):
        assert all(seen(person, f"/media/variants/{variant.pk}/w256/", variant_id=variant.pk))
        assert all(seen(person, f"/media/sources/{source.pk}/w256/", source_id=source.pk))


def test_what_a_person_may_not_look_at_is_not_shown(
    seen, settings, admin, creator, reviewer, project
):
    rated.enable(settings, admin)
    variant = rated.variant(rated.character(admin, creator, project))
    address = f"/media/variants/{variant.pk}/"
    assert not any(seen(creator, address, variant_id=variant.pk))
    assert all(seen(rated.permit(reviewer), address, variant_id=variant.pk))


def test_what_is_in_the_trash_or_of_another_project_is_not_shown(seen, creator, character, admin):
    variant = rated.variant(make.ready(creator, character), ContentRating.GENERAL)
    elsewhere = make.project(admin, "Southlight")
    foreign = rated.variant(
        make.ready(admin, make.character(admin, elsewhere)), ContentRating.GENERAL
    )
    assert not any(seen(creator, f"/media/variants/{foreign.pk}/", variant_id=foreign.pk))
    variant.deleted_at = variant.created_at
    variant.purge_at = variant.created_at
    variant.save()
    assert not any(seen(creator, f"/media/variants/{variant.pk}/", variant_id=variant.pk))
