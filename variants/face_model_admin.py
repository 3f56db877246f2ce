"""Face models in the admin: what is known of each, and moving the studio to another one.

It is here because a model that takes over first reads every stored face.
"""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from qa.activating import activate
from qa.errors import QAError
from qa.models import Calibration, EmbeddingModel
from studio.lib.evidence import Evidence
from variants.reembedding import move


class CalibrationInline(Evidence, admin.TabularInline[Calibration, EmbeddingModel]):
    model = Calibration
    fields = ["created_at", "origin", "same", "different", "match_limit", "check_limit", "auc"]
    # Never edited anyway, but Django makes a form of what it is not told to show only.
    readonly_fields = ["created_at"]
    extra = 0


@admin.register(EmbeddingModel)
class EmbeddingModelAdmin(Evidence, admin.ModelAdmin[EmbeddingModel]):
    list_display = ["name", "version", "is_active", "dimensions", "metric", "licence"]
    search_fields = ["name", "version", "licence"]
    actions = ["make_active", "reembed"]
    inlines = [CalibrationInline]

    @admin.action(description="Make it the studio's face model")
    def make_active(self, request: Any, queryset: QuerySet[EmbeddingModel]) -> None:
        if (chosen := self._one(request, queryset)) is None:
            return
        try:
            active = activate(request.user, chosen.pk)
        except QAError as error:
            self.message_user(request, error.sentence, messages.ERROR)
        else:
            self.message_user(request, f"{active} is the studio's face model now.")

    @admin.action(description="Re-embed: read every stored face by it, then make it the model")
    def reembed(self, request: Any, queryset: QuerySet[EmbeddingModel]) -> None:
        if (chosen := self._one(request, queryset)) is None:
            return
        try:
            jobs = move(request.user, chosen)
        except QAError as error:
            self.message_user(request, error.sentence, messages.ERROR)
        else:
            said = f"{len(jobs)} job{'' if len(jobs) == 1 else 's'} asked for; the tray shows them."
            self.message_user(request, said, messages.SUCCESS)

    def _one(
        self, request: HttpRequest, queryset: QuerySet[EmbeddingModel]
    ) -> EmbeddingModel | None:
        chosen = list(queryset)
        if len(chosen) == 1:
            return chosen[0]
        self.message_user(request, "Choose one face model.", messages.ERROR)
        return None
