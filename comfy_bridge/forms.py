"""What an admin may say of a server, in the admin and over the API."""

from django import forms
from django.conf import settings

from comfy_bridge import hooks
from comfy_bridge.addresses import networks, parse, vetted
from comfy_bridge.errors import BridgeError
from comfy_bridge.models import ComfyServer

MAX_SLOTS = 64


def _hooks() -> list[tuple[str, str]]:
    names = hooks.names(settings.COMFYUI_RESTART_HOOKS_DIR)
    return [("", "None"), *((name, name) for name in names)]


class ServerForm(forms.ModelForm[ComfyServer]):
    """Its addresses have to lie in the networks that the operator allows."""

    name = forms.CharField(max_length=100)
    slots = forms.IntegerField(min_value=1, max_value=MAX_SLOTS, initial=1)
    restart_hook = forms.ChoiceField(
        choices=_hooks,
        required=False,
        help_text="A program of the operator's folder that starts this server anew.",
    )

    class Meta:
        model = ComfyServer
        fields = ["name", "url", "slots", "agent_url", "restart_hook"]
        widgets = {"url": forms.TextInput(), "agent_url": forms.TextInput()}
        help_texts = {"agent_url": "Where the GPU agent answers on that machine, if one runs."}

    def clean_url(self) -> str:
        return _allowed(self.cleaned_data["url"])

    def clean_agent_url(self) -> str:
        url = self.cleaned_data["agent_url"]
        return _allowed(url) if url else ""


def _allowed(url: str) -> str:
    try:
        place = parse(url)
        vetted(place.host, place.port, networks(settings.COMFYUI_NETWORKS))
    except BridgeError as error:
        raise forms.ValidationError(error.sentence) from error
    return place.url
