"""The review page: one candidate large, what it is compared with, the strip and the desk."""

import json
from typing import Any
from urllib.parse import parse_qs, urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from characters.models import Character
from characters.views import character_for
from people.views import Request
from studio.lib.htmx import wants_fragment
from studio.lib.pages import following
from variants import crowning, culling, remembering, reviewing
from variants.culling import Asked, Frame, Picture
from variants.errors import BadValue
from variants.viewing import viewing_of
from variants.views.deciding import REFUSALS, after, decision_of, desk_of, refused, seen_of
from variants.views.gallery import cards_for, row_for, variant_for
from variants.views.picks import picks_of
from variants.vocabulary import RejectReason


@login_required
@require_safe
@vary_on_headers("HX-Request")
def review(request: Request, pk: int) -> HttpResponse:
    """The page, or for htmx the strip alone; without a query as the person left it."""
    character = character_for(request, pk)
    place = remembering.place_of(request.user, character)
    if place and place.query and not request.GET:
        return redirect(f"{request.path}?{place.query}")
    wish = culling.asked(request)
    rows, goes_on = culling.line_of(character, wish)
    frames = [
        Frame(card.variant, f"Candidate {card.pk}", card) for card in cards_for(request, list(rows))
    ]
    context: dict[str, Any] = {
        "character": character,
        "frames": frames,
        "wish": wish,
        "next_url": _next(request, rows[-1].pk) if goes_on else "",
    }
    if wants_fragment(request):
        return render(request, "variants/_review_strip.html", context)
    habit = remembering.habit_of(request.user)
    room = {**(place.room if place else {}), "advance": habit.auto_advance}
    context |= {
        "room": json.dumps(room),
        "keys": json.dumps(habit.keys),
        "filters": _ways(request, "show", culling.SHOW, wish.show),
        "sorts": _ways(request, "sort", culling.SORTS, wish.sort),
        "types": _types(request, character, wish),
        "references": _references(request, character),
        "reject_reasons": RejectReason.objects.order_by("pk"),
        **_first(request, frames, wish),
    }
    return render(request, "variants/review.html", context)


@login_required
@require_safe
def desk(request: Request, pk: int) -> HttpResponse:
    """What stands beside the image that has the cursor."""
    return render(request, "variants/_desk.html", desk_of(request, variant_for(request, pk)))


@login_required
@require_POST
def crown(request: Request, pk: int) -> HttpResponse:
    """The hero, and the other candidates that were shown (`other=id:revision`) are rejected."""
    variant = row_for(request, pk)
    form = decision_of(request)
    others = picks_of(request, "other")
    if len(others.revisions) < len(others.ids):
        raise BadValue("Name the others as id:revision.")
    try:
        batch = crowning.crown(
            request.user,
            variant,
            others.revisions,
            revision=form["revision"],
            seen_hero=seen_of(form["seen_hero"]),
        )
    except REFUSALS as error:
        return refused(request, variant, error, reviewing.hero_beside(variant))
    sentence = f"Candidate {pk} is the hero, and {len(batch.done) - 1} others are rejected."
    if batch.refused:
        sentence += f" {len(batch.refused)} changed meanwhile and were left alone."
    return after(request, variant, sentence)


@login_required
@require_POST
def keep_place(request: Request, pk: int) -> HttpResponse:
    """Where the person is now: the page says so as they go."""
    remembering.keep_place(request.user, character_for(request, pk), request.POST)
    return HttpResponse(status=204)


@login_required
@require_POST
def keep_habit(request: Request) -> HttpResponse:
    """Auto-advance (`advance`, yes or no) and the keys, as JSON."""
    try:
        keys = json.loads(request.POST.get("keys", "{}"))
    except (ValueError, RecursionError) as error:
        raise BadValue("The keys are no JSON.", field="keys") from error
    remembering.keep_habit(request.user, request.POST.get("advance") == "yes", keys)
    return HttpResponse(status=204)


def _next(request: Request, last: int) -> str:
    """The address of the group after the one that ends with `last`."""
    query = parse_qs(following(request, last).removeprefix("?"))
    kept = {name: value for name, value in query.items() if name not in ("at", "also")}
    return f"?{urlencode(kept, doseq=True)}"


def _first(request: Request, frames: list[Frame], wish: Asked) -> dict[str, Any]:
    """What has the cursor when the page opens, with its desk: what works without a script.

    Without one a decision comes `back` to the next in the order shown, at the end to the previous.
    """
    shown = [frame for frame in frames if frame.card.image]
    if not shown:
        return {"here": None}
    at = next((index for index, frame in enumerate(shown) if frame.card.pk == wish.at), 0)
    before = _at(request, shown[at - 1]) if at else ""
    after = _at(request, shown[at + 1]) if at + 1 < len(shown) else ""
    here = shown[at]
    return {
        **desk_of(request, variant_for(request, here.card.pk)),
        "here": here,
        "before_url": before,
        "after_url": after,
        "back": f"{request.path}{after or before or _at(request)}",
    }


def _references(request: Request, character: Character) -> list[tuple[str, Picture]]:
    """What a candidate can be compared with that need not be in the strip, by type; "": all."""
    viewing = viewing_of(request)
    found: list[tuple[str, Picture]] = []
    source = character.current_source
    if source and viewing.source(source):
        found.append(("", Picture(source, f"Source v{source.version}")))
    heroes = (hero for hero in culling.heroes_of(character) if viewing.variant(hero))
    return found + [(hero.variant_type_id, Picture(hero, f"Hero {hero.pk}")) for hero in heroes]


def _at(request: Request, frame: Frame | None = None) -> str:
    """The present group with the cursor on a frame, or wherever it comes by itself."""
    query = request.GET.copy()
    query.pop("at", None)
    if frame:
        query["at"] = f"{frame.card.pk}"
    return f"?{query.urlencode()}"


def _ways(
    request: Request, name: str, known: dict[str, tuple[str, Any]], chosen: str
) -> list[tuple[str, str, bool]]:
    return [
        (_with(request, name, value), label, value == chosen) for value, (label, _) in known.items()
    ]


def _types(request: Request, character: Character, wish: Asked) -> list[tuple[str, str, bool]]:
    names = culling.types_of(character)
    if len(names) < 2 and not wish.type:
        return []
    ways = [(_with(request, "type", name), name, name == wish.type) for name in names]
    return [(_with(request, "type", ""), "All types", not wish.type), *ways]


def _with(request: Request, name: str, value: str) -> str:
    query = request.GET.copy()
    for gone in ("cursor", "at", "also", name):
        query.pop(gone, None)
    if value:
        query[name] = value
    return f"?{query.urlencode()}"
