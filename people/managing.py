"""Creating and editing projects, their members, and a person's password."""

from typing import Any

from django.db import transaction
from django.db.models import Model

from people.access import require
from people.models import Project, ProjectMembership, User
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


def create_project(actor: User, name: str, description: str = "") -> Project:
    """A new project; whoever creates it is its first member."""
    require(actor, "project.create")
    if Project.objects.filter(name=name).exists():
        raise NameTaken(f"There is a project called {name} already. Choose another name.")
    with transaction.atomic():
        project = Project.objects.create(name=name, description=description, created_by=actor)
        ProjectMembership.objects.create(project=project, user=actor)
        tell(actor, "project.create", project, after={"name": name})
    return project


def edit_project(actor: User, project: Project, **changes: Any) -> Project:
    """Change name, description, `reviewers_can_approve` or `archived_at`."""
    require(actor, "project.edit", project)
    before = {key: str(getattr(project, key)) for key in changes}
    with transaction.atomic():
        for key, value in changes.items():
            setattr(project, key, value)
        project.save(update_fields=list(changes))
        tell(
            actor,
            "project.edit",
            project,
            before=before,
            after={key: str(value) for key, value in changes.items()},
        )
    return project


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
        membership = project.memberships.select_related("user").filter(user_id=user_id).first()
        if membership is None:
            return
        membership.delete()
        tell(actor, "project.member_remove", project, before={"user": membership.user.username})
