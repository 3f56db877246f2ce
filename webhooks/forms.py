"""What an admin says of a webhook on its page and in the admin."""

from django import forms

from people.models import Project
from studio.lib.outbound import MAX_URL
from webhooks.models import TYPES
from webhooks.registering import MAX_NAME


class ChangeForm(forms.Form):
    """What can be changed of a webhook; the address is vetted by the step that takes it."""

    name = forms.CharField(max_length=MAX_NAME)
    url = forms.CharField(max_length=MAX_URL, label="Address")
    events = forms.MultipleChoiceField(
        choices=[(name, name) for name in TYPES], widget=forms.CheckboxSelectMultiple
    )
    is_active = forms.BooleanField(required=False, label="Switched on")


class WebhookForm(ChangeForm):
    """A new webhook: it is on, and its project stays."""

    project = forms.ModelChoiceField(
        Project.objects.order_by("name"), required=False, empty_label="Every project"
    )
