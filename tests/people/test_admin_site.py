"""The admin site: for members of Admin alone, and what they change there is recorded."""

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import Group
from django.urls import reverse

from audit.models import AuditEvent
from people.models import Project, ProjectMembership, User
from tests import make
from tests.people import world
from tests.people.asking import signed_in
from tests.people.world import everything

SITE = django_admin.site


def addresses():
    yield reverse("admin:index")
    for model in SITE._registry:
        at = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{at}_changelist")
        yield reverse(f"{at}_add")
        first = model._default_manager.order_by("pk").first()
        if first:
            yield reverse(f"{at}_change", args=[first.pk])
            yield reverse(f"{at}_history", args=[first.pk])
            yield reverse(f"{at}_delete", args=[first.pk])
    for label in {model._meta.app_label for model in SITE._registry}:
        yield reverse("admin:app_list", args=[label])
    yield reverse("admin:auth_user_password_change", args=[User.objects.earliest("pk").pk])


def test_nobody_but_an_admin_enters(db):
    cast = world.build()
    for role in ("anonymous", "outsider", "idle", "reviewer", "creator"):
        client = signed_in(cast.person(role), api=False)
        before = everything()
        for url in addresses():
            for answer in (client.get(url), client.post(url, {"name": "x"})):
                assert answer.status_code == 302, (role, url)
                assert answer.url.startswith("/admin/login/"), (role, url)
        assert everything() == before


def test_an_admin_opens_every_page_and_opening_changes_nothing(db):
    cast = world.build()
    client = signed_in(cast.admin, api=False)
    before = everything()
    for url in addresses():
        assert client.get(url).status_code in (200, 403), url
    assert everything() == before


def test_is_staff_alone_opens_nothing(client, creator):
    creator.is_staff = True
    creator.save()
    client.force_login(creator, "people.backends.PeopleBackend")
    assert client.get("/admin/").status_code == 302


@pytest.fixture
def site(client, admin):
    client.force_login(admin, "people.backends.PeopleBackend")
    return client


def form_of(page):
    """The fields of an admin page's form and inlines, with their first values."""
    fields = dict(page.context["adminform"].form.initial)
    for inline in page.context["inline_admin_formsets"]:
        for form in [inline.formset.management_form, *inline.formset.forms]:
            for field in form:
                value = field.value()
                if value is not None:
                    fields[field.html_name] = value
    return {name: value for name, value in fields.items() if value not in (None, False)}


def test_roles_given_and_taken_are_recorded(site, admin):
    mia = make.user("mia", "Reviewer")
    creators = Group.objects.get(name="Creator")
    url = reverse("admin:people_user_change", args=[mia.pk])
    body = {"username": "mia", "is_active": "on", "groups": [creators.pk]}
    body |= {"last_login_0": "", "last_login_1": ""}
    body |= {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    answer = site.post(url, body)
    assert answer.status_code == 302, answer.context["errors"]
    event = AuditEvent.objects.get(verb="user.edit")
    assert (event.actor, event.object_pk, event.channel) == (admin, str(mia.pk), "admin")
    assert event.before["roles"] == ["Reviewer"]
    assert event.after["roles"] == ["Creator"]


def test_people_are_not_deleted(site, admin):
    mia = make.user("mia", "Reviewer")
    url = reverse("admin:people_user_delete", args=[mia.pk])
    assert site.post(url, {"post": "yes"}).status_code == 403
    assert type(mia).objects.filter(pk=mia.pk).exists()


def test_a_password_set_for_somebody_is_recorded_without_it(site, admin):
    mia = make.user("mia", "Reviewer")
    url = reverse("admin:auth_user_password_change", args=[mia.pk])
    new = "a different horse battery"
    body = {"usable_password": "true", "password1": new, "password2": new}
    assert site.post(url, body).status_code == 302
    event = AuditEvent.objects.get(verb="user.password")
    assert (event.actor, event.object_pk) == (admin, str(mia.pk))
    assert new not in str(event.after)


def test_members_added_and_removed_in_the_project_form_are_recorded(site, admin, project):
    mia = make.user("mia", "Creator")
    url = reverse("admin:people_project_change", args=[project.pk])
    body = form_of(site.get(url))
    body |= {"memberships-TOTAL_FORMS": 2, "memberships-1-user": mia.pk}
    body["memberships-1-project"] = project.pk
    body["memberships-0-DELETE"] = "on"
    assert site.post(url, body).status_code == 302
    assert set(ProjectMembership.objects.values_list("user", flat=True)) == {mia.pk}
    added = AuditEvent.objects.filter(verb="project.member_add").latest("pk")
    removed = AuditEvent.objects.filter(verb="project.member_remove").latest("pk")
    assert added.after == {"user": "mia"}
    assert removed.before == {"user": "ada"}


def test_a_project_made_in_the_admin_names_its_maker(site, admin):
    body = {
        "name": "Eastlight",
        "without_face": "warn",
        "memberships-TOTAL_FORMS": 0,
        "memberships-INITIAL_FORMS": 0,
    }
    assert site.post(reverse("admin:people_project_add"), body).status_code == 302
    made = Project.objects.get()
    assert made.created_by == admin
    assert AuditEvent.objects.filter(verb="project.create", object_pk=str(made.pk)).exists()
