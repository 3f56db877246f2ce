"""Fields of the generate form for what the chosen workflow takes beyond the form's own fields.

They are built from the workflow's bindings, so that an uploaded one needs no code.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from comfy_bridge.listing import Taken, able, current_versions, taken_by
from comfy_bridge.models import ComfyServer, ServerStatus, WorkflowVersion
from comfy_bridge.pool import models_of
from variants.wishes import OWN_FIELDS

PREFIX = "value_"
KINDS = ("img2img", "txt2img")  # an inpaint begins with a mask, on a page of its own


@dataclass(frozen=True)
class Offer:
    """A workflow that can be asked for, and whether a server that answers could run it now."""

    version: WorkflowVersion
    is_ready: bool


def offers(servers: Sequence[ComfyServer]) -> list[Offer]:
    """Those that a server could run first, by title; the others by how many models they need."""
    rows = current_versions().filter(workflow__is_archived=False, workflow__kind__in=KINDS)
    online = [one for one in servers if one.status_id == ServerStatus.ONLINE]
    found = [Offer(row, any(one.can_run for one in able(row, online))) for row in rows]

    def order(one: Offer) -> tuple[bool, int, str]:
        models = 0 if one.is_ready else len(models_of(one.version))
        return not one.is_ready, models, one.version.workflow.title

    return sorted(found, key=order)


def workflow_choices(offered: Sequence[Offer]) -> list[tuple[str, list[tuple[int, str]]]]:
    """The choices of a select, in groups."""
    groups = {"Ready": True, "No server that answers has what it needs": False}
    choices = [
        (
            title,
            [
                (one.version.workflow_id, one.version.workflow.title)
                for one in offered
                if one.is_ready is is_ready
            ],
        )
        for title, is_ready in groups.items()
    ]
    return [(title, entries) for title, entries in choices if entries]


def fields_for(
    version: WorkflowVersion, servers: Sequence[ComfyServer], but: Collection[str]
) -> dict[str, forms.Field]:
    """A field for each further value, by `value_` and its name; `but` have fields already."""
    return {
        PREFIX + taken.name: _field(taken)
        for taken in taken_by(version, servers)
        if not taken.is_picture and taken.name not in OWN_FIELDS and taken.name not in but
    }


def values_of(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """The values that were filled in, by name."""
    return {
        name.removeprefix(PREFIX): value
        for name, value in cleaned.items()
        if name.startswith(PREFIX) and value not in (None, "")
    }


def _field(taken: Taken) -> forms.Field:
    common: dict[str, Any] = {
        "required": False,
        "label": taken.name.replace("_", " ").capitalize(),
        "help_text": _hint(taken),
    }
    if taken.type == "int":
        return forms.IntegerField(
            min_value=_whole(taken.min), max_value=_whole(taken.max), **common
        )
    if taken.type == "float":
        return forms.FloatField(min_value=taken.min, max_value=taken.max, **common)
    if taken.choices:
        words = [(word, word) for word in taken.choices]
        return forms.ChoiceField(choices=[("", "As the workflow says"), *words], **common)
    return forms.CharField(max_length=4000, strip=False, **common)


def _hint(taken: Taken) -> str:
    if taken.default in (None, ""):
        return "Needed when a server has several." if taken.type == "model" else ""
    shown = str(taken.default)
    return f"Empty: {shown if len(shown) <= 60 else shown[:60] + '…'}"


def _whole(bound: float | None) -> int | None:
    return None if bound is None else int(bound)
