"""QA in the admin: reports and faces are evidence, thresholds are edited.

Face models are in variants.face_model_admin, which can let a model read every stored face.
"""

from typing import Any, cast

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from people.models import User
from qa import thresholds
from qa.models import (
    FaceEmbedding,
    QACheck,
    QACheckResult,
    QAReport,
    QAThreshold,
    QAVerdict,
)
from studio.lib.evidence import Evidence, Values


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
    list_filter = ["verdict", "subject", ("error_code", Values), "project"]
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
    search_fields = ["name", "description"]


class LimitsForm(ModelForm[QAThreshold]):
    """Limits in a row of the list, each named by its check."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values() if self.instance.pk else ():
            field.widget.attrs["aria-label"] = f"{self.instance.qa_check}: {field.label}"


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

    def get_changelist_form(
        self, request: HttpRequest, **kwargs: Any
    ) -> type[ModelForm[QAThreshold]]:
        return super().get_changelist_form(request, **({"form": LimitsForm} | kwargs))

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
