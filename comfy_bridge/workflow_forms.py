"""Forms of the admin's workflow pages: the upload, and one row for each binding."""

import json
from collections.abc import Iterable
from typing import Any, get_args

from django import forms
from django.forms import formset_factory

from comfy_bridge.bindings import Binding, BindingType, from_json, to_json
from comfy_bridge.declaring import MAX_BINDINGS
from comfy_bridge.errors import BindingRefused, UnfitGraph
from comfy_bridge.models import KINDS, ComfyServer
from comfy_bridge.reading import MAX_FILE_BYTES, parse
from comfy_bridge.requests import Graph
from comfy_bridge.uploading import MAX_DESCRIPTION, MAX_TITLE

PREFIX = "bindings"


class GraphForm(forms.Form):
    """A workflow as a file or as pasted text, and who is asked about what the page saved."""

    file = forms.FileField(required=False, label="Workflow file (JSON)")
    text = forms.CharField(
        required=False,
        label="or its text",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )
    server = forms.ModelChoiceField(
        ComfyServer.objects.all(),
        required=False,
        empty_label="Any that answers",
        help_text="Who is asked about nodes when the file is no API export.",
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file is not None and file.size > MAX_FILE_BYTES:
            raise forms.ValidationError(f"At most {MAX_FILE_BYTES // 2**20} MB.")
        return file

    def document(self) -> Any:
        """The document that was sent; None when none was. Raises UnfitGraph."""
        file = self.cleaned_data.get("file")
        if file is not None:
            return parse(file.read())
        text = str(self.cleaned_data.get("text") or "").strip()
        return parse(text) if text else None


class UploadForm(GraphForm):
    """A new workflow."""

    name = forms.CharField(
        max_length=60, help_text="Small letters, digits and _: how programs call it."
    )
    title = forms.CharField(max_length=MAX_TITLE, required=False, help_text="How people see it.")
    kind = forms.ChoiceField(
        required=False, choices=[("", "As found"), *((kind, kind) for kind in KINDS)]
    )
    description = forms.CharField(
        max_length=MAX_DESCRIPTION, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    field_order = ("name", "title", "kind", "description", "file", "text", "server")


class BindingForm(forms.Form):
    """One binding; `map` holds how a value follows from the seed, as it was stored."""

    name = forms.CharField(max_length=40, required=False)
    node = forms.CharField(max_length=200, required=False)
    input = forms.CharField(max_length=200, required=False)
    type = forms.ChoiceField(choices=[(one, one) for one in get_args(BindingType)])
    min = forms.CharField(max_length=30, required=False, label="at least")
    max = forms.CharField(max_length=30, required=False, label="at most")
    choices = forms.CharField(max_length=2000, required=False, help_text="Separated by commas.")
    map = forms.CharField(max_length=300, required=False, widget=forms.HiddenInput)

    def clean_min(self) -> float | None:
        return _number(self.cleaned_data["min"])

    def clean_max(self) -> float | None:
        return _number(self.cleaned_data["max"])

    def stored(self) -> dict[str, Any] | None:
        """The binding in its stored form; None for an empty row."""
        data = self.cleaned_data
        if data.get("DELETE") or not (data.get("name") or data.get("node") or data.get("input")):
            return None
        words = [word.strip() for word in data["choices"].split(",") if word.strip()]
        found = {key: data[key] for key in ("name", "node", "input", "type")}
        found |= {key: data[key] for key in ("min", "max") if data[key] is not None}
        if words:
            found["choices"] = words
        if data["map"]:
            found["map"] = parse(data["map"])
        return found


BindingFormSet = formset_factory(
    BindingForm, extra=3, can_delete=True, max_num=MAX_BINDINGS, absolute_max=MAX_BINDINGS + 3
)


def rows_of(bindings: Iterable[Binding], graph: Graph) -> Any:
    """The rows of these bindings, each with what the graph says there now."""
    initial = []
    for stored in to_json(bindings):
        row = {**stored, "choices": ", ".join(stored.get("choices", ()))}
        if "map" in stored:
            row["map"] = json.dumps(stored["map"])
        initial.append(row)
    formset: Any = BindingFormSet(initial=initial, prefix=PREFIX)
    for form in formset.forms:
        node = graph.get(str(form.initial.get("node")))
        if node:
            form.said = node["inputs"].get(form.initial["input"])
            form.node_title = node.get("_meta", {}).get("title") or node["class_type"]
    return formset


def declared(formset: Any) -> tuple[Binding, ...]:
    """The bindings of valid rows; raises BindingRefused."""
    try:
        return from_json([row for form in formset.forms if (row := form.stored())])
    except UnfitGraph as error:
        raise BindingRefused(error.sentence, field="bindings") from error


def _number(text: str) -> float | None:
    text = text.strip()
    if not text:
        return None
    try:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError as error:
        raise forms.ValidationError("This is no number.") from error
