"""Prompts of ours that a server still has though nobody follows them: they are taken back.

They are left when a server was out of reach: its work moved on or was cancelled meanwhile.
"""

import logging
from collections.abc import Sequence

from comfy_bridge.addresses import Network
from comfy_bridge.answers import is_prompt_id
from comfy_bridge.errors import BridgeError
from comfy_bridge.handles import handle_for
from comfy_bridge.models import OPEN, ComfyServer, Submission

log = logging.getLogger(__name__)


def take_back(server: ComfyServer, networks: Sequence[Network]) -> int:
    """Cancel, each by its own id, what the server has of closed submissions; returns how many."""
    client = handle_for(server.url, networks).client
    try:
        queue = client.queue()
        here = [found for found in (*queue.running, *queue.pending) if is_prompt_id(found)]
        left = Submission.objects.filter(server=server, prompt_id__in=here)
        closed = left.exclude(status_id__in=OPEN).values_list("prompt_id", flat=True)
        for prompt_id in closed:
            client.cancel(str(prompt_id), wait_s=0.0)
    except BridgeError as error:
        log.warning("server %s: what is left there was not taken back: %s", server.name, error)
        return 0
    return len(closed)
