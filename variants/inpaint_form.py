"""The form of the inpainting page: what is to be there, and the mask that says where."""

from typing import Any

from django import forms

from characters.models import SourceImage
from comfy_bridge.models import Workflow
from variants.errors import BadMask
from variants.forms import checkpoints
from variants.images import Image
from variants.inpainting import Edit, types_for
from variants.masking import GivenMask, masks_of
from variants.wishes import MAX_COUNT, MAX_PROMPT, MAX_SEED
from variants.workflow_choice import inpainting_workflows

MOST_MASKS = 12


class InpaintForm(forms.Form):
    """What to draw, where, and how often."""

    prompt = forms.CharField(
        max_length=MAX_PROMPT,
        label="What is to be there",
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "a red woollen scarf"}),
    )
    count = forms.IntegerField(min_value=1, max_value=MAX_COUNT, initial=2, label="Candidates")
    variant_type = forms.ChoiceField(required=False, label="Type")
    workflow = forms.ModelChoiceField(
        Workflow.objects.none(), required=False, empty_label="The first that a server can run"
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
    checkpoint = forms.ChoiceField(required=False, help_text="Which model draws.")
    mask = forms.FileField(required=False, label="Mask", allow_empty_file=True)
    mask_id = forms.IntegerField(required=False, min_value=1, label="Stored mask")

    def __init__(self, *args: Any, image: Image, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.masks = list(masks_of(image)[:MOST_MASKS])
        if isinstance(image, SourceImage):
            names = [(row.name, row.name) for row in types_for(image)]
            self._choose("variant_type", names)
        else:
            del self.fields["variant_type"]
        able = [version.workflow_id for version in inpainting_workflows()]
        self.fields["workflow"].queryset = Workflow.objects.filter(pk__in=able)  # type: ignore[attr-defined]
        models = [(name, name) for name in checkpoints()]
        self._choose("checkpoint", [("", "As the workflow finds it"), *models])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def edit(self) -> Edit:
        """The validated answers; raises BadMask (`no_mask`) when no mask came with them."""
        data = self.cleaned_data
        values = {
            name: data[name] for name in ("denoise", "checkpoint") if data[name] not in (None, "")
        }
        return Edit(
            prompt=data["prompt"],
            mask=self._mask(),
            negative_prompt=data["negative_prompt"],
            count=data["count"],
            seed=data["seed"],
            workflow_id=data["workflow"].pk if data["workflow"] else None,
            variant_type=data.get("variant_type", ""),
            values=values,
        )

    def _mask(self) -> GivenMask:
        file, stored = self.cleaned_data["mask"], self.cleaned_data["mask_id"]
        if file:
            return GivenMask(file.read())
        if stored:
            return GivenMask(field="mask_id", stored_id=stored)
        raise BadMask(
            "Say where: paint over what is to change, or choose a mask.",
            code="no_mask",
            field="mask",
        )
