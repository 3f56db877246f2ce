"""Addresses of this app's pages."""

from django.urls import path

from identity import views

urlpatterns = [
    path("projects/<int:pk>/who/", views.ask, name="likeness-ask"),
    path("who/<int:pk>/", views.result, name="likeness-search"),
    path("characters/<int:pk>/drift/", views.drift_page, name="character-drift"),
]
