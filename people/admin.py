"""People in the admin: users with their roles, projects with their members."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.http import HttpRequest

from people.managing import tell
from people.models import Project, ProjectMembership, User


class MembershipInline(admin.TabularInline[ProjectMembership, Any]):
    model = ProjectMembership
    autocomplete_fields = ["user"]
    extra = 0


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User]):
    list_display = ["username", "first_name", "last_name", "email", "roles_shown", "is_active"]
    list_filter = ["groups", "is_active"]
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Roles", {"fields": ("is_active", "groups")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )

    @admin.display(description="roles")
    def roles_shown(self, user: User) -> str:
        return ", ".join(sorted(user.roles)) or "none"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are deactivated, never deleted: the record names them."""
        return False

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        user = User.objects.get(pk=form.instance.pk)
        verb = "user.edit" if change else "user.create"
        after = {"roles": sorted(user.roles), "active": user.is_active}
        tell(request.user, verb, user, after=after)


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin[Project]):
    list_display = ["name", "reviewers_can_approve", "archived_at", "created_at"]
    list_filter = ["reviewers_can_approve"]
    search_fields = ["name", "description"]
    readonly_fields = ["created_at", "updated_at", "created_by"]
    inlines = [MembershipInline]

    def save_model(self, request: Any, obj: Project, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)
        after = {name: str(form.cleaned_data[name]) for name in form.changed_data}
        tell(request.user, "project.edit" if change else "project.create", obj, after=after)
