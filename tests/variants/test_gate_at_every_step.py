"""The content gate is asked at request, dispatch, ingest, approval and export."""

import pytest

from audit.models import AuditEvent
from characters import allowing, approving, attesting, policy, receiving
from characters.errors import ContentRefused
from characters.models import Character, ContentRating, PolicySignature, SourceImage
from comfy_bridge.models import Submission
from jobs.models import Job, JobStatus
from studio.lib.pictures import Limits
from tests import make, make_pictures, rated
from tests.people.asking import signed_in
from variants import collecting, gating, ordering, reviewing
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus, VariantType


@pytest.fixture
def opened(settings, admin, creator, project):
    rated.enable(settings, admin)
    return rated.character(admin, creator, project)


def shut(settings):
    settings.ADULT_CONTENT_ENABLED = False


def refused(code, step, *args, **kwargs):
    with pytest.raises(ContentRefused) as error:
        step(*args, **kwargs)
    assert error.value.code == code


@pytest.mark.parametrize(
    ("name", "rating"),
    [
        ("clothed", ContentRating.GENERAL),
        ("swimwear", ContentRating.SUGGESTIVE),
        ("boudoir", ContentRating.ADULT),
        ("odd", ContentRating.ADULT),
    ],
)
def test_a_request_is_rated_by_its_type_and_none_counts_as_adult(creator, opened, name, rating):
    ordered = ordering.order(creator, opened, make.wish(1, variant_type=name))
    assert ordered.variants[0].rating is rating


def test_a_request_is_refused_while_the_studio_has_not_opened_it(settings, creator, opened):
    shut(settings)
    for name in ("swimwear", "boudoir", "odd"):
        wish = make.wish(1, variant_type=name)
        refused("rating_not_enabled", ordering.order, creator, opened, wish)
    assert ImageVariant.objects.count() == 0
    assert ordering.order(creator, opened, make.wish(1)).variants


def test_both_the_operator_and_an_admin_open_it(settings, admin, creator, opened):
    policy.revoke(admin, PolicySignature.objects.get())
    wish = make.wish(1, variant_type="boudoir")
    refused("rating_not_enabled", ordering.order, creator, opened, wish)
    policy.sign(admin)
    allowing.disallow_adult(admin, opened)
    refused("adult_not_allowed", ordering.order, creator, opened, wish)
    verbs = {"policy.sign", "policy.revoke", "character.allow_adult"}
    assert set(AuditEvent.objects.values_list("verb", flat=True)) >= verbs


@pytest.mark.parametrize("depicts", ["real_person", "unknown"])
def test_of_a_real_person_nothing_above_general_without_consent(admin, creator, opened, depicts):
    Character.objects.filter(pk=opened.pk).update(depicts=depicts)
    opened.refresh_from_db()
    attesting.attest(creator, opened, "It is Ann, who signed a release", "our own studio")
    wish = make.wish(1, variant_type="boudoir")
    refused("consent_required", ordering.order, creator, opened, wish)
    row = opened.attestations.get()
    row.scope_id, row.verified_by, row.valid_to = ContentRating.ADULT, admin, "2999-01-01T00:00Z"
    row.save()
    refused("above_source", ordering.order, creator, opened, wish)
    assert ordering.order(creator, opened, make.wish(1)).variants


def test_dispatch_sends_nothing_that_was_closed_meanwhile(settings, creator, opened):
    ordered = ordering.order(creator, opened, make.wish(1, variant_type="boudoir"))
    shut(settings)
    assert make.run_jobs("comfy") == 1
    job = Job.objects.get(pk=ordered.jobs[0].pk)
    assert (job.state, job.error_code) == (JobStatus.FAILED, "rating_not_enabled")
    variant = ImageVariant.objects.get(pk=ordered.variants[0].pk)
    assert (variant.state, variant.error_code) == (VariantStatus.FAILED, "rating_not_enabled")
    assert Submission.objects.count() == 0


def test_what_comes_back_is_not_taken_in_when_it_was_closed_meanwhile(settings, creator, opened):
    variant = ordering.order(creator, opened, make.wish(1, variant_type="boudoir")).variants[0]
    shut(settings)
    refused("rating_not_enabled", collecting.record_output, variant, None, rated.picture())
    variant.refresh_from_db()
    assert not variant.has_file


