"""QA in the admin: reports and faces are evidence, thresholds are edited, a model activated."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from audit.evidence import Evidence
from people.models import User
from qa import thresholds
from qa.activating import activate
from qa.errors import QAError
from qa.models import (
    Calibration,
    EmbeddingModel,
    FaceEmbedding,
    QACheck,
    QACheckResult,
    QAReport,
    QAThreshold,
    QAVerdict,
)


class ResultInline(Evidence, admin.TabularInline[QACheckResult, QAReport]):
    model = QACheckResult
    fields = ["qa_check", "value", "threshold", "verdict", "sentence"]
    extra = 0


class FaceInline(Evidence, admin.TabularInline[FaceEmbedding, QAReport]):
    model = FaceEmbedding
    fields = ["model", "confidence", "box"]
    extra = 0


@admin.register(QAReport)
class QAReportAdmin(Evidence, admin.ModelAdmin[QAReport]):
    list_display = ["id", "project", "subject", "verdict", "finished_at", "error_code"]
    list_filter = ["verdict", "subject", "error_code", "project"]
    search_fields = ["=id", "project__name", "error"]
    list_select_related = ["project", "verdict"]
    date_hierarchy = "created_at"
    inlines = [ResultInline, FaceInline]


@admin.register(FaceEmbedding)
class FaceEmbeddingAdmin(Evidence, admin.ModelAdmin[FaceEmbedding]):
    list_display = ["id", "report", "model", "confidence", "created_at"]
    list_filter = ["model"]
    search_fields = ["=id", "=report__id"]
    list_select_related = ["report", "model"]
    fields = ["report", "model", "confidence", "box", "landmarks", "created_at"]


@admin.register(QACheck)
class QACheckAdmin(Evidence, admin.ModelAdmin[QACheck]):
    list_display = ["title", "direction", "unit", "description"]
    search_fields = ["title", "name"]


@admin.register(QAVerdict)
class QAVerdictAdmin(Evidence, admin.ModelAdmin[QAVerdict]):
    list_display = ["name", "description"]


@admin.register(QAThreshold)
class QAThresholdAdmin(admin.ModelAdmin[QAThreshold]):
    list_display = ["qa_check", "project", "warn_limit", "fail_limit", "updated_at"]
    list_editable = ["warn_limit", "fail_limit"]
    list_filter = ["project", "qa_check"]
    search_fields = ["qa_check__title", "project__name"]
    list_select_related = ["qa_check", "project"]
    autocomplete_fields = ["qa_check", "project"]

    def save_model(
        self, request: HttpRequest, obj: QAThreshold, form: ModelForm[QAThreshold], change: bool
    ) -> None:
        person = cast("User", request.user)
        if not change:
            made = thresholds.add_limits(
                person, obj.qa_check, obj.project, obj.warn_limit, obj.fail_limit
            )
            obj.pk = made.pk
            return
        stored = QAThreshold.objects.select_related("qa_check", "project").get(pk=obj.pk)
        thresholds.set_limits(person, stored, obj.warn_limit, obj.fail_limit)

    def get_readonly_fields(
        self, request: HttpRequest, obj: QAThreshold | None = None
    ) -> list[str]:
        """What limits are for stays; another check or project has limits of its own."""
        return ["qa_check", "project"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A project's own limits can go; the studio's defaults are emptied instead."""
        of_project = obj is None or obj.project_id is not None
        return of_project and super().has_delete_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: QAThreshold) -> None:
        thresholds.remove_limits(cast("User", request.user), obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without deletion of many, which would take the studio's defaults with it."""
        return {
            name: action
            for name, action in super().get_actions(request).items()
            if name != "delete_selected"
        }


class CalibrationInline(Evidence, admin.TabularInline[Calibration, EmbeddingModel]):
    model = Calibration
    fields = ["created_at", "origin", "same", "different", "match_limit", "check_limit", "auc"]
    # Never edited anyway, but Django makes a form of what it is not told to show only.
    readonly_fields = ["created_at"]
    extra = 0


@admin.register(EmbeddingModel)
class EmbeddingModelAdmin(admin.ModelAdmin[EmbeddingModel]):
    list_display = ["name", "version", "is_active", "dimensions", "metric", "licence"]
    readonly_fields = [
        "name",
        "version",
        "dimensions",
        "metric",
        "thresholds",
        "licence",
        "is_active",
    ]
    actions = ["make_active"]
    inlines = [CalibrationInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description="Make it the studio's face model")
    def make_active(self, request: HttpRequest, queryset: QuerySet[EmbeddingModel]) -> None:
        chosen = list(queryset)
        if len(chosen) != 1:
            self.message_user(request, "Choose one face model.", messages.ERROR)
            return
        try:
            active = activate(_person(request), chosen[0].pk)
        except QAError as error:
            self.message_user(request, error.sentence, messages.ERROR)
        else:
            self.message_user(request, f"{active} is the studio's face model now.")


def _person(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
