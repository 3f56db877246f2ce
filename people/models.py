"""Users, projects and memberships. Knows nothing of characters or images."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser, AnonymousUser, Permission, UserManager
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse

from studio.lib.tables import Stamped

ADMIN = "Admin"
CREATOR = "Creator"
REVIEWER = "Reviewer"
ROLES = (ADMIN, CREATOR, REVIEWER)
VIEW_ADULT = "view_adult"


class Theme(models.TextChoices):
    """How pages look: light, dark, or as the person's system says."""

    AUTO = "auto", "As the system"
    DARK = "dark", "Dark"
    LIGHT = "light", "Light"


class User(AbstractUser):
    """A person who signs in; roles are the global groups Admin, Creator and Reviewer."""

    theme = models.TextField(choices=Theme.choices, default=Theme.AUTO, db_default=Theme.AUTO)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar[UserManager[Self]] = UserManager()

    class Meta:
        db_table = "users"
        permissions = [(VIEW_ADULT, "Can view images and prompts rated above general")]
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                name="ck_users_theme", condition=models.Q(theme__in=Theme.values)
            )
        ]

    @cached_property
    def roles(self) -> frozenset[str]:
        """Names of the groups, read from the database once per request."""
        names = {group.name for group in self.groups.all()}
        return frozenset(names | {ADMIN}) if self.is_superuser else frozenset(names)

    @cached_property
    def may_view_adult(self) -> bool:
        """Whether the permission was given by name, to the person or to a group of theirs.

        Being an admin, or a superuser, is not enough.
        """
        given = Permission.objects.filter(content_type__app_label="people", codename=VIEW_ADULT)
        return given.filter(models.Q(user=self) | models.Q(group__user=self)).exists()

    @property
    def is_admin(self) -> bool:
        return self.is_active and ADMIN in self.roles

    @property
    def is_maker(self) -> bool:
        """Whether the person makes images, and has the final word about them."""
        return self.is_active and bool(self.roles & {ADMIN, CREATOR})

    @property
    def initials(self) -> str:
        """One or two letters for the round badge."""
        words = (self.get_full_name() or self.username).split()
        return "".join(word[0] for word in words[:2]).upper()

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_admin or super().has_perm(perm, obj)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_admin or super().has_module_perms(app_label)


class WithoutFace(models.TextChoices):
    """What an image in which no face is found means in a project."""

    REFUSE = "refuse", "Its checks fail"
    WARN = "warn", "Its checks warn"
    ALLOW = "allow", "Its checks pass"


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Projects that the person is a member of; an admin sees all, without a role nothing."""
        if not isinstance(user, User) or not user.is_active or not user.roles & set(ROLES):
            return self.none()
        if user.is_admin:
            return self
        return self.filter(memberships__user=user)

    def visible_to_each(self, people: Iterable[User]) -> dict[int, set[int]]:
        """For many people at once what `visible_to` gives for one: project ids by person's id."""
        seen: dict[int, set[int]] = {}
        members: list[int] = []
        for user in people:
            seen[user.pk] = set()
            if user.is_admin:
                seen[user.pk].update(self.values_list("pk", flat=True))
            elif user.is_active and user.roles & set(ROLES):
                members.append(user.pk)
        memberships = ProjectMembership.objects.filter(user__in=members, project__in=self)
        for user_id, project_id in memberships.values_list("user_id", "project_id"):
            seen[user_id].add(project_id)
        return seen


class Project(Stamped):
    """What people are members of; it owns characters."""

    name = models.CharField(max_length=120, unique=True)
    description = models.TextField(blank=True, default="", db_default="")
    reviewers_can_approve = models.BooleanField(
        default=True,
        db_default=True,
        help_text="Reviewers approve and reject variants; creators have the final word.",
    )
    reviewers_can_export = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Reviewers export variants for editing elsewhere.",
    )
    without_face = models.TextField(
        choices=WithoutFace.choices,
        default=WithoutFace.WARN,
        db_default=WithoutFace.WARN,
        help_text="What an image without a face means: there is no likeness to measure.",
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    members = models.ManyToManyField(User, through="ProjectMembership", related_name="projects")

    objects = ProjectQuerySet.as_manager()

    class Meta:
        db_table = "projects"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="ck_projects_without_face",
                condition=models.Q(without_face__in=WithoutFace.values),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def project_id(self) -> int:
        """The wall that `can` reads: a project stands in itself."""
        return self.pk

    def get_absolute_url(self) -> str:
        return reverse("project", args=[self.pk])


class ProjectMembership(Stamped):
    """A person in a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        db_table = "project_memberships"
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="uq_memberships_project_user")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.project}"


class IdempotencyKey(Stamped):
    """A request that is answered once; without a status it is being answered."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True, default="", db_default="")
    etag = models.CharField(max_length=40, blank=True, default="", db_default="")

    class Meta:
        db_table = "idempotency_keys"
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="uq_idempotency_keys_user_key")
        ]

    def __str__(self) -> str:
        return self.key


class WorkspaceState(Stamped):
    """How a person left a page, or a part of it: a small object, for whichever device comes next.

    `object_id` is the id of what the page is about, 0 where it is about nothing in particular.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    page = models.TextField()
    object_id = models.BigIntegerField(default=0, db_default=0)
    state = models.JSONField(default=dict)

    class Meta:
        db_table = "workspace_states"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "page", "object_id"], name="uq_workspace_states_user_page"
            )
        ]

    def __str__(self) -> str:
        return f"how {self.user_id} left {self.page} {self.object_id}"


class TwoFactor(Stamped):
    """A second factor that a person turned on: an app that shows a code every 30 seconds.

    Its secret is made of `salt` and the studio's key, so that this table alone opens nothing.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="two_factor")
    salt = models.CharField(max_length=64)
    last_step = models.BigIntegerField(
        default=0, db_default=0, help_text="The 30 seconds of the last code: each is good once."
    )

    class Meta:
        db_table = "two_factors"

    def __str__(self) -> str:
        return f"the second factor of {self.user_id}"


class RecoveryCode(Stamped):
    """A code that stands in for the app, once; only its hash is kept."""

    two_factor = models.ForeignKey(
        TwoFactor, on_delete=models.CASCADE, related_name="recovery_codes"
    )
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "recovery_codes"
        constraints = [
            models.UniqueConstraint(
                fields=["two_factor", "digest"], name="uq_recovery_codes_two_factor_digest"
            )
        ]

    def __str__(self) -> str:
        return f"a recovery code of {self.two_factor_id}"
