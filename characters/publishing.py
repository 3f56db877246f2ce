"""What the world hears of a character: a small event; open pages fetch its panel anew."""

from typing import Any

from django.template.loader import render_to_string

from characters.models import Character
from studio.lib.events import push_on_commit


def source_changed(character: Character, event: str, **facts: Any) -> None:
    """After commit: the source, its checks or the baseline changed."""
    page = f"character-{character.pk}"
    html = render_to_string("characters/_source_changed.html", {"character": character})
    push_on_commit(
        event,
        [f"project-{character.project_id}", page],
        fragments={page: html},
        character_id=character.pk,
        **facts,
    )
