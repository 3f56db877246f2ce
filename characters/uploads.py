"""Rows of uploads in parts: which file is on its way to a project, whose, and how much is here.

Apart from `models`, which loads it. Knows sizes and hashes, never pixels.
"""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from people.models import Project, User
from studio.lib.tables import Stamped

FOLDER = "uploads"


class Purpose(models.TextChoices):
    """What the file is to become; says how large it may be."""

    SOURCE = "source", "A source image"
    VARIANT = "variant", "A variant, made or edited elsewhere"


class UploadQuerySet(models.QuerySet["Upload"]):
    def of(self, user: User) -> Self:
        """Those of the person, in projects that they may still see."""
        return self.filter(owner=user, project__in=Project.objects.visible_to(user))

    def unfinished(self) -> Self:
        """Those that can go on: not received yet, and not expired."""
        return self.filter(taken_at=None, expires_at__gt=Now())


class Upload(Stamped):
    """A file that comes in parts; it is its owner's alone, and gone when it was received."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    purpose = models.TextField(choices=Purpose.choices)
    name = models.TextField(blank=True, default="", db_default="")
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    received_bytes = models.BigIntegerField(default=0, db_default=0)
    secret = models.CharField(max_length=32, help_text="Part of the key that the parts lie under")
    expires_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        db_table = "uploads"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="ck_uploads_purpose", condition=Q(purpose__in=Purpose.values)
            ),
            models.CheckConstraint(
                name="ck_uploads_received",
                condition=Q(received_bytes__gte=0) & Q(received_bytes__lte=F("size_bytes")),
            ),
        ]

    def __str__(self) -> str:
        return f"upload {self.pk}"

    @property
    def folder(self) -> str:
        """Where its parts lie."""
        return f"{FOLDER}/{self.pk}-{self.secret}"

    @property
    def is_whole(self) -> bool:
        return self.received_bytes == self.size_bytes


class UploadPart(Stamped):
    """One part of a file, from `start` on."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    start = models.BigIntegerField()
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        db_table = "upload_parts"
        ordering = ["start"]
        constraints = [
            models.UniqueConstraint(fields=["upload", "start"], name="uq_upload_parts_start"),
            models.CheckConstraint(name="ck_upload_parts_size", condition=Q(size_bytes__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.upload} from {self.start}"

    @property
    def key(self) -> str:
        return part_key(self.upload, self.start, self.sha256)


def part_key(upload: Upload, start: int, sha256: str) -> str:
    """Where a part is stored: what is written there twice is the same."""
    return f"{upload.folder}/{start}.{sha256}"
