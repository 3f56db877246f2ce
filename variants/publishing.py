"""What the world hears of variants: events, and card parts rendered once for every reader."""

from collections.abc import Sequence

from django.template.loader import render_to_string
from django.urls import reverse

from characters.models import Character
from jobs.publishing import tell
from studio.lib.events import push, push_on_commit
from variants.fragments import Bar, card_of
from variants.models import GenerationRequest, ImageVariant
from variants.vocabulary import VariantStatus

UNFINISHED = (VariantStatus.PENDING, VariantStatus.GENERATING)


def _groups(character: Character) -> list[str]:
    return [f"project-{character.project_id}", f"character-{character.pk}"]


def variants_created(character: Character, variants: Sequence[ImageVariant]) -> None:
    """After commit: pending candidates were asked for."""
    html = render_to_string(
        "variants/_arrivals.html", {"character": character, "variants": variants}
    )
    push_on_commit(
        "variant.created",
        _groups(character),
        fragments={f"character-{character.pk}": html},
        character_id=character.pk,
        variant_ids=[variant.pk for variant in variants],
    )


def variant_changed(variant: ImageVariant, event: str = "variant.status") -> None:
    """After commit: the variant's status, checks or role changed."""
    card = card_of(ImageVariant.objects.for_cards().get(pk=variant.pk))
    character = variant.character
    html = render_to_string("variants/_card_live.html", {"card": card, "oob": True})
    push_on_commit(
        event,
        _groups(character),
        fragments={f"character-{character.pk}": html},
        character_id=character.pk,
        variant_id=variant.pk,
        status=card.status,
        is_hero=card.is_hero,
    )


def variant_withdrawn(variant: ImageVariant) -> None:
    """After commit: the variant is in the trash, or gone for good; open pages drop its card."""
    character = variant.character
    html = render_to_string("variants/_card_gone.html", {"pk": variant.pk})
    push_on_commit(
        "variant.deleted",
        _groups(character),
        fragments={f"character-{character.pk}": html},
        character_id=character.pk,
        variant_id=variant.pk,
    )


def variant_restored(variant: ImageVariant) -> None:
    """After commit: the variant is out of the trash; open galleries are read anew."""
    character = variant.character
    push_on_commit(
        "variant.restored",
        _groups(character),
        fragments={f"character-{character.pk}": render_to_string("variants/_refresh.html")},
        character_id=character.pk,
        variant_id=variant.pk,
    )


def likeness_measured(character: Character) -> None:
    """After commit: many images have another likeness; open galleries are read anew."""
    push_on_commit(
        "embedding.finished",
        _groups(character),
        fragments={f"character-{character.pk}": render_to_string("variants/_refresh.html")},
        character_id=character.pk,
    )


def variant_progress(variant: ImageVariant, fraction: float, note: str, preview: str) -> None:
    """At once: how far the generation is."""
    bar = Bar(variant.pk, round(fraction * 100), note, preview)
    html = render_to_string("variants/_card_progress.html", {"card": bar, "oob": True})
    push(
        "variant.progress",
        [f"character-{variant.character_id}"],
        fragments={f"character-{variant.character_id}": html},
        variant_id=variant.pk,
        progress=round(fraction, 4),
        note=note,
    )


def request_settled(request: GenerationRequest | None) -> None:
    """After commit: the last variant of a request has ended, one way or the other."""
    if request is None or request.variants.filter(status_id__in=UNFINISHED).exists():
        return
    push_on_commit("request.finished", [f"project-{request.project_id}"], request_id=request.pk)
    made = request.variants.filter(sha256__isnull=False).count()
    failed = request.variants.filter(status_id=VariantStatus.FAILED).count()
    if made or failed:
        address = reverse("request", args=[request.pk])
        tone = "fail" if failed and not made else "warn" if failed else "pass"
        tell(request.asked_by_id, _came_of_it(made, failed), address, tone=tone)


def _came_of_it(made: int, failed: int) -> str:
    ready = f"{made} candidate{'' if made == 1 else 's'} ready"
    return f"{ready}, {failed} failed." if failed else f"{ready}."
