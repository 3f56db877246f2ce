"""Who may do what: one function decides, and each app declares its verbs in its own access.py."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from django.contrib.auth.models import AnonymousUser

from people.models import ADMIN, CREATOR, REVIEWER, ProjectMembership, User
from studio.lib.errors import Forbidden, NotFound


class InProject(Protocol):
    """Anything that stands in a project."""

    @property
    def project_id(self) -> int: ...


@dataclass(frozen=True)
class Decision:
    """The answer of `can`: true or false, with a reason code (`ok` when allowed)."""

    code: str
    sentence: str = ""

    def __bool__(self) -> bool:
        return self.code == "ok"


OK = Decision("ok")
SIGNED_OUT = Decision("signed_out", "Sign in first.")
NOT_MEMBER = Decision("not_member", "There is no such record, or it is not yours to see.")
WRONG_ROLE = Decision("role", "Your role does not allow this. Ask an admin of the studio.")

Check = Callable[[User, Any], Decision]


@dataclass(frozen=True)
class _Rule:
    roles: frozenset[str]
    check: Check | None


_rules: dict[str, _Rule] = {}

EVERYONE = (ADMIN, CREATOR, REVIEWER)
MAKERS = (ADMIN, CREATOR)


def declare(verb: str, roles: tuple[str, ...], check: Check | None = None) -> None:
    """Declare who may do `verb`; `check` may refuse further with a code of its own."""
    _rules[verb] = _Rule(frozenset(roles), check)


def can(user: User | AnonymousUser, verb: str, obj: InProject | None = None) -> Decision:
    """Whether the person may do `verb` to `obj`; membership of its project is the outer wall."""
    if not isinstance(user, User) or not user.is_active:
        return SIGNED_OUT
    if obj is not None and not user.is_admin:
        member = ProjectMembership.objects.filter(project_id=obj.project_id, user=user)
        if not member.exists():
            return NOT_MEMBER
    return role_allows(user, verb, obj)


def role_allows(user: User, verb: str, obj: InProject | None = None) -> Decision:
    """What `can` says once the wall is behind: for an object that `visible_to` has let through."""
    rule = _rules[verb]
    if not rule.roles & user.roles:
        return WRONG_ROLE
    return rule.check(user, obj) if rule.check else OK


def require(user: User | AnonymousUser, verb: str, obj: InProject | None = None) -> None:
    """Raise NotFound outside the project's wall and Forbidden inside it, unless `can` allows."""
    decision = can(user, verb, obj)
    if decision:
        return
    if decision is NOT_MEMBER:
        raise NotFound(decision.sentence)
    raise Forbidden(decision.sentence, code=decision.code)


declare("project.view", EVERYONE)
declare("project.create", (ADMIN,))
declare("project.edit", (ADMIN,))
declare("project.members", (ADMIN,))
declare("user.reset_two_factor", (ADMIN,))
