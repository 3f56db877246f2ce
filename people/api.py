"""REST: tokens and projects."""

from typing import Any, ClassVar, NotRequired, TypedDict

from rest_framework import serializers
from rest_framework.response import Response

from people import managing, tickets, tokens
from people.access import require
from people.models import Project, User
from people.requests import ARCHIVED, SignedIn, api_view, archived_or_not, text
from studio.lib.errors import NotFound
from studio.lib.openapi import Page, operation
from studio.lib.pages import PAGED, page_of
from studio.lib.routes import both


class ProjectSerializer(serializers.ModelSerializer[Project]):
    members = serializers.SlugRelatedField[User]("username", many=True, read_only=True)

    class Meta:
        model = Project
        fields = [
            "id",
            "name",
            "description",
            "reviewers_can_approve",
            "reviewers_can_export",
            "without_face",
            "members",
            "archived_at",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["id", "archived_at", "created_at", "updated_at"]
        extra_kwargs: ClassVar[dict[str, Any]] = {"name": {"validators": []}}


class CredentialsAsk(TypedDict):
    """A user name and a password; a code too, where two-factor sign-in is on."""

    username: str
    password: str
    code: NotRequired[str]


class TokensJson(TypedDict):
    """An access token for ten minutes, and the refresh token that gives the next pair, once."""

    access: str
    refresh: str


class RefreshAsk(TypedDict):
    """A refresh token."""

    refresh: str


class NothingJson(TypedDict):
    """An empty object."""


class MemberAsk(TypedDict):
    """The user name of somebody who becomes a member."""

    username: str


def project_for(request: SignedIn, pk: int) -> Project:
    """The project, if the person may see it; NotFound otherwise."""
    project = Project.objects.visible_to(request.user).filter(pk=pk).first()
    if project is None:
        raise NotFound("There is no such project, or it is not yours to see.")
    return project


@operation("GET", Page[ProjectSerializer], query=[ARCHIVED, *PAGED])
@operation("POST", ProjectSerializer, status=201, takes=ProjectSerializer)
@api_view(["GET", "POST"])
def projects(request: SignedIn) -> Response:
    """My projects; POST makes one."""
    if request.method == "GET":
        rows = Project.objects.visible_to(request.user).prefetch_related("members")
        rows = rows.filter(**archived_or_not(request))
        found, following = page_of(request, rows)
        return Response({"results": ProjectSerializer(found, many=True).data, "next": following})
    require(request.user, "project.create")
    project = managing.create_project(request.user, **_valid(request))
    return Response(ProjectSerializer(project).data, status=201)


@operation("GET", ProjectSerializer)
@operation("PATCH", ProjectSerializer, takes=ProjectSerializer)
@operation("DELETE", None, status=204)
@api_view(["GET", "PATCH", "DELETE"])
def project(request: SignedIn, pk: int) -> Response:
    """One project; PATCH changes it, DELETE archives it."""
    row = project_for(request, pk)
    if request.method == "DELETE":
        managing.archive_project(request.user, row)
        return Response(status=204)
    if request.method == "PATCH":
        row = managing.edit_project(request.user, row, **_valid(request, partial=True))
    return Response(ProjectSerializer(row).data)


@operation("POST", ProjectSerializer)
@api_view(["POST"])
def project_archived(request: SignedIn, pk: int, verb: str) -> Response:
    """Put a project away, or take it out again; nothing of it is deleted."""
    step = managing.archive_project if verb == "archive" else managing.unarchive_project
    return Response(ProjectSerializer(step(request.user, project_for(request, pk))).data)


@operation("POST", ProjectSerializer, status=201, takes=MemberAsk)
@api_view(["POST"])
def project_members(request: SignedIn, pk: int) -> Response:
    """Make somebody a member."""
    row = project_for(request, pk)
    managing.add_member(request.user, row, text(request, "username"))
    return Response(ProjectSerializer(row).data, status=201)


def _valid(request: SignedIn, *, partial: bool = False) -> dict[str, Any]:
    serializer = ProjectSerializer(data=request.data, partial=partial)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


_sign_in = operation("POST", TokensJson, takes=CredentialsAsk, auth=False)
_refresh = operation("POST", TokensJson, takes=RefreshAsk, auth=False)
_revoke = operation("POST", NothingJson, takes=RefreshAsk, auth=False)

urlpatterns = [
    *both("auth/token", _sign_in(tokens.SignIn.as_view()), "api-token"),
    *both("auth/token/refresh", _refresh(tokens.Refresh.as_view()), "api-token-refresh"),
    *both("auth/token/revoke", _revoke(tokens.Revoke.as_view()), "api-token-revoke"),
    *both("auth/ws-ticket", tickets.ws_ticket, "api-ws-ticket"),
    *both("projects", projects, "api-projects"),
    *both("projects/<int:pk>", project, "api-project"),
    *(
        pattern
        for verb in ("archive", "unarchive")
        for pattern in both(
            f"projects/<int:pk>/{verb}", project_archived, f"api-project-{verb}", verb=verb
        )
    ),
    *both("projects/<int:pk>/members", project_members, "api-project-members"),
]
