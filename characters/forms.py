"""Forms of the characters' pages."""

from typing import Any

from django import forms

from characters.describing import LOCKED_FIELDS
from characters.models import Character

MAX_TAGS = 30


class TagsField(forms.CharField):
    """Words separated by commas, kept as a list."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        words = [word.strip()[:60] for word in (super().to_python(value) or "").split(",")]
        return list(dict.fromkeys(word for word in words if word))[:MAX_TAGS]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != (initial or []))


class CharacterForm(forms.ModelForm[Character]):
    tags = TagsField(required=False, help_text="Separated by commas.")

    class Meta:
        model = Character
        fields = [
            "name",
            "depicts",
            "age",
            "age_basis",
            "gender",
            "ethnicity",
            "personality",
            "appearance",
            "base_appearance_description",
            "tags",
            "notes",
        ]
        labels = {"depicts": "Depicts", "age_basis": "How the age is known"}
        help_texts = {
            "depicts": "Real and unknown people need a statement of your right to the likeness.",
        }
        widgets = {
            name: forms.Textarea(attrs={"rows": 3})
            for name in ("personality", "appearance", "base_appearance_description", "notes")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.fields["name"].widget.attrs["autofocus"] = True
        if self.instance.pk and self.instance.is_locked:
            for name in LOCKED_FIELDS:
                self.fields[name].disabled = True
                self.fields[name].help_text = "Locked by the approved baseline."


class SourceForm(forms.Form):
    """What comes with an uploaded file: the statement about the likeness, where one is needed."""

    statement = forms.CharField(required=False, max_length=2000)
    source = forms.CharField(required=False, max_length=2000)


class AttestationForm(forms.Form):
    statement = forms.CharField(max_length=2000)
    source = forms.CharField(max_length=2000)


class ReasonForm(forms.Form):
    reason = forms.CharField(required=False, max_length=2000)
    override = forms.BooleanField(required=False)
