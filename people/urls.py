"""Addresses of people's pages (the project page itself is the studio's: it shows characters)."""

from django.urls import path

from people import views

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("settings/", views.settings_page, name="settings"),
    path("settings/password/", views.Password.as_view(), name="password"),
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
