"""Rows of a folder import: what was found, what is to become of each file, and what did.

Apart from `models`, which loads it. Knows paths, sizes and hashes, never pixels.
"""

from typing import Self

from django.db import models
from django.db.models import Q

from people.models import Project, User
from studio.lib.tables import Stamped


class Existing(models.TextChoices):
    """What to do where a character of the folder's name is there already."""

    SKIP = "skip", "Leave it alone"
    NEW_VERSION = "new_version", "Make the file its new source version"
    CREATE = "create", "Create another character of that name"


class EntryStatus(models.TextChoices):
    PLANNED = "planned", "Waits for its file"
    DONE = "done", "Imported"
    REFUSED = "refused", "Refused"
    SKIPPED = "skipped", "Left out"


class FolderImportQuerySet(models.QuerySet["FolderImport"]):
    def visible_to(self, user: User) -> Self:
        """Imports into projects that the person may see."""
        return self.filter(project__in=Project.objects.visible_to(user))


class FolderImport(Stamped):
    """One folder that was dropped on a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="imports")
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    existing = models.TextField(
        choices=Existing.choices, default=Existing.SKIP, db_default=Existing.SKIP
    )

    objects = FolderImportQuerySet.as_manager()

    class Meta:
        db_table = "folder_imports"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="ck_folder_imports_existing", condition=Q(existing__in=Existing.values)
            )
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"


class ImportEntry(Stamped):
    """One file of a folder import and what became of it."""

    folder_import = models.ForeignKey(
        FolderImport, db_column="import_id", on_delete=models.CASCADE, related_name="entries"
    )
    path = models.TextField()
    folder = models.TextField(help_text="Two folders are two characters, whatever their names")
    name = models.TextField(help_text="The character's name: the last part of the folder")
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True, default="", db_default="")
    status = models.TextField(choices=EntryStatus.choices, default=EntryStatus.PLANNED)
    code = models.TextField(blank=True, default="", db_default="")
    sentence = models.TextField(blank=True, default="", db_default="")
    character = models.ForeignKey(
        "characters.Character",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    source = models.ForeignKey(
        "characters.SourceImage",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        db_table = "folder_import_entries"
        verbose_name_plural = "import entries"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["folder_import", "path"], name="uq_folder_import_entries_path"
            ),
            models.CheckConstraint(
                name="ck_folder_import_entries_status",
                condition=Q(status__in=EntryStatus.values),
            ),
        ]

    def __str__(self) -> str:
        return self.path
