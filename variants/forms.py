"""Forms of the variants' pages."""

from typing import Any

from django import forms

from comfy_bridge.models import ComfyServer, ServerStatus, Workflow
from variants.vocabulary import VariantType
from variants.wishes import MAX_COUNT, MAX_PROMPT, MAX_SEED, Wish

MAX_NOTE = 2000


class GenerateForm(forms.Form):
    """What to make, how many, and the recipe's few values."""

    variant_type = forms.ModelChoiceField(
        VariantType.objects.none(), to_field_name="name", empty_label=None, label="Type"
    )
    workflow = forms.ModelChoiceField(Workflow.objects.none(), empty_label=None)
    count = forms.IntegerField(min_value=1, max_value=MAX_COUNT, initial=4, label="Candidates")
    prompt = forms.CharField(
        required=False, max_length=MAX_PROMPT, widget=forms.Textarea(attrs={"rows": 4})
    )
    negative_prompt = forms.CharField(
        required=False, max_length=MAX_PROMPT, widget=forms.Textarea(attrs={"rows": 2})
    )
    seed = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MAX_SEED - MAX_COUNT,
        help_text="Empty: a random seed for each candidate.",
    )
    denoise = forms.FloatField(
        required=False,
        min_value=0.0,
        max_value=1.0,
        help_text="How freely it is redrawn, 0 to 1. Empty: as the workflow says.",
    )
    checkpoint = forms.ChoiceField(
        required=False, help_text="Which model draws. Needed when a server has several."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = VariantType.objects.filter(archived_at__isnull=True)
        self.fields["variant_type"].queryset = types  # type: ignore[attr-defined]
        workflows = Workflow.objects.filter(is_archived=False, kind="img2img")
        self.fields["workflow"].queryset = workflows  # type: ignore[attr-defined]
        names = [(name, name) for name in checkpoints()]
        self.fields["checkpoint"].choices = [("", "The only one there is"), *names]  # type: ignore[attr-defined]

    def wish(self) -> Wish:
        """The validated answers as a wish."""
        data = self.cleaned_data
        values = {
            name: data[name] for name in ("denoise", "checkpoint") if data[name] not in (None, "")
        }
        return Wish(
            variant_type=data["variant_type"].name,
            workflow_id=data["workflow"].pk,
            count=data["count"],
            prompt=data["prompt"],
            negative_prompt=data["negative_prompt"],
            seed=data["seed"],
            values=values,
        )


class DecisionForm(forms.Form):
    """A decision on one variant, with what the page showed when it was made."""

    revision = forms.IntegerField(required=False, min_value=1)
    seen_hero = forms.CharField(required=False, max_length=20)
    reason = forms.MultipleChoiceField(required=False)
    note = forms.CharField(required=False, max_length=MAX_NOTE)


def checkpoints() -> list[str]:
    """Names of the checkpoints of all servers that are online."""
    online = ComfyServer.objects.filter(status_id=ServerStatus.ONLINE)
    return sorted({name for server in online for name in server.catalog.checkpoints})
