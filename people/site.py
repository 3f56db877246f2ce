"""The admin site: whoever is in the group Admin may enter."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest

from people.forms import AdminSignInForm
from people.models import User


class StudioAdminSite(AdminSite):
    site_header = "Likeness Studio"
    site_title = "Likeness Studio"
    index_title = "Administration"
    login_form = AdminSignInForm

    def __init__(self, name: str = "admin") -> None:
        """Without deleting many at once: it asks no page of the admin whether each may go."""
        super().__init__(name)
        self.disable_action("delete_selected")

    def has_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.is_admin
