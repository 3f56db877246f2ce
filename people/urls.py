"""Addresses of people's pages (the project page itself is the studio's: it shows characters)."""

from django.urls import path

from people import settings_views, two_factor_views, views

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-in/code/", two_factor_views.sign_in_code, name="sign-in-code"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("settings/", settings_views.settings_page, name="settings"),
    path("settings/password/", views.Password.as_view(), name="password"),
    path("settings/profile/", settings_views.profile, name="profile"),
    path("settings/tokens/end/", settings_views.end_tokens, name="tokens-end"),
    path("settings/tokens/<int:pk>/end/", settings_views.end_token, name="token-end"),
    path("settings/two-factor/", two_factor_views.two_factor_page, name="two-factor"),
    path("settings/two-factor/codes/", two_factor_views.renew_codes, name="two-factor-codes"),
    path("settings/two-factor/off/", two_factor_views.turn_off, name="two-factor-off"),
    path("settings/theme/", views.theme, name="theme"),
    path("projects/", views.projects, name="projects"),
    path("projects/new/", views.project_create, name="project-create"),
    path("projects/<int:pk>/edit/", views.project_edit, name="project-edit"),
    path("projects/<int:pk>/members/", views.member_add, name="project-member-add"),
    path(
        "projects/<int:pk>/members/<int:user_id>/remove/",
        views.member_remove,
        name="project-member-remove",
    ),
]
