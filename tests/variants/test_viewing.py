"""Rated images: bytes, thumbnails and prompts only for whoever was given the permission by name."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEvent
from characters import describing
from characters.models import ContentRating, SourceImage
from comfy_bridge.requests import Preview, Progress
from people.models import VIEW_ADULT, User
from studio.lib.media import RENDITIONS
from tests import make, make_masks, make_pictures, rated
from tests.people.asking import signed_in
from variants import masking, publishing, trashing
from variants.models import GenerationRequest, ImageVariant
from variants.telling import Telling

PEOPLE = ("admin", "creator", "reviewer")
SECRET = "a secret"


@pytest.fixture
def opened(settings, admin, creator, reviewer, project):
    rated.enable(settings, admin)
    return rated.character(admin, creator, project)


@pytest.fixture
def person(request, opened, admin, creator, reviewer):
    return {"admin": admin, "creator": creator, "reviewer": reviewer}[request.param]


def asked(variant, creator):
    """The variant as one candidate of a request."""
    row = GenerationRequest.objects.create(
        project_id=variant.project_id,
        asked_by=creator,
        variant_type=variant.variant_type,
        workflow_version=make.workflow().versions.first(),
        count=1,
        prompt="a secret prompt",
    )
    ImageVariant.objects.filter(pk=variant.pk).update(request=row)
    return row


def files(variant):
    yield f"/variants/{variant.pk}/download/"
    yield f"/api/v1/variants/{variant.pk}/file"
    for name in RENDITIONS:
        yield f"/media/variants/{variant.pk}/{name}/"
        yield f"/api/v1/variants/{variant.pk}/renditions/{name}"
    source = variant.source_image_id
    for name in (*RENDITIONS, "original"):
        yield f"/media/sources/{source}/{name}/"
        yield f"/api/v1/source-images/{source}/renditions/{name}"


def pages(variant, request):
    owner = variant.character_id
    yield f"/variants/{variant.pk}/"
    yield f"/characters/{owner}/"
    yield f"/characters/{owner}/cards/?ids={variant.pk}"
    yield f"/requests/{request.pk}/"
    yield f"/api/v1/characters/{owner}/variants"
    yield f"/api/v1/characters/{owner}/variants/{variant.pk}"
    yield f"/api/v1/characters/{owner}/scene-seeds"
    yield f"/api/v1/requests/{request.pk}"


@pytest.mark.parametrize("person", PEOPLE, indirect=True)
@pytest.mark.parametrize("rating", [ContentRating.SUGGESTIVE, ContentRating.ADULT])
def test_bytes_need_the_permission_whatever_the_role(opened, creator, person, rating):
    rated.rate_source(opened.current_source, rating)
    variant = rated.variant(opened, rating)
    for url in files(variant):
        answer = signed_in(person, api=True).get(url)
        role = "original" in url and "Creator" not in person.roles and not person.is_admin
        assert answer.status_code == 403, url
        if url.startswith("/api/") and not role:
            assert answer.json()["code"] == "view_adult_needed"
        assert b"PNG" not in answer.content
    permitted = rated.permit(person)
    for url in files(variant):
        role = "original" in url and "Creator" not in person.roles and not person.is_admin
        answer = signed_in(permitted, api=True).get(url)
        assert answer.status_code == (403 if role else 200), url
        assert role or answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("person", PEOPLE, indirect=True)
def test_general_ones_need_no_permission(opened, person):
    variant = rated.variant(opened, ContentRating.GENERAL)
    for url in files(variant):
        if "original" not in url:
            assert signed_in(person, api=True).get(url).status_code == 200, url


@pytest.mark.parametrize("person", PEOPLE, indirect=True)
def test_prompts_and_addresses_are_in_no_answer_without_the_permission(opened, creator, person):
    variant = rated.variant(opened)
    request = asked(variant, creator)
    for url in pages(variant, request):
        answer = signed_in(person, api=True).get(url)
        body = answer.content.decode()
        assert answer.status_code == 200, url
        assert SECRET not in body, url
        assert f"/media/variants/{variant.pk}/" not in body, url
        assert f"/variants/{variant.pk}/renditions/" not in body, url
    detail = f"/api/v1/characters/{opened.pk}/variants/{variant.pk}"
    shown = signed_in(person, api=True).get(detail).json()
    assert shown["withheld"]
    assert (shown["prompt"], shown["generation_params"], shown["file_url"]) == ("", {}, None)
    shown = signed_in(rated.permit(person), api=True).get(detail).json()
    assert (shown["prompt"], shown["withheld"]) == ("a secret prompt", "")
    assert shown["file_url"]
    assert shown["thumbnails"]


def test_the_admin_site_tells_an_admin_no_more(opened, admin, creator):
    variant = rated.variant(opened)
    urls = [
        reverse("admin:variants_imagevariant_change", args=[variant.pk]),
        reverse("admin:variants_imagevariant_changelist") + "?q=secret",
    ]
    for url in urls:
        answer = signed_in(admin, api=False).get(url)
        assert answer.status_code == 200
        assert SECRET not in answer.content.decode()
    assert f"/media/variants/{variant.pk}/" not in answer.content.decode()
    answer = signed_in(rated.permit(admin), api=False).get(urls[0])
    assert SECRET in answer.content.decode()


def test_the_permission_is_given_in_the_admin_and_recorded(client, admin, creator):
    client.force_login(admin, "people.backends.PeopleBackend")
    groups = list(creator.groups.values_list("pk", flat=True))
    body = {"username": "cleo", "is_active": "on", "groups": groups}
    body |= {"last_login_0": "", "last_login_1": ""}
    body |= {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    permission = Permission.objects.get(codename=VIEW_ADULT)
    url = reverse("admin:people_user_change", args=[creator.pk])
    assert "Can add" not in client.get(url).content.decode()
    answer = client.post(url, {**body, "user_permissions": [permission.pk]})
    assert answer.status_code == 302, answer.context["errors"]
    assert User.objects.get(pk=creator.pk).may_view_adult
    event = AuditEvent.objects.get(verb="user.edit")
    assert (event.before["view_adult"], event.after["view_adult"]) == (False, True)


def test_no_role_and_no_superuser_has_it_without_being_given_it(admin):
    admin.is_superuser = True
    admin.save()
    assert not User.objects.get(pk=admin.pk).may_view_adult


def test_a_quarantined_image_is_shown_to_nobody(opened, admin, creator):
    variant = rated.variant(opened)
    describing.edit_character(creator, opened, age=17)
    for person in (rated.permit(admin), rated.permit(creator)):
        for url in files(variant):
            if "variants" in url:
                answer = signed_in(person, api=True).get(url)
                assert answer.status_code in (403, 404), url
        body = signed_in(person, api=False).get(f"/variants/{variant.pk}/").content.decode()
        assert "Withheld" in body
        assert SECRET not in body


def test_what_every_reader_of_a_page_hears_shows_no_rated_image(
    opened, creator, monkeypatch, django_capture_on_commit_callbacks
):
    heard = []
    monkeypatch.setattr("studio.lib.events._send", lambda *sent: heard.append(str(sent)))
    drawn = Preview(make_pictures.good(), "image/png")
    step = Progress("running", fraction=0.5, preview=drawn)
    for rating in (ContentRating.ADULT, ContentRating.GENERAL):
        variant = rated.variant(opened, rating)
        with django_capture_on_commit_callbacks(execute=True):
            publishing.variant_changed(variant)
        lease = _Lease()
        Telling(lease, variant)(step)
        heard.append(lease.preview)
    adult, adult_progress, adult_tray, general, general_progress, general_tray = heard
    assert "/media/variants/" not in adult
    assert "data:image" not in adult_progress
    assert "/media/variants/" in general
    assert "data:image" in general_progress
    assert (adult_tray, general_tray[:10]) == ("", "data:image")


class _Lease:
    def progress(self, _fraction, _note, preview):
        self.preview = preview


def test_a_page_of_rated_images_costs_no_more_queries_than_one(opened, creator):
    client = signed_in(rated.permit(creator), api=True)
    url = f"/api/v1/characters/{opened.pk}/variants"
    rated.variant(opened)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for _ in range(5):
        rated.variant(opened)
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(url).json()["results"]) == 6
    assert len(many) == len(one)


def drawn_on(variant, person):
    """A mask that was drawn on it, by somebody who could see it then."""
    mask = masking.take(
        person, variant, masking.GivenMask(make_masks.png(size=(160, 120), box=(0, 0, 80, 60)))
    )
    masking.store(variant, mask)
    return masking.keep(person, variant, mask)


def test_what_is_not_shown_is_not_inpainted_and_its_masks_are_not_shown(opened, creator):
    variant = rated.variant(opened)
    mask = drawn_on(variant, creator)
    base = f"/api/v1/characters/{opened.pk}/images/v-{variant.pk}"
    body = {"prompt": "a scarf", "mask_id": mask.pk}
    client, page = (signed_in(creator, api=api) for api in (True, False))
    for answer in (
        client.post(f"{base}/inpaint", body),
        client.get(f"{base}/masks"),
        client.get(f"/api/v1/masks/{mask.pk}/renditions/display"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "view_adult_needed")
    assert page.post(f"/variants/{variant.pk}/inpaint/", body).status_code == 403
    assert page.get(f"/media/masks/{mask.pk}/display/").status_code == 403
    assert not GenerationRequest.objects.exists()
    client = signed_in(rated.permit(creator), api=True)
    assert client.post(f"{base}/inpaint", body).status_code == 202
    assert client.get(f"{base}/masks").json()["results"][0]["id"] == mask.pk
    assert client.get(f"/api/v1/masks/{mask.pk}/renditions/display").status_code == 200


def test_an_edit_of_what_is_not_shown_is_not_asked_for_again(opened, creator):
    variant, permitted = rated.variant(opened), rated.permit(creator)
    body = {"prompt": "a scarf", "mask_id": drawn_on(variant, creator).pk}
    base = f"/api/v1/characters/{opened.pk}"
    made = signed_in(permitted, api=True).post(f"{base}/images/v-{variant.pk}/inpaint", body)
    (edit,) = made.json()["variant_ids"]
    permitted.user_permissions.clear()
    answer = signed_in(permitted, api=True).post(f"{base}/variants/{edit}/regenerate")
    assert (answer.status_code, answer.json()["code"]) == (403, "view_adult_needed")
    assert ImageVariant.objects.count() == 2


@pytest.mark.parametrize("person", PEOPLE, indirect=True)
def test_a_rated_source_has_neither_prompt_nor_address_without_the_permission(opened, person):
    source = opened.current_source
    rated.rate_source(source, ContentRating.ADULT)
    SourceImage.objects.filter(pk=source.pk).update(prompt="a secret prompt")
    base = f"/api/v1/characters/{opened.pk}"
    for path in ("source-image", "source-image/history", "images", "variants"):
        body = signed_in(person, api=True).get(f"{base}/{path}").content.decode()
        assert SECRET not in body, path
        assert f"/source-images/{source.pk}/renditions/" not in body, path
    shown = signed_in(person, api=True).get(f"{base}/source-image").json()
    assert (shown["display_url"], shown["thumbnails"]) == (None, {})
    assert shown["withheld"]
    shown = signed_in(rated.permit(person), api=True).get(f"{base}/source-image").json()
    assert (shown["prompt"], shown["withheld"]) == ("a secret prompt", "")
    assert shown["display_url"]


@pytest.mark.parametrize("person", PEOPLE, indirect=True)
def test_a_search_by_the_words_of_a_hidden_prompt_finds_nothing(opened, person):
    variant = rated.variant(opened)
    ask = signed_in(person, api=True).get
    assert ask("/api/v1/search?q=secret").json()["variants"] == []
    (found,) = ask(f"/api/v1/search?q=%23{variant.pk}").json()["variants"]
    assert (found["prompt"], found["negative_prompt"]) == ("", "")


@pytest.mark.parametrize("rating", [ContentRating.GENERAL, ContentRating.ADULT])
def test_a_mask_is_kept_by_a_browser_as_long_as_what_it_was_drawn_on(opened, creator, rating):
    variant = rated.variant(opened, rating)
    mask = drawn_on(variant, creator)
    client = signed_in(rated.permit(creator), api=True)
    image, drawn = (
        client.get(f"/api/v1/{of}/renditions/display")
        for of in (f"variants/{variant.pk}", f"masks/{mask.pk}")
    )
    assert drawn["Cache-Control"] == image["Cache-Control"]
    assert ("no-store" in drawn["Cache-Control"]) is (rating is ContentRating.ADULT)


def test_a_mask_whose_images_are_gone_is_shown_to_nobody(opened, creator, admin):
    variant = rated.variant(opened)
    mask = drawn_on(variant, creator)
    trashing.purge(creator, variant)
    for person in (rated.permit(admin), rated.permit(creator)):
        answer = signed_in(person, api=True).get(f"/api/v1/masks/{mask.pk}/renditions/w256")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert signed_in(person, api=False).get(f"/media/masks/{mask.pk}/w256/").status_code == 404
