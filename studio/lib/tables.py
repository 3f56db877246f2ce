"""Abstract bases of all tables."""

from django.db import models
from django.db.models.functions import Now


class Stamped(models.Model):
    """A table with `created_at` and `updated_at`; a trigger keeps the latter true."""

    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True


class Lookup(Stamped):
    """A lookup table: rows referred to by foreign key, shown by name."""

    name = models.TextField(unique=True)
    description = models.TextField(blank=True, default="", db_default="")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class NamedIndex(models.Index):
    """An index with a name of up to 63 characters, which is what PostgreSQL takes."""

    max_name_length = 63
