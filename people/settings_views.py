"""The settings page: profile, the tokens of one's programs, and what else is there to set."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people import managing, tokens, two_factor
from people.forms import ProfileForm
from people.models import User
from people.views import Request


@login_required
@require_safe
def settings_page(request: Request) -> HttpResponse:
    context = {
        "has_two_factor": two_factor.of(request.user) is not None,
        "tokens": tokens.open_tokens(request.user),
    }
    return render(request, "people/settings.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: Request) -> HttpResponse:
    """Change one's name and address."""
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        managing.edit_profile(request.user, **form.cleaned_data)
        messages.success(request, "Your profile is saved.")
        return redirect("settings")
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "people/profile.html", {"form": form}, status=status)


@login_required
@require_POST
def end_token(request: Request, pk: int) -> HttpResponse:
    """End one token of one's own; a token that has ended stays so."""
    tokens.end_tokens(request.user, pk)
    messages.success(request, "The token is ended.")
    return redirect("settings")


@login_required
@require_POST
def end_tokens(request: Request) -> HttpResponse:
    """End all tokens of one's own."""
    tokens.end_tokens(request.user)
    messages.success(request, "All tokens are ended.")
    return redirect("settings")
