"""Searches by likeness: what a person asked for, and what was near. Their own, and kept a day."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from characters.models import SourceImage
from jobs.models import Job
from people.models import Project, User
from qa.models import EmbeddingModel
from studio.lib.tables import NamedIndex, Stamped
from variants.models import ImageVariant


class LikenessSearchQuerySet(models.QuerySet["LikenessSearch"]):
    def visible_to(self, user: User) -> Self:
        """A person's own searches; nobody sees whom another looked for."""
        return self.filter(asked_by=user, project__in=Project.objects.visible_to(user))


class LikenessSearch(Stamped):
    """One question "who is this": by a picture that is let go once its face was read, or by an
    image of the studio."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="+", help_text="Where it was asked."
    )
    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    picture = models.BinaryField(null=True, blank=True, editable=False)
    source = models.ForeignKey(
        SourceImage, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    variant = models.ForeignKey(
        ImageVariant, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    model = models.ForeignKey(
        EmbeddingModel, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    faces = models.PositiveIntegerField(null=True, blank=True)
    hits = models.JSONField(
        default=list, help_text="Ids of source images with their likeness, best first"
    )
    finished_at = models.DateTimeField(null=True, blank=True)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = LikenessSearchQuerySet.as_manager()

    class Meta:
        db_table = "likeness_searches"
        ordering = ["-id"]
        indexes = [NamedIndex(fields=["created_at"], name="idx_likeness_searches_created_at")]
        constraints = [
            models.CheckConstraint(
                name="ck_likeness_searches_one_image",
                condition=Q(source__isnull=True) | Q(variant__isnull=True),
            ),
            models.CheckConstraint(
                name="ck_likeness_searches_picture_is_let_go",
                condition=Q(finished_at__isnull=True) | Q(picture__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"search {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("likeness-search", args=[self.pk])
