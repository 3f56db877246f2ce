"""The character page: the source panel and the gallery of variants."""

import json

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from characters.fragments import PANEL, panel_of
from characters.models import Character
from characters.views import character_for
from people.access import can
from people.views import Request
from studio.lib.addresses import Said, whole, word
from studio.lib.htmx import wants_fragment
from studio.lib.pages import MAX_PAGE
from variants import bookmarking
from variants.fragments import Card, card_of
from variants.gallery import cards_by_id, gallery_of, list_of, suggestions_of
from variants.models import ImageVariant, ImageVariantQuerySet
from variants.reembedding import move_note, with_move
from variants.tabs import WHOLE, counting, types_of
from variants.viewing import viewing_of


def rows_for(request: Request) -> ImageVariantQuerySet:
    """The variants that the person may see, with their character."""
    rows = ImageVariant.objects.visible_to(request.user).present()
    return rows.select_related("character__project")


def row_for(request: Request, pk: int) -> ImageVariant:
    """The variant to do something with, if the person may see it; 404 otherwise."""
    return get_object_or_404(rows_for(request), pk=pk)


def variant_for(request: Request, pk: int) -> ImageVariant:
    """The variant with all that a card shows, if the person may see it; 404 otherwise."""
    return get_object_or_404(rows_for(request).for_cards().defer(None), pk=pk)


def card_for(request: Request, variant: ImageVariant) -> Card:
    """The variant's card for this person."""
    return cards_for(request, [variant])[0]


def cards_for(request: Request, variants: list[ImageVariant]) -> list[Card]:
    """The cards of variants of one project for this person; the rights are asked for once."""
    if not variants:
        return []
    may_review = bool(can(request.user, "variant.review", variants[0]))
    may_make = bool(can(request.user, "variant.generate", variants[0]))
    viewing = viewing_of(request)
    return [
        card_of(row, may_review=may_review, may_make=may_make, viewing=viewing) for row in variants
    ]


@login_required
@require_safe
@vary_on_headers("HX-Request")
def gallery(request: Request, pk: int) -> HttpResponse:
    """The page, or for htmx the grid alone; the address says no more than what is asked for."""
    said = Said(request)
    fragment = wants_fragment(request)
    address = f"{request.path}{said.query or WHOLE}"
    if said.left_out and not fragment:
        return redirect(address)
    types = types_of(pk)
    place = {} if fragment else bookmarking.place_of(request.user, pk)
    query = place.get("query", "")
    if query and not request.GET and bookmarking.is_known(request, query, [t.name for t in types]):
        return redirect(f"{request.path}?{query}")
    rows = with_move(counting(Character.objects.visible_to(request.user), types))
    character = get_object_or_404(rows.select_related(*PANEL), pk=pk)
    shown = gallery_of(request, said, character, types)
    context = {"character": character, "gallery": shown, "tab": "variants"}
    if fragment:
        response = render(request, "variants/_grid.html", context)
        if said.left_out:
            response["HX-Push-Url"] = address
        return response
    if query == bookmarking.kept(said.query):
        context["place"] = json.dumps(place)
    context["panel"] = panel_of(request.user, character)
    context["moving"] = move_note(character)
    return render(request, "variants/gallery.html", context)


@login_required
@require_safe
def words(request: Request, pk: int) -> HttpResponse:
    """What people may want to filter by, for the fields that suggest it."""
    suggestions = suggestions_of(character_for(request, pk))
    return render(request, "variants/_words.html", {"suggestions": suggestions})


@login_required
@require_safe
def listing(request: Request, pk: int) -> JsonResponse:
    """The ids of everything that the address asks for, for a page that shows a part of it."""
    return JsonResponse(list_of(Said(request), character_for(request, pk)))


@login_required
@require_safe
def cards(request: Request, pk: int) -> HttpResponse:
    """The cards of `ids`, between commas and at most `MAX_PAGE`; what has gone is left out."""
    ids = [whole(text) for text in word(request, "ids").split(",")[:MAX_PAGE]]
    wanted = [one for one in dict.fromkeys(ids) if one is not None]
    return HttpResponse("".join(cards_by_id(request, character_for(request, pk), wanted)))
