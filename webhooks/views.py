"""Pages of webhooks, for admins: the list, one with its deliveries, and what is done to it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from people.access import require
from people.views import Request
from studio.lib.errors import StudioError
from studio.lib.pages import page_of
from webhooks import registering
from webhooks.forms import ChangeForm, WebhookForm
from webhooks.models import Delivery, Webhook


@login_required
@require_http_methods(["GET", "POST"])
def webhooks(request: Request) -> HttpResponse:
    """Every webhook, and a form for another one."""
    require(request.user, "webhook.view")
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = registering.register(
                request.user, said["name"], said["url"], said["events"], said["project"]
            )
        except StudioError as error:
            form.add_error(_field(form, error), error.sentence)
        else:
            return _shown(request, made)
    rows = Webhook.objects.select_related("project")
    context = {"form": form, "webhooks": rows}
    return render(request, "webhooks/list.html", context, status=_status(form))


@login_required
@require_http_methods(["GET", "POST"])
def webhook(request: Request, pk: int) -> HttpResponse:
    """One webhook: what it hears, and its deliveries."""
    row = _row(request, pk)
    said = {"name": row.name, "url": row.url, "events": row.events, "is_active": row.is_active}
    form = ChangeForm(request.POST or None, initial=said)
    if request.method == "POST" and form.is_valid():
        try:
            registering.change(request.user, row, **form.cleaned_data)
        except StudioError as error:
            form.add_error(_field(form, error), error.sentence)
        else:
            messages.success(request, f"{row.name} is changed.")
            return redirect(row)
    return _page(request, row, form)


@login_required
@require_POST
def act(request: Request, pk: int, verb: str) -> HttpResponse:
    """Try it, make a new secret, or delete it."""
    row = _row(request, pk)
    if verb == "secret":
        return _shown(request, registering.renew_secret(request.user, row))
    if verb == "delete":
        registering.remove(request.user, row)
        messages.success(request, f"{row.name} is deleted.")
        return redirect("webhooks")
    registering.ping(request.user, row)
    messages.success(request, "An event `ping` is on its way.")
    return redirect(row)


@login_required
@require_POST
def redeliver(request: Request, pk: int, did: int) -> HttpResponse:
    row = _row(request, pk)
    delivery = get_object_or_404(Delivery, pk=did, webhook=row)
    registering.redeliver(request.user, delivery)
    messages.success(request, "It is sent again.")
    return redirect(row)


def _row(request: Request, pk: int) -> Webhook:
    require(request.user, "webhook.view")
    return get_object_or_404(Webhook.objects.select_related("project", "created_by"), pk=pk)


def _shown(request: Request, made: registering.Registered) -> HttpResponse:
    """The page with the secret, which is not shown again."""
    return _page(request, made.webhook, None, made.secret)


def _page(
    request: Request, row: Webhook, form: ChangeForm | None, secret: str = ""
) -> HttpResponse:
    said = {"name": row.name, "url": row.url, "events": row.events, "is_active": row.is_active}
    form = form or ChangeForm(initial=said)
    found, following = page_of(request, row.deliveries.select_related("status"))
    context = {
        "webhook": row,
        "form": form,
        "secret": secret,
        "deliveries": found,
        "next_url": following,
    }
    response = render(request, "webhooks/detail.html", context, status=_status(form))
    if secret:
        response["Cache-Control"] = "no-store"
    return response


def _field(form: Any, error: StudioError) -> str | None:
    field = str(error.extra.get("field", ""))
    return field if field in form.fields else None


def _status(form: Any) -> int:
    return 400 if form.is_bound and form.errors else 200
