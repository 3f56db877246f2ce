"""Projects and their members, by page and API."""

import pytest

from audit.models import AuditEvent
from people.models import Project, ProjectMembership
from tests import make


def last(verb):
    return AuditEvent.objects.filter(verb=verb).latest("pk")


def test_an_admin_makes_a_project_and_is_its_first_member(page, admin):
    browser = page(admin)
    body = {"name": "Eastlight", "description": "Short films", "reviewers_can_approve": ""}
    answer = browser.post("/projects/new/", body)
    project = Project.objects.get(name="Eastlight")
    assert answer.url == f"/projects/{project.pk}/"
    assert project.description == "Short films"
    assert project.reviewers_can_approve is False, "the tick box counts"
    assert list(project.members.all()) == [admin]
    assert project.created_by == admin
    html = browser.get(answer.url).content.decode()
    assert "Short films" in html
    assert "Create the first character" in html
    event = last("project.create")
    assert (event.actor, event.object_pk, event.project_ref) == (
        admin,
        str(project.pk),
        project.pk,
    )


def test_two_projects_do_not_share_a_name(page, api, admin, project):
    answer = page(admin).post("/projects/new/", {"name": "Northlight"})
    assert answer.status_code == 400
    assert "There is a project of this name already." in answer.content.decode()
    for call in (
        api(admin).post("/api/v1/projects", {"name": "Northlight"}),
        api(admin).patch(
            f"/api/v1/projects/{make.project(admin, 'Other').pk}", {"name": "Northlight"}
        ),
    ):
        assert call.status_code == 409
        assert call.json()["code"] == "name_taken"
        assert set(call.json()["errors"]) == {"name"}
    assert Project.objects.filter(name="Northlight").count() == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "nul\x00"])
def test_a_name_that_does_not_do_is_refused(page, api, admin, name):
    assert page(admin).post("/projects/new/", {"name": name}).status_code == 400
    answer = api(admin).post("/api/v1/projects", {"name": name})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert not Project.objects.exists()


def test_editing_records_what_was_and_what_is(api, admin, project):
    url = f"/api/v1/projects/{project.pk}"
    answer = api(admin).patch(url, {"description": "New", "name": "Northlight"})
    assert answer.status_code == 200
    event = last("project.edit")
    assert (event.before, event.after) == ({"description": ""}, {"description": "New"})
    assert answer.json()["updated_at"] > answer.json()["created_at"]
    count = AuditEvent.objects.count()
    assert api(admin).patch(url, {"description": "New"}).status_code == 200
    assert api(admin).patch(url, {}).status_code == 200
    assert AuditEvent.objects.count() == count, "nothing changed, nothing is recorded"


def test_the_edit_page_shows_what_is_and_saves_what_is_typed(page, admin, project):
    browser = page(admin)
    html = browser.get(f"/projects/{project.pk}/edit/").content.decode()
    assert 'value="Northlight"' in html
    body = {"name": "Northlight II", "reviewers_can_approve": "on"}
    assert browser.post(f"/projects/{project.pk}/edit/", body).status_code == 302
    project.refresh_from_db()
    assert project.name == "Northlight II"


def test_members_come_and_go(page, admin, project):
    browser = page(admin)
    mia = make.user("mia", "Creator")
    answer = browser.post(f"/projects/{project.pk}/members/", {"username": " MIA "}, follow=True)
    assert "mia is a member now." in answer.content.decode()
    assert last("project.member_add").after == {"user": "mia"}
    assert Project.objects.visible_to(mia).get() == project
    gone = browser.post(f"/projects/{project.pk}/members/{mia.pk}/remove/", follow=True)
    assert f"They are no member of {project.name} any more." in gone.content.decode()
    assert last("project.member_remove").before == {"user": "mia"}
    assert not Project.objects.visible_to(mia).exists()


@pytest.mark.parametrize(
    ("username", "sentence"),
    [
        ("nobody", "Nobody here has the user name nobody."),
        ("gone", "Nobody here has the user name gone."),
        ("ada", "ada is a member already."),
        ("", "Type the person&#x27;s user name."),
        ("nul\x00", "Type the person&#x27;s user name."),
    ],
)
def test_who_cannot_be_added_is_said(page, admin, project, username, sentence):
    gone = make.user("gone", "Creator")
    gone.is_active = False
    gone.save()
    browser = page(admin)
    url = f"/projects/{project.pk}/members/"
    said = browser.post(url, {"username": username}, follow=True).content.decode()
    assert sentence in said
    assert ('name="username" value="nobody"' in said) is (username == "nobody")
    assert ProjectMembership.objects.count() == 1


@pytest.mark.parametrize(
    ("username", "status", "code"),
    [("nobody", 400, "unknown_person"), ("ada", 409, "already_member"), ("mia", 201, None)],
)
def test_members_by_api(api, admin, project, username, status, code):
    make.user("mia", "Creator")
    url = f"/api/v1/projects/{project.pk}/members"
    answer = api(admin).post(url, {"username": username})
    assert answer.status_code == status
    assert answer.json().get("code") == code
    if status == 201:
        assert answer.json()["members"] == ["ada", "mia"]


def test_only_who_may_sees_the_buttons(page, admin, creator, project):
    def html(user):
        return page(user).get(f"/projects/{project.pk}/").content.decode()

    assert "/edit/" in html(admin)
    assert "Add member" in html(admin)
    assert "/edit/" not in html(creator)
    assert "Add member" not in html(creator)
    assert "New character" in html(creator)


def test_a_membership_is_there_once(admin, project):
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        ProjectMembership.objects.create(project=project, user=admin)
