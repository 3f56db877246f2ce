"""Pages: sign-in, settings, projects and members."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people import managing, second_step, two_factor, workspace
from people.access import can, require
from people.forms import MemberForm, ProjectForm, SignInForm
from people.models import Project, Theme, User
from studio.lib.htmx import back_from

THEME_S = 365 * 24 * 3600


class Request(HttpRequest):
    """A request whose person has signed in."""

    user: User


def keep_theme(response: HttpResponse, theme: str) -> HttpResponse:
    """For the pages that know nobody: the sign-in page, and the administration's style."""
    response.set_cookie("theme", theme, max_age=THEME_S, samesite="Lax")
    return response


class SignIn(LoginView):
    template_name = "people/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True
    http_method_names = ["get", "post"]

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.get_user()
        if two_factor.of(user):
            second_step.begin(self.request, user)
            back = urlencode({"next": self.get_redirect_url()})
            return HttpResponseRedirect(f"{reverse('sign-in-code')}?{back}")
        return keep_theme(super().form_valid(form), user.theme)


class SignOut(LogoutView):
    http_method_names = ["post"]


class Password(PasswordChangeView):
    template_name = "people/password.html"
    success_url = reverse_lazy("settings")
    http_method_names = ["get", "post"]

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        user = self.request.user
        if isinstance(user, User):
            managing.tell(user, "user.password", user)
        messages.success(self.request, "Your password is changed.")
        return answer


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """The answer of the sign-in throttle."""
    response = render(request, "people/locked_out.html", status=429)
    response["Retry-After"] = "900"
    return response


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember the theme and go back: in a cookie, and for who has signed in on any device."""
    chosen = request.POST.get("theme", "auto")
    response = HttpResponseRedirect(back_from(request, "/"))
    if chosen in Theme.values:
        if isinstance(request.user, User):
            workspace.choose_theme(request.user, Theme(chosen))
        keep_theme(response, chosen)
    return response


@login_required
@require_safe
def projects(request: Request) -> HttpResponse:
    rows = Project.objects.visible_to(request.user).annotate(
        character_count=Count("characters", distinct=True),
        member_count=Count("memberships", distinct=True),
    )
    context = {"projects": rows, "can_create": can(request.user, "project.create")}
    return render(request, "people/projects.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def project_create(request: Request) -> HttpResponse:
    require(request.user, "project.create")
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect(managing.create_project(request.user, **form.cleaned_data))
    context = {"form": form, "project": None}
    return render(request, "people/project_form.html", context, status=_status(form))


@login_required
@require_http_methods(["GET", "POST"])
def project_edit(request: Request, pk: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
    require(request.user, "project.edit", project)
    form = ProjectForm(request.POST or None, instance=project)
    if request.method == "POST" and form.is_valid():
        project.refresh_from_db()
        managing.edit_project(request.user, project, **form.cleaned_data)
        return redirect(project)
    context = {"form": form, "project": project}
    return render(request, "people/project_form.html", context, status=_status(form))


@login_required
@require_POST
def member_add(request: Request, pk: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
    form = MemberForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Type the person's user name.")
        return redirect(project)
    name = form.cleaned_data["username"]
    try:
        member = managing.add_member(request.user, project, name)
    except (managing.UnknownPerson, managing.AlreadyMember) as error:
        messages.error(request, error.sentence)
        return redirect(f"{project.get_absolute_url()}?{urlencode({'member': name})}")
    messages.success(request, f"{member.user} is a member now.")
    return redirect(project)


@login_required
@require_POST
def member_remove(request: Request, pk: int, user_id: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
    managing.remove_member(request.user, project, user_id)
    messages.success(request, f"They are no member of {project.name} any more.")
    return redirect(project)


def _status(form: Any) -> int:
    return 400 if form.is_bound and form.errors else 200
