"""The form of the gallery's filters and order: which fields, in which words. Decides nothing.

What it sends is read and refused by `filtering`.
"""

from collections.abc import Iterable
from typing import Any

from django import forms

from studio.lib.addresses import Said

Choices = list[tuple[str, str]]


def _select(label: str, *choices: tuple[str, str], any_word: str = "Any") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", any_word), *choices], required=False)


def _text(label: str, options: str) -> forms.CharField:
    attributes = {"list": options, "autocomplete": "off", "maxlength": "200"}
    return forms.CharField(label=label, required=False, widget=forms.TextInput(attrs=attributes))


def _day(label: str) -> forms.CharField:
    # Its text as it was said: what is no date is refused where it is read.
    return forms.CharField(
        label=label, required=False, widget=forms.TextInput(attrs={"type": "date"})
    )


class FilterForm(forms.Form):
    """The filters that have no tab, filled with what the address says."""

    verdict = _select(
        "QA", ("pass", "Passed"), ("warn", "Warns"), ("fail", "Failed"), ("none", "Not judged")
    )
    likeness = _select(
        "Likeness",
        ("match", "Match"),
        ("check", "Check"),
        ("differs", "Differs"),
        ("none", "Not measured"),
    )
    provenance = _select(
        "Made by",
        ("generated", "Generation"),
        ("manually_edited", "Editing by hand"),
        ("manual_upload", "Upload by hand"),
    )
    model = _text("Model", "filter-models")
    tag = _text("Tag", "filter-tags")
    since = _day("From")
    until = _day("To")
    sort = _select(
        "Sort",
        ("oldest", "Oldest first"),
        ("likeness", "Most like first"),
        ("seed", "By seed"),
        ("version", "Highest version first"),
        any_word="Newest first",
    )
    tile = _select("Tiles", ("small", "Small"), ("large", "Large"), any_word="Medium")

    def __init__(self, said: Said) -> None:
        super().__init__(initial=said.GET.dict(), auto_id="filter-%s")
        self._others = [
            (name, value)
            for name, value in said.GET.items()
            if name not in self.fields and name != "cursor"
        ]

    @property
    def others(self) -> Iterable[tuple[str, str]]:
        """What else the address says, which the form carries on."""
        return self._others

    def words(self, name: str, value: str) -> str:
        """A filter that is on, for a person: `QA: Passed`."""
        field: Any = self.fields.get(name)
        label = field.label if field else name.replace("_", " ").capitalize()
        known: dict[str, str] = dict(getattr(field, "choices", ()))
        return f"{label}: {known.get(value, value[:60])}"
