"""Deciding about several variants from the gallery or the trash, with and without JavaScript."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from people.views import Request
from studio.lib.errors import NotFound
from studio.lib.htmx import toast, wants_fragment
from variants import batching, tagging
from variants.batching import Batch, Choice
from variants.errors import BadBatch
from variants.models import ImageVariant
from variants.views.picks import picks_of
from variants.vocabulary import RejectReason, Verb

SHOWN = 5


@login_required
@require_POST
def decide(request: Request) -> HttpResponse:
    """What is ticked, with the reasons, the note and the tags that stand beside the buttons."""
    post = request.POST
    picks = picks_of(request)
    if not picks.ids:
        return _nothing_ticked(request)
    choice = Choice(
        verb=post.get("verb", ""),
        reasons=post.getlist("reason") if post.get("verb") == "reject" else (),
        note=post.get("note", "")[:2000],
        tags=tagging.split(post.get("tags", "")),
        revisions=picks.revisions,
        heroes=picks.heroes,
    )
    batch = batching.decide(request.user, picks.ids, choice)
    done, refused = _told(batch)
    if wants_fragment(request):
        said = toast(done, tone="pass", undo=_way_back(batch)) if done else ""
        said += toast(refused, tone="warn") if refused else ""
        return HttpResponse(said, headers={"HX-Trigger": "refresh"})
    if done:
        messages.success(request, done)
    if refused:
        messages.warning(request, refused)
    return redirect(back_of(request) or "home")


@login_required
@require_POST
def reasons(request: Request) -> HttpResponse:
    """The page between: the reasons for rejecting what was ticked. Nothing is decided yet."""
    ids = set(picks_of(request).ids)
    if not ids:
        return _nothing_ticked(request)
    if ImageVariant.objects.visible_to(request.user).filter(pk__in=ids).count() < len(ids):
        raise NotFound("One of the variants does not exist, or is not yours to see.")
    context = {
        "picks": request.POST.getlist("pick"),
        "back": back_of(request) or resolve_url("home"),
        "reasons": RejectReason.objects.order_by("pk"),
    }
    return render(request, "variants/reasons.html", context)


def _nothing_ticked(request: Request) -> HttpResponse:
    """A toast, or the page with it: there the boxes are. Raises BadBatch where no page is said."""
    nothing = BadBatch("Tick at least one variant.", field="ids")
    back = back_of(request)
    if wants_fragment(request) or not back:
        raise nothing
    messages.warning(request, nothing.sentence)
    return redirect(back)


def _way_back(batch: Batch) -> str:
    """The undo of any of them takes the whole step back."""
    return reverse("variant-undo", args=[batch.done[0].pk]) if batch.step else ""


def _told(batch: Batch) -> tuple[str, str]:
    done = ""
    if batch.done:
        verb = batching.VERBS[batch.verb][0]
        word = "untagged" if batch.verb == "untag" else Verb(verb).label
        done = f"{len(batch.done)} {word}. One undo takes all of it back."
    refusals = [f"{pk}: {error.sentence}" for pk, error in batch.refused.items()]
    if not refusals:
        return done, ""
    more = f" And {len(refusals) - SHOWN} more." if len(refusals) > SHOWN else ""
    return done, f"{len(refusals)} refused. {' '.join(refusals[:SHOWN])}{more}"


def back_of(request: Request) -> str:
    """Where the form stood, "" when it does not say; never another site."""
    address = request.POST.get("back", "")
    safe = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if safe else ""
