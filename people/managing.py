"""Creating and editing projects, their members, and a person's password."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.db.models.functions import Now

from people.access import require
from people.models import Project, ProjectMembership, User, WithoutFace
from people.signals import changed
from studio.lib.errors import StudioError


class UnknownPerson(StudioError):
    code = "unknown_person"


class AlreadyMember(StudioError):
    code = "already_member"
    status = 409


class NameTaken(StudioError):
    code = "name_taken"
    status = 409


def tell(actor: User, verb: str, obj: Model, **facts: Any) -> None:
    """Announce a change inside its transaction."""
    changed.send(type(obj), actor=actor, verb=verb, obj=obj, **facts)


def create_project(
    actor: User,
    name: str,
    description: str = "",
    *,
    reviewers_can_approve: bool = True,
    reviewers_can_export: bool = False,
    without_face: str = WithoutFace.WARN,
) -> Project:
    """A new project; whoever creates it is its first member. NameTaken when there is one."""
    require(actor, "project.create")
    with _own_name(name), transaction.atomic():
        project = Project.objects.create(
            name=name,
            description=description,
            reviewers_can_approve=reviewers_can_approve,
            reviewers_can_export=reviewers_can_export,
            without_face=without_face,
            created_by=actor,
        )
        ProjectMembership.objects.create(project=project, user=actor)
        facts = {
            "name": name,
            "reviewers_can_approve": reviewers_can_approve,
            "reviewers_can_export": reviewers_can_export,
            "without_face": str(without_face),
        }
        tell(actor, "project.create", project, after=facts)
    return project


def edit_project(actor: User, project: Project, **changes: Any) -> Project:
    """Change name, description, the project's rules, or `archived_at`; NameTaken."""
    require(actor, "project.edit", project)
    with _own_name(changes.get("name", "")), transaction.atomic():
        fresh = Project.objects.select_for_update().get(pk=project.pk)
        changed = {key: value for key, value in changes.items() if getattr(fresh, key) != value}
        if not changed:
            return fresh
        before = {key: str(getattr(fresh, key)) for key in changed}
        for key, value in changed.items():
            setattr(fresh, key, value)
        fresh.save(update_fields=list(changed))
        after = {key: str(value) for key, value in changed.items()}
        tell(actor, "project.edit", fresh, before=before, after=after)
    fresh.refresh_from_db()
    return fresh


def archive_project(actor: User, project: Project) -> Project:
    """Put a project away; nothing of it is deleted, and twice changes nothing."""
    return _set_archived(actor, project, "project.archive", Now(), away=False)


def unarchive_project(actor: User, project: Project) -> Project:
    """Take a project out again."""
    return _set_archived(actor, project, "project.unarchive", None, away=True)


def _set_archived(
    actor: User, project: Project, verb: str, at: Now | None, *, away: bool
) -> Project:
    require(actor, "project.edit", project)
    with transaction.atomic():
        rows = Project.objects.filter(pk=project.pk, archived_at__isnull=not away)
        if rows.update(archived_at=at):
            tell(actor, verb, project, after={"name": project.name})
    project.refresh_from_db()
    return project


@contextmanager
def _own_name(name: str) -> Iterator[None]:
    """The name's constraint as a sentence; around the transaction that it ends."""
    try:
        yield
    except IntegrityError as error:
        raise NameTaken(
            f"There is a project called {name} already. Choose another name.", field="name"
        ) from error


def edit_profile(person: User, *, first_name: str, last_name: str, email: str) -> None:
    """Change one's own name and address."""
    said = {"first_name": first_name, "last_name": last_name, "email": email}
    with transaction.atomic():
        fresh = User.objects.select_for_update().get(pk=person.pk)
        before = {name: getattr(fresh, name) for name in said}
        changed = [name for name in said if said[name] != before[name]]
        if not changed:
            return
        User.objects.filter(pk=person.pk).update(**{name: said[name] for name in changed})
        tell(person, "user.profile", fresh, after={"fields": changed})


def add_member(actor: User, project: Project, username: str) -> ProjectMembership:
    """Make a person a member; UnknownPerson when nobody active has that user name."""
    require(actor, "project.members", project)
    person = User.objects.filter(username__iexact=username.strip(), is_active=True).first()
    if person is None:
        raise UnknownPerson(f"Nobody here has the user name {username.strip()}.")
    with transaction.atomic():
        membership, created = ProjectMembership.objects.get_or_create(project=project, user=person)
        if not created:
            raise AlreadyMember(f"{person.username} is a member already.")
        tell(actor, "project.member_add", project, after={"user": person.username})
    return membership


def remove_member(actor: User, project: Project, user_id: int) -> None:
    """End a membership; nothing happens when there is none."""
    require(actor, "project.members", project)
    with transaction.atomic():
        membership = project.memberships.select_related("user").filter(user__pk=user_id).first()
        if membership is None:
            return
        membership.delete()
        tell(actor, "project.member_remove", project, before={"user": membership.user.username})
