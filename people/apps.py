"""People: users, projects, members and what each may do."""

from django.apps import AppConfig
from django.contrib.admin import apps as django_admin


class PeopleConfig(AppConfig):
    default = True
    name = "people"


class AdminConfig(django_admin.AdminConfig):
    """Django's admin, entered by members of the Admin group."""

    default = False
    default_site = "people.site.StudioAdminSite"
