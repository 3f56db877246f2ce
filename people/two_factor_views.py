"""Pages of the second factor: the second step of a sign-in, and turning it on and off."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

import segno
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from people import second_step, two_factor
from people.forms import CodeForm
from people.models import User
from people.throttling import count_failure, is_allowed
from people.views import Request, keep_theme
from studio.lib.htmx import back_from

T = TypeVar("T")
BACKEND = "people.backends.PeopleBackend"
SALT = "two_factor_salt"  # in the session: of the secret that was shown, until a code proves it


@require_http_methods(["GET", "POST"])
@never_cache
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second step of a sign-in: the code of who has given the right password."""
    user = second_step.pending(request)
    if user is None:
        if request.method == "POST":
            messages.info(request, "The time for the code is over. Sign in again.")
        back = back_from(request, "")
        return redirect(reverse("sign-in") + (f"?{urlencode({'next': back})}" if back else ""))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and is_allowed(request, user.username):
        if two_factor.passes(user, form.cleaned_data["code"]):
            second_step.end(request)
            login(request, user, BACKEND)
            return keep_theme(redirect(back_from(request, reverse("home"))), user.theme)
        count_failure(request, user.username)
        form.add_error("code", two_factor.BadCode().sentence)
    context = {"form": form, "next": request.POST.get("next") or request.GET.get("next", "")}
    return render(request, "people/sign_in_code.html", context)


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def two_factor_page(request: Request) -> HttpResponse:
    """Whether it is on; the way to turn it on, by a code that proves that the app has it."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = two_factor.turn_on(
                request.user, request.session.get(SALT, ""), form.cleaned_data["code"]
            )
        except two_factor.BadCode as error:
            form.add_error("code", error.sentence)
        else:
            request.session.pop(SALT, None)
            return _codes_page(request, codes)
    return _page(request, form)


@login_required
@require_POST
@never_cache
def renew_codes(request: Request) -> HttpResponse:
    """New recovery codes, shown once."""
    form = CodeForm(request.POST)
    codes = _proved(request, form, two_factor.renew_codes)
    return _page(request, form) if codes is None else _codes_page(request, codes)


@login_required
@require_POST
def turn_off(request: Request) -> HttpResponse:
    """Ask for the password alone from now on."""
    form = CodeForm(request.POST)
    if _proved(request, form, two_factor.turn_off) is None:
        return _page(request, form)
    messages.success(request, "Two-factor sign-in is off.")
    return redirect("settings")


def _proved(request: Request, form: CodeForm, step: Callable[[User, str], T]) -> T | None:
    """What the step gives for the code of the form; None, with the reason in the form, for a wrong
    one, which is counted as a wrong password is."""
    if not form.is_valid() or not is_allowed(request, request.user.username):
        return None
    try:
        return step(request.user, form.cleaned_data["code"])
    except two_factor.BadCode as error:
        count_failure(request, request.user.username)
        form.add_error("code", error.sentence)
    return None


def _page(request: Request, form: CodeForm) -> HttpResponse:
    factor = two_factor.of(request.user)
    context: dict[str, Any] = {"form": form, "is_on": factor is not None}
    if factor:
        context["codes_left"] = two_factor.codes_left(factor)
    else:
        salt = request.session.setdefault(SALT, two_factor.new_salt())
        context["secret"] = two_factor.secret_of(salt)
        context["picture"] = _picture(two_factor.address_of(request.user, salt))
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "people/two_factor.html", context, status=status)


def _codes_page(request: Request, codes: list[str]) -> HttpResponse:
    return render(request, "people/recovery_codes.html", {"codes": codes})


def _picture(address: str) -> str:
    svg = segno.make(address, error="m").svg_inline(omitsize=True, border=2)
    return mark_safe(svg)  # noqa: S308  drawn by the library, with nothing of the text in it
