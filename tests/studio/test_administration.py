"""The admin site as a whole: every list is searched and nothing goes in bulk; images are seen."""

import csv
import io

import pytest
from django.contrib import admin as django_admin
from django.urls import reverse

from audit.models import AuditEvent
from characters.models import BaselineDecision, Character
from people.models import Project
from tests import make
from variants import ordering, quarantining, reviewing
from variants.models import GenerationRequest, ImageVariant
from variants.vocabulary import AspectRatio, RejectReason, VariantType

REGISTRY = django_admin.site._registry


def listed(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def act(browser, model, action, rows, **more):
    body = {"action": action, "_selected_action": [row.pk for row in rows], **more}
    return browser.post(listed(model), body, follow=True)


@pytest.fixture
def site(page, admin):
    return page(admin)


@pytest.fixture
def three(creator, character):
    make.ready(creator, character)
    return make.generated(creator, character, 3)


def test_every_list_is_searched(site):
    for model, page in REGISTRY.items():
        assert page.search_fields, model
        for said in ("12", "night"):
            assert site.get(listed(model), {"q": said}).status_code == 200, model


def test_no_list_deletes_many_at_once(rf, admin):
    request = rf.get("/")
    request.user = admin
    assert [model for model in REGISTRY if _deletes_many(REGISTRY[model], request)] == []


def _deletes_many(page, request):
    return "delete_selected" in page.get_actions(request)


def test_tokens_are_in_no_list(site):
    assert not {model.__name__ for model in REGISTRY} & {"OutstandingToken", "BlacklistedToken"}
    assert "token_blacklist" not in site.get("/admin/").content.decode()


def test_lists_show_the_images_that_they_are_about(site, admin, three):
    variant, character = three[0], three[0].character
    reviewing.approve(admin, variant)
    source = f'src="{reverse("source-media", args=[character.current_source_id, "w256"])}"'
    of_variant = f'src="{reverse("variant-media", args=[variant.pk, "w256"])}"'
    assert of_variant in site.get("/admin/variants/imagevariant/").content.decode()
    assert of_variant in site.get("/admin/variants/reviewdecision/").content.decode()
    for path in ("character", "sourceimage", "baselinedecision"):
        assert source in site.get(f"/admin/characters/{path}/").content.decode(), path
    large = f'src="{reverse("variant-media", args=[variant.pk, "w512"])}"'
    assert large in site.get(f"/admin/variants/imagevariant/{variant.pk}/change/").content.decode()


def test_a_withheld_image_is_a_word(site, admin, three):
    first, *_ = three
    quarantining.quarantine(admin, first, reason="takedown 12")
    html = site.get("/admin/variants/imagevariant/").content.decode()
    assert "withheld" in html
    assert reverse("variant-media", args=[first.pk, "w256"]) not in html


def test_refusals_of_one_reason_are_told_together(site, three):
    html = act(site, ImageVariant, "quarantine", three).content.decode()
    assert "3 refused." in html
    assert ", ".join(str(variant) for variant in reversed(three)) in html


def test_a_baseline_is_rejected_with_the_reason_that_stands_beside_the_actions(
    site, creator, character
):
    make.passed_source(creator, character)
    assert "Say in a few words" in act(site, Character, "reject", [character]).content.decode()
    answer = act(site, Character, "reject", [character], reason="too dark")
    assert "1 done." in answer.content.decode()
    assert BaselineDecision.objects.latest("pk").reason == "too dark"


def test_projects_characters_and_types_are_put_away_and_taken_out(site, project, character):
    spare = VariantType.objects.get(name="clothed")
    for model, row in ((Character, character), (Project, project), (VariantType, spare)):
        for action, away in (("archive", True), ("unarchive", False)):
            assert "1 done." in act(site, model, action, [row]).content.decode()
            row.refresh_from_db()
            assert (row.archived_at is not None) is away


def test_a_word_is_edited_with_a_record_of_what_it_was(site, admin):
    ratio = AspectRatio.objects.get(name="1:1")
    url = reverse("admin:variants_aspectratio_change", args=[ratio.pk])
    body = {"name": "1:1", "description": "", "width": 768, "height": ratio.height}
    assert site.post(url, body).status_code == 302
    event = AuditEvent.objects.get(verb="aspect_ratio.edit")
    assert event.actor == admin
    assert (event.before, event.after) == ({"width": ratio.width}, {"width": 768})


def test_a_word_that_is_in_use_stays_and_another_goes(site, admin, three):
    reviewing.reject(admin, three[0], reasons=["other"])
    for row in (VariantType.objects.get(name="clothed"), RejectReason.objects.get(name="other")):
        url = reverse(f"admin:variants_{row._meta.model_name}_delete", args=[row.pk])
        assert site.post(url, {"post": "yes"}).status_code == 403
    spare = RejectReason.objects.create(name="spare")
    url = reverse("admin:variants_rejectreason_delete", args=[spare.pk])
    assert site.post(url, {"post": "yes"}).status_code == 302
    assert not RejectReason.objects.filter(name="spare").exists()
    assert AuditEvent.objects.get(verb="reject_reason.delete").before == {"name": "spare"}


def test_what_failed_of_a_request_is_asked_for_again(site, creator, character):
    make.ready(creator, character)
    asked = ordering.order(creator, character, make.wish(2)).request
    assert "1 done." in act(site, GenerationRequest, "cancel", [asked]).content.decode()
    assert {row.job.state.label for row in asked.variants.all()} == {"cancelled"}
    assert "1 done." in act(site, GenerationRequest, "retry", [asked]).content.decode()
    assert {row.job.state.label for row in asked.variants.all()} == {"queued"}


def test_the_record_is_given_out_as_a_table(site, three):
    events = list(AuditEvent.objects.all())
    answer = act(site, AuditEvent, "as_table", events)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [row["verb"] for row in rows] == [event.verb for event in events]


def test_the_index_leads_to_the_health_of_the_studio(site):
    html = site.get("/admin/").content.decode()
    assert f'href="{reverse("operations")}"' in html
