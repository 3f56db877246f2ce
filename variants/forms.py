"""Forms of the variants' pages."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet

from characters.models import Character
from comfy_bridge.models import ComfyServer, ServerStatus, Workflow, WorkflowVersion
from studio.lib.tables import Lookup
from variants.options import COLUMNS, MAX_OUTFIT, Options
from variants.value_fields import (
    KINDS,
    PREFIX,
    Offer,
    fields_for,
    offers,
    values_of,
    workflow_choices,
)
from variants.vocabulary import (
    AspectRatio,
    EnvironmentPreset,
    QualityMode,
    ScenePreset,
    VariantType,
)
from variants.wishes import MAX_COUNT, MAX_PROMPT, MAX_SEED, Wish

MAX_NOTE = 2000
# Another workflow takes other values: the page asks which (a button does it without a script).
SHOW_ITS_FIELDS = {
    "hx-post": "",
    "hx-trigger": "change",
    "hx-target": "#value-fields",
    "hx-swap": "outerHTML",
    "hx-vals": '{"look": "1"}',
}


CHOICES: dict[str, tuple[type[Lookup], str]] = {
    "scene": (ScenePreset, "None"),
    "environment": (EnvironmentPreset, "None"),
    "aspect_ratio": (AspectRatio, "As the source"),
    "quality_mode": (QualityMode, "As the workflow says"),
}


class GenerateForm(forms.Form):
    """What to make, how many, and the recipe's few values."""

    variant_type = forms.ModelChoiceField(
        VariantType.objects.none(), to_field_name="name", empty_label=None, label="Type"
    )
    workflow = forms.ModelChoiceField(
        Workflow.objects.none(), empty_label=None, widget=forms.Select(attrs=SHOW_ITS_FIELDS)
    )
    count = forms.IntegerField(min_value=1, max_value=MAX_COUNT, initial=4, label="Candidates")
    prompt = forms.CharField(
        required=False, max_length=MAX_PROMPT, widget=forms.Textarea(attrs={"rows": 4})
    )
    negative_prompt = forms.CharField(
        required=False, max_length=MAX_PROMPT, widget=forms.Textarea(attrs={"rows": 2})
    )
    scene = forms.ChoiceField(required=False)
    environment = forms.ChoiceField(required=False)
    outfit = forms.CharField(required=False, max_length=MAX_OUTFIT)
    aspect_ratio = forms.ChoiceField(required=False)
    quality_mode = forms.ChoiceField(required=False, label="Quality")
    adult = forms.BooleanField(required=False, label="Rate the images adult, whatever their type")
    seed = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MAX_SEED - MAX_COUNT,
        help_text="Of the first candidate, counted up. Empty: a random one for each.",
    )
    override_qa = forms.BooleanField(
        required=False, label="Use the source in spite of its failed checks (recorded)"
    )
    lock_seed = forms.BooleanField(required=False, label="Lock: one seed for every candidate")
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
        self.fields["variant_type"].initial = types.first()
        servers = list(ComfyServer.objects.all())
        offered = offers(servers)
        workflows = Workflow.objects.filter(is_archived=False, kind__in=KINDS)
        self.fields["workflow"].queryset = workflows  # type: ignore[attr-defined]
        self.fields["workflow"].choices = workflow_choices(offered)  # type: ignore[attr-defined]
        if offered:
            self.fields["workflow"].initial = offered[0].version.workflow_id
        if version := self._chosen(offered):
            self.fields |= fields_for(version, servers, but=self.base_fields)
        names = [(name, name) for name in checkpoints()]
        self.fields["checkpoint"].choices = [("", "The only one there is"), *names]  # type: ignore[attr-defined]
        if not settings.ADULT_CONTENT_ENABLED:
            del self.fields["adult"]
        for name, (model, none) in CHOICES.items():
            known = model._default_manager.order_by("pk").values_list("name", "name")
            self.fields[name].choices = [("", none), *known]  # type: ignore[attr-defined]

    def _chosen(self, offered: Sequence[Offer]) -> WorkflowVersion | None:
        """The version whose values are asked for: of the chosen workflow, else of the first."""
        said = str(self["workflow"].value() or "")
        versions = {str(one.version.workflow_id): one.version for one in offered}
        return versions.get(said) or next(iter(versions.values()), None)

    @property
    def value_fields(self) -> list[forms.BoundField]:
        """The fields of what the chosen workflow takes beyond the form's own."""
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    @property
    def has_value_errors(self) -> bool:
        """Whether one of those fields has to be looked at."""
        return any(field.errors for field in self.value_fields)

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
            lock_seed=data["lock_seed"],
            adult=data.get("adult", False),
            options=Options(**{name: data[name] for name in COLUMNS}),
            values={**values, **values_of(data)},
        )


class BatchForm(GenerateForm):
    """The same wish for many characters of a project."""

    characters = forms.ModelMultipleChoiceField(
        Character.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, characters: QuerySet[Character], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["characters"].queryset = characters  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """A decision on one variant, with what the page showed when it was made."""

    revision = forms.IntegerField(required=False, min_value=1)
    seen_hero = forms.CharField(required=False, max_length=20)
    note = forms.CharField(required=False, max_length=MAX_NOTE)


def checkpoints() -> list[str]:
    """Names of the checkpoints of all servers that are online."""
    online = ComfyServer.objects.filter(status_id=ServerStatus.ONLINE)
    return sorted({name for server in online for name in server.catalog.checkpoints})
