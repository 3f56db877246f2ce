"""The generate pages without JavaScript: every choice, one character or many, and overrides."""

import re

import pytest

from characters import approving, describing
from characters.prompting import suggested_prompt
from tests import make
from tests.people.asking import signed_in
from variants.models import GenerationRequest, ImageVariant
from variants.options import Options, options_of

CHOICES = {
    "scene": "cafe", "environment": "golden hour", "outfit": "a red coat",
    "aspect_ratio": "2:3", "quality_mode": "draft",
}  # fmt: skip


@pytest.fixture
def ready(creator, character):
    return make.ready(creator, character)


def ask(person, url, **fields):
    body = {"variant_type": "clothed", "workflow": make.workflow().pk, "count": 2, **fields}
    return signed_in(person, api=False).post(url, body)


def failed(creator, character):
    """A source that failed its checks and whose baseline was approved nevertheless."""
    make.ready(creator, character)
    report = character.current_source.qa_report
    report.verdict_id = 3
    report.save()


def test_the_form_offers_every_choice_and_what_is_chosen_is_stored(creator, ready):
    url = f"/characters/{ready.pk}/generate/"
    html = signed_in(creator, api=False).get(url).content.decode()
    for name in (*CHOICES, "seed", "lock_seed", "denoise", "negative_prompt"):
        assert f'name="{name}"' in html, name
    assert 'name="adult"' not in html
    assert 'name="override_qa"' not in html
    assert ask(creator, url, **CHOICES, prompt="her", lock_seed="on", seed=9).status_code == 302
    made = GenerationRequest.objects.get()
    assert options_of(made) == Options(**CHOICES)
    assert list(made.variants.values_list("seed", flat=True)) == [9, 9]
    detail = f"/variants/{made.variants.first().pk}/"
    html = signed_in(creator, api=False).get(detail).content.decode()
    for label, value in zip(
        ("Scene", "Environment", "Outfit", "Aspect ratio", "Quality"), CHOICES.values(), strict=True
    ):
        assert re.search(rf"<dt>{label}</dt>\s*<dd[^>]*>(<[^>]*>)*{value}<", html), label


def test_the_adult_flag_is_offered_where_the_studio_allows_it_and_told_why_not(
    settings, creator, ready
):
    settings.ADULT_CONTENT_ENABLED = True
    url = f"/characters/{ready.pk}/generate/"
    assert 'name="adult"' in signed_in(creator, api=False).get(url).content.decode()
    answer = ask(creator, url, adult="on")
    assert answer.status_code == 403
    assert "Only general-rated work" in answer.content.decode()
    assert GenerationRequest.objects.count() == 0


def test_a_choice_that_is_not_offered_is_refused_beside_its_field(creator, ready):
    answer = ask(creator, f"/characters/{ready.pk}/generate/", scene="nowhere")
    assert answer.status_code == 400
    assert "not one of the available choices" in answer.content.decode()


@pytest.mark.parametrize("page", ["/characters/{}/generate/", "/projects/{}/generate/"])
def test_who_may_override_failed_checks_is_offered_it_and_it_is_recorded(
    admin, creator, character, page
):
    failed(creator, character)
    batch = page.startswith("/projects")
    url = page.format(character.project_id if batch else character.pk)
    fields = {"characters": [character.pk]} if batch else {}
    html = signed_in(creator, api=False).get(url).content.decode()
    assert "failed its automatic checks" in html
    assert 'name="override_qa"' not in html
    assert ask(creator, url, override_qa="on", **fields).status_code == 409
    assert 'name="override_qa"' in signed_in(admin, api=False).get(url).content.decode()
    assert ask(admin, url, **fields).status_code == 409
    assert GenerationRequest.objects.count() == 0
    assert ask(admin, url, override_qa="on", **fields).status_code == 302
    assert GenerationRequest.objects.get().overrode_qa


def test_the_button_says_why_it_waits(creator, character):
    url = f"/characters/{character.pk}/generate/"
    answer = ask(creator, url)
    assert answer.status_code == 409
    assert "There is no source image yet." in answer.content.decode()
    make.passed_source(creator, character)
    assert "The baseline is not approved yet." in ask(creator, url).content.decode()
    approving.approve_baseline(creator, character)
    assert ask(creator, url).status_code == 302


def test_one_request_for_several_characters_of_a_project(creator, project, ready):
    joan = make.ready(creator, make.character(creator, project, name="Joan"))
    bare = make.character(creator, project, name="Bare")
    gone = make.character(creator, project, name="Gone")
    describing.archive_character(creator, gone)
    url = f"/projects/{project.pk}/generate/"
    html = signed_in(creator, api=False).get(url).content.decode()
    assert "There is no source image yet." in html
    assert "Gone" not in html
    assert "Choose the characters first" in html
    assert "0 candidates" not in html
    answer = ask(creator, url, characters=[ready.pk, joan.pk], **CHOICES)
    made = GenerationRequest.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/requests/{made.pk}/")
    owners = ImageVariant.objects.values_list("character", flat=True)
    assert sorted(owners) == sorted([ready.pk, ready.pk, joan.pk, joan.pk])
    refused = ask(creator, url, characters=[ready.pk, bare.pk])
    assert refused.status_code == 409
    assert "Bare: There is no source image yet." in refused.content.decode()
    assert ask(creator, url, characters=[]).status_code == 400
    assert GenerationRequest.objects.count() == 1


def test_the_same_form_sent_twice_asks_once(creator, project, ready):
    url = f"/projects/{project.pk}/generate/"
    for _ in range(2):
        ask(creator, url, characters=[ready.pk], idempotency_key="once")
    assert GenerationRequest.objects.count() == 1


def look(person, character, **fields):
    body = {"variant_type": "clothed", "workflow": make.workflow().pk, "count": 2, **fields}
    client = signed_in(person, api=False)
    url = f"/characters/{character.pk}/generate/"
    return client.post(url, {**body, "plan": "1"}, HTTP_HX_REQUEST="true").content.decode()


def test_what_it_would_make_is_told_before_anything_is_asked_for(creator, ready):
    html = look(
        creator, ready, count=3, seed=9, prompt="her", outfit="a red coat", aspect_ratio="2:3"
    )
    assert "<p>3 candidates</p>" in html
    for said in ("9 to 11", "her, wearing a red coat", "832 × 1216 px", "No server that answers"):
        assert said in html, said
    assert "One random seed for all" in look(creator, ready, lock_seed="on")
    assert GenerationRequest.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"count": 99}, "less than or equal to 64"),
        ({"count": ""}, "required"),
        ({"seed": -1}, "greater than or equal to 0"),
        ({"workflow": 10**6}, "Select a valid choice"),
        ({"prompt": "a" * 4000, "outfit": "a coat"}, "at most 4,000"),
    ],
)
def test_what_does_not_fit_is_told_there_too(creator, ready, fields, said):
    assert said in look(creator, ready, **fields)


def test_the_prompt_begins_with_a_suggestion_of_the_characters_own_fields(creator, character):
    fields = {
        "age": 34,
        "ethnicity": "Nordic",
        "gender": "woman",
        "appearance": 'tall, "grey" eyes',
    }
    describing.edit_character(creator, character, **fields)
    url = f"/characters/{character.pk}/generate/"
    html = signed_in(creator, api=False).get(url).content.decode()
    assert f"{character.name}, 34-year-old Nordic woman, tall, grey eyes, authentic human" in html
    assert "Reset prompt" in html
    character.age = character.ethnicity = character.gender = character.appearance = ""
    assert suggested_prompt(character).startswith(f"{character.name}, authentic human")
