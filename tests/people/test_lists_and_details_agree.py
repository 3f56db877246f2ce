"""Lists show exactly what can be opened, for every role."""

import re

import pytest

from characters.models import Character, SourceImage
from jobs.models import Job
from people.models import Project
from studio.hearing import Opened, Wanted, heard_by
from tests.people.asking import signed_in
from variants.models import GenerationRequest, ImageVariant

ROLES = ("outsider", "idle", "reviewer", "creator", "admin")


def opened(client, template, pks):
    return {pk for pk in pks if client.get(template.format(pk)).status_code == 200}


@pytest.mark.parametrize("role", ROLES)
def test_the_api_lists_what_it_opens(cast, role):
    client = signed_in(cast.person(role), api=True)
    for path, model in (("projects", Project), ("characters", Character), ("jobs", Job)):
        shown = {
            row["id"]
            for row in client.get(f"/api/v1/{path}?limit=200&archived=all").json()["results"]
        }
        everyone = list(model.objects.values_list("pk", flat=True))
        assert shown == opened(client, f"/api/v1/{path}/{{}}", everyone)
    shown = {
        row["id"]
        for pk in Character.objects.values_list("pk", flat=True)
        for row in client.get(f"/api/v1/characters/{pk}/variants").json().get("results", [])
    }
    found = {
        pk
        for pk, owner in ImageVariant.objects.values_list("pk", "character_id")
        if client.get(f"/api/v1/characters/{owner}/variants/{pk}").status_code == 200
    }
    assert shown == found


@pytest.mark.parametrize("role", ROLES)
def test_querysets_pages_and_media_draw_the_same_wall(cast, role):
    person = cast.person(role)
    client = signed_in(person, api=False)
    for model, template in (
        (Project, "/projects/{}/"),
        (Character, "/characters/{}/"),
        (ImageVariant, "/variants/{}/"),
        (GenerationRequest, "/requests/{}/"),
        (SourceImage, "/media/sources/{}/w256/"),
    ):
        visible = set(model.objects.visible_to(person).values_list("pk", flat=True))
        everyone = list(model.objects.values_list("pk", flat=True))
        assert visible == opened(client, template, everyone), model
        expected = 0 if role == "idle" else len(everyone) // (1 if role == "admin" else 2)
        assert len(visible) == expected, model


@pytest.mark.parametrize("role", ROLES)
def test_files_are_given_out_of_what_is_listed(cast, role):
    """Who sees a variant gets its file, of one in the trash who may restore it; nobody else."""
    person = cast.person(role)
    client = signed_in(person, api=True)
    stored = ImageVariant.objects.exclude(sha256=None)
    visible = set(stored.showing_to(person).values_list("pk", flat=True))
    everyone = list(stored.values_list("pk", flat=True))
    assert visible == opened(client, "/api/v1/variants/{}/file", everyone)
    assert visible == opened(client, "/variants/{}/download/", everyone)


@pytest.mark.parametrize("role", ROLES)
def test_a_socket_hears_of_what_the_lists_show(cast, role):
    person = cast.person(role)
    client = signed_in(person, api=True)
    topics = [("project", pk) for pk in Project.objects.values_list("pk", flat=True)]
    topics += [("character", pk) for pk in Character.objects.values_list("pk", flat=True)]
    who = Opened(person.pk, auth_hash=person.get_session_auth_hash())
    (groups,) = heard_by([Wanted(who, (*topics, ("character", 10**6), ("project", 10**6)))])
    shown = {f"user-{person.pk}"}
    for kind in ("project", "character"):
        listed = client.get(f"/api/v1/{kind}s?limit=200").json()["results"]
        shown |= {f"{kind}-{row['id']}" for row in listed}
    assert set(groups) == shown


@pytest.mark.parametrize("role", ROLES)
def test_home_and_the_project_list_link_only_to_what_can_be_opened(cast, role):
    client = signed_in(cast.person(role), api=False)
    for path in ("/", "/projects/", "/jobs/", "/jobs/tray/"):
        html = client.get(path).content.decode()
        links = set(re.findall(r'href="(/(?:projects|characters|variants|requests)/\d+/)"', html))
        assert role == "idle" or links or path == "/jobs/tray/"
        for link in links:
            assert client.get(link).status_code == 200, link