def test_what_comes_back_is_held_against_the_character_as_it_is_now(admin, creator, opened):
    """The job has held its rows since it began."""
    variant = ordering.order(creator, opened, make.wish(1, variant_type="boudoir")).variants[0]
    held = ImageVariant.objects.select_related("character", "source_image").get(pk=variant.pk)
    allowing.disallow_adult(admin, opened)
    assert held.character.adult_allowed
    refused("adult_not_allowed", collecting.record_output, held, None, rated.picture())


def test_approval_is_refused_when_it_was_closed_meanwhile(settings, creator, opened):
    variant = rated.variant(opened)
    assert reviewing.approve(creator, variant).is_hero
    again = rated.variant(opened)
    shut(settings)
    refused("rating_not_enabled", reviewing.approve, creator, again)
    assert ImageVariant.objects.get(is_hero=True) == variant


def test_export_is_refused_when_it_was_closed_meanwhile(settings, creator, opened):
    person = rated.permit(creator)
    url = f"/api/v1/variants/{rated.variant(opened).pk}/file"
    assert signed_in(person, api=True).get(url).status_code == 200
    shut(settings)
    answer = signed_in(person, api=True).get(url)
    assert (answer.status_code, answer.json()["code"]) == (403, "rating_not_enabled")


def test_a_general_image_of_a_real_person_is_given_out_only_under_a_statement(
    admin, creator, project
):
    character = make.character(creator, project, depicts="real_person")
    variant = rated.variant(character, ContentRating.GENERAL)
    url = f"/api/v1/variants/{variant.pk}/file"
    answer = signed_in(creator, api=True).get(url)
    assert (answer.status_code, answer.json()["code"]) == (403, "attestation_required")
    row = attesting.attest(creator, character, "It is Ann, who signed", "our own studio")
    assert signed_in(creator, api=True).get(url).status_code == 200
    attesting.revoke(admin, row)
    assert signed_in(creator, api=True).get(url).status_code == 403


def test_a_source_rated_above_general_is_taken_in_only_where_the_gate_is_open(
    settings, admin, creator, project
):
    drawn, limits = make_pictures.good(), Limits()
    character = make.character(creator, project, age=rated.AGE)

    def upload():
        return receiving.receive_source(
            creator, character, drawn, "a.png", limits, rating=ContentRating.SUGGESTIVE
        )

    refused("rating_not_enabled", upload)
    rated.enable(settings, admin)
    refused("adult_not_allowed", upload)
    assert SourceImage.objects.count() == 0
    allowing.allow_adult(admin, character)
    character.refresh_from_db()
    assert upload().source.rating is ContentRating.SUGGESTIVE
    shut(settings)
    character.refresh_from_db()
    refused("rating_not_enabled", lambda: _raise(approving.approve_refusal(character)))


def _raise(error):
    raise error


def test_what_is_made_from_a_rated_image_is_rated_at_least_as_high(creator, opened):
    rated.rate_source(opened.current_source, ContentRating.SUGGESTIVE)
    opened.refresh_from_db()
    made = ordering.order(creator, opened, make.wish(1)).variants[0]
    assert made.rating is ContentRating.SUGGESTIVE
    clothed, boudoir = (VariantType.objects.get(name=name) for name in ("clothed", "boudoir"))
    assert gating.rating_of_edit(made, clothed) is ContentRating.SUGGESTIVE
    assert gating.rating_of_edit(made, boudoir) is ContentRating.ADULT


def test_an_edit_may_not_raise_the_rating(opened):
    parent = rated.variant(opened, ContentRating.GENERAL)
    child = rated.variant(
        opened, ContentRating.ADULT, parent_variant=parent, root=parent, version=2
    )
    assert gating.verdict_of(child).code == "edit_raises_rating"
    refused("edit_raises_rating", gating.pass_variant, child)
    same = rated.variant(opened, ContentRating.ADULT)
    other = rated.variant(opened, ContentRating.ADULT, parent_variant=same, root=same, version=2)
    gating.pass_variant(other)
