"""The list of jobs: which filters there are, and what they leave. Refuses unknown words."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from jobs.models import Job, JobKind, JobQuerySet, JobStatus
from people import workspace
from people.models import Project, User
from studio.lib.addresses import Asked, Said, choice, moment, whole
from studio.lib.errors import BadQuery
from studio.lib.tables import Moment

PAGE = "jobs"
MAX_QUERY = 500  # characters
STATES = {state.label: state for state in JobStatus}
WORDS = {
    "queued": "Waiting",
    "running": "Running",
    "succeeded": "Done",
    "failed": "Failed",
    "cancelled": "Cancelled",
}


def listed(user: User, request: Asked) -> JobQuerySet:
    """The jobs that a person may see and that the address asks for. Raises BadQuery."""
    rows = Job.objects.visible_to(user).for_people()
    if (state := choice(request, "status", STATES)) is not None:
        rows = rows.filter(status_id=state)
    kinds = {kind.name: kind for kind in JobKind.objects.all()}
    if kind := choice(request, "kind", kinds):
        rows = rows.filter(kind=kind)
    if choice(request, "whose", {"mine": True, "all": False}):
        rows = rows.filter(asked_by=user)
    if said := request.GET.get("project"):
        project = whole(said)
        if project is None:
            raise BadQuery("A project is said by its number.", field="project")
        rows = rows.filter(project_id=project)
    if since := moment(request, "since"):
        rows = rows.filter(created_at__gte=Moment(since))
    if until := moment(request, "until", end=True):
        rows = rows.filter(created_at__lt=Moment(until))
    return rows.select_related("kind", "status", "asked_by", "project")


def kept_query(user: User) -> str:
    """The query string that the list was left with; empty for none."""
    return str(workspace.left(user, PAGE).get("query", ""))


def keep_query(user: User, query: str) -> None:
    """Keep the filters of a query string, if the list takes them. Raises BadQuery."""
    said = Said(_Address(QueryDict(query.removeprefix("?")[:MAX_QUERY])))
    for name in set(said.GET) - set(FilterForm.base_fields):
        said.take(name)
    listed(user, said)
    workspace.leave(user, PAGE, {"query": said.GET.urlencode()})


@dataclass(frozen=True)
class _Address:
    """A query string that nobody asked for so far."""

    GET: QueryDict

    def build_absolute_uri(self, location: str | None = None) -> str:
        return location or ""


class FilterForm(forms.Form):
    """The filters, filled with what the address says; what it sends is read by `listed`."""

    status = forms.ChoiceField(label="State", required=False, choices=[("", "Any"), *WORDS.items()])
    kind = forms.ChoiceField(label="Kind", required=False)
    whose = forms.ChoiceField(
        label="Asked by", required=False, choices=[("", "Everybody"), ("mine", "Me")]
    )
    project = forms.ChoiceField(label="Project", required=False)
    since = forms.CharField(
        label="From", required=False, widget=forms.TextInput(attrs={"type": "date"})
    )
    until = forms.CharField(
        label="To", required=False, widget=forms.TextInput(attrs={"type": "date"})
    )

    def __init__(self, user: User, said: Said) -> None:
        super().__init__(initial=said.GET.dict(), auto_id="filter-%s")
        kinds = JobKind.objects.order_by("description").values_list("name", "description")
        projects = Project.objects.visible_to(user).values_list("pk", "name")
        for name, rows in (("kind", kinds), ("project", projects)):
            field: Any = self.fields[name]
            field.choices = [("", "Any"), *rows]
