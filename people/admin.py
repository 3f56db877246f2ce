"""People in the admin: users, the roles that they have, projects with their members.

Tokens are no record to look at: whoever reads one is signed in by it.
"""

from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from people import two_factor
from people.managing import archive_project, tell, unarchive_project
from people.models import VIEW_ADULT, Project, ProjectMembership, User
from studio.lib.evidence import Evidence, each

admin.site.unregister([Group, OutstandingToken, BlacklistedToken])


@admin.register(Group)
class RoleAdmin(Evidence, admin.ModelAdmin[Group]):
    """The roles are the code's; who has one is said on the page of that person."""

    list_display = ["name", "people"]
    search_fields = ["name"]
    fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).annotate(count=Count("user"))

    @admin.display(description="people")
    def people(self, role: Any) -> int:
        return int(role.count)


class MembershipInline(admin.TabularInline[ProjectMembership, Any]):
    model = ProjectMembership
    autocomplete_fields = ["user"]
    extra = 0


class HasSecondFactor(admin.SimpleListFilter):
    """Who signs in with a code too."""

    title = "two-factor sign-in"
    parameter_name = "two_factor"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("on", "On"), ("off", "Off")]

    def queryset(self, request: Any, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() in ("on", "off"):
            return queryset.filter(two_factor__isnull=self.value() == "off")
        return queryset


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User]):
    list_display = ["username", "first_name", "last_name", "email", "roles_shown", "is_active"]
    list_filter = ["groups", "is_active", HasSecondFactor]
    actions = ["reset_two_factor"]
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Roles", {"fields": ("is_active", "groups", "user_permissions")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Of permissions only the one that is given to people by name."""
        if db_field.name == "user_permissions":
            kwargs["queryset"] = Permission.objects.filter(
                content_type__app_label="people", codename=VIEW_ADULT
            )
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description="roles")
    def roles_shown(self, user: User) -> str:
        return ", ".join(sorted(user.roles)) or "none"

    @admin.action(description="Reset the second factor: the password alone signs in again")
    def reset_two_factor(self, request: Any, users: QuerySet[User]) -> None:
        each(self, request, users, two_factor.reset)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are deactivated, never deleted: the record names them."""
        return False

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        user = User.objects.get(pk=form.instance.pk)
        after = {
            "roles": sorted(user.roles),
            "active": user.is_active,
            "view_adult": user.may_view_adult,
        }
        if not change:
            tell(request.user, "user.create", user, after=after)
            return
        roles = sorted(group.name for group in form.initial.get("groups", []))
        before = {
            "roles": roles,
            "active": form.initial.get("is_active"),
            "view_adult": bool(form.initial.get("user_permissions")),
        }
        tell(request.user, "user.edit", user, before=before, after=after)

    def user_change_password(self, request: Any, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002  Django's name
        with transaction.atomic():
            answer = super().user_change_password(request, id, form_url)
            if request.method == "POST" and answer.status_code == HTTPStatus.FOUND:
                tell(request.user, "user.password", User.objects.get(pk=id))
        return answer


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin[Project]):
    list_display = [
        "name",
        "reviewers_can_approve",
        "reviewers_can_export",
        "without_face",
        "archived_at",
        "created_at",
    ]
    list_filter = [
        "reviewers_can_approve",
        "reviewers_can_export",
        "without_face",
        ("archived_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["name", "description"]
    readonly_fields = ["archived_at", "created_at", "updated_at", "created_by"]
    inlines = [MembershipInline]
    actions = ["archive", "unarchive"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Projects are archived."""
        return False

    @admin.action(description="Archive")
    def archive(self, request: Any, queryset: QuerySet[Project]) -> None:
        each(self, request, queryset, archive_project)

    @admin.action(description="Take out of the archive")
    def unarchive(self, request: Any, queryset: QuerySet[Project]) -> None:
        each(self, request, queryset, unarchive_project)

    def save_model(self, request: Any, obj: Project, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)
        before = {name: str(form.initial.get(name, "")) for name in form.changed_data}
        after = {name: str(form.cleaned_data[name]) for name in form.changed_data}
        verb = "project.edit" if change else "project.create"
        tell(request.user, verb, obj, before=before if change else {}, after=after)

    def save_formset(self, request: Any, form: Any, formset: Any, change: bool) -> None:
        """Who came and went, as the steps of `managing` record it."""
        project: Project = form.instance
        before = set(project.members.values_list("username", flat=True))
        super().save_formset(request, form, formset, change)
        after = set(project.members.values_list("username", flat=True))
        for username in sorted(before - after):
            tell(request.user, "project.member_remove", project, before={"user": username})
        for username in sorted(after - before):
            tell(request.user, "project.member_add", project, after={"user": username})
