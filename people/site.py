"""The admin site: whoever is in the group Admin may enter, through the studio's own sign-in."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from people.models import User


class StudioAdminSite(AdminSite):
    site_header = "Likeness Studio"
    site_title = "Likeness Studio"
    index_title = "Administration"

    def __init__(self, name: str = "admin") -> None:
        """Without deleting many at once: it asks no page of the admin whether each may go."""
        super().__init__(name)
        self.disable_action("delete_selected")

    def has_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.is_admin

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one way in, so that nobody comes past the second factor."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        back = request.GET.get("next", reverse("admin:index"))
        return redirect(f"{reverse('sign-in')}?{urlencode({'next': back})}")
