"""What all tables share: abstract bases, index names, and a moment to compare their times with."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Now
from django.db.models.sql.compiler import SQLCompiler


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


class Moment(models.Value):
    """A moment as the bound of a range: `created_at__gte=Moment(at)`, or `__lt`.

    SQLite compares times as text, with three digits after the second in those that it wrote and
    six in those that Django sends. Without its last zeros a moment comes before none of its own.
    """

    output_field = models.DateTimeField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, tuple[str, ...]]:
        sql, (said,) = self.as_sql(compiler, connection)
        text = str(said)
        return sql, (text.rstrip("0") if "." in text else text,)
