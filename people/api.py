"""REST: tokens and projects."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.response import Response
from rest_framework_simplejwt.views import TokenBlacklistView

from people import managing, tickets, tokens
from people.access import require
from people.models import Project, User
from people.requests import SignedIn, api_view, text
from studio.lib.errors import NotFound
from studio.lib.pages import page_of
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
            "members",
            "archived_at",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["id", "archived_at", "created_at", "updated_at"]
        extra_kwargs: ClassVar[dict[str, Any]] = {"name": {"validators": []}}


def project_for(request: SignedIn, pk: int) -> Project:
    """The project, if the person may see it; NotFound otherwise."""
    project = Project.objects.visible_to(request.user).filter(pk=pk).first()
    if project is None:
        raise NotFound("There is no such project, or it is not yours to see.")
    return project


@api_view(["GET", "POST"])
def projects(request: SignedIn) -> Response:
    if request.method == "GET":
        rows = Project.objects.visible_to(request.user).prefetch_related("members")
        found, following = page_of(request, rows)
        return Response({"results": ProjectSerializer(found, many=True).data, "next": following})
    require(request.user, "project.create")
    project = managing.create_project(request.user, **_valid(request))
    return Response(ProjectSerializer(project).data, status=201)


@api_view(["GET", "PATCH"])
def project(request: SignedIn, pk: int) -> Response:
    row = project_for(request, pk)
    if request.method == "PATCH":
        row = managing.edit_project(request.user, row, **_valid(request, partial=True))
    return Response(ProjectSerializer(row).data)


@api_view(["POST"])
def project_members(request: SignedIn, pk: int) -> Response:
    row = project_for(request, pk)
    managing.add_member(request.user, row, text(request, "username"))
    return Response(ProjectSerializer(row).data, status=201)


def _valid(request: SignedIn, *, partial: bool = False) -> dict[str, Any]:
    serializer = ProjectSerializer(data=request.data, partial=partial)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


urlpatterns = [
    *both("auth/token", tokens.SignIn.as_view(), "api-token"),
    *both("auth/token/refresh", tokens.Refresh.as_view(), "api-token-refresh"),
    *both("auth/token/revoke", TokenBlacklistView.as_view(), "api-token-revoke"),
    *both("auth/ws-ticket", tickets.ws_ticket, "api-ws-ticket"),
    *both("projects", projects, "api-projects"),
    *both("projects/<int:pk>", project, "api-project"),
    *both("projects/<int:pk>/members", project_members, "api-project-members"),
]
