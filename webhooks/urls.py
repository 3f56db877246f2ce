"""Addresses of the webhooks' pages."""

from django.urls import path

from webhooks import views

urlpatterns = [
    path("webhooks/", views.webhooks, name="webhooks"),
    path("webhooks/<int:pk>/", views.webhook, name="webhook"),
    *(
        path(f"webhooks/<int:pk>/{verb}/", views.act, {"verb": verb}, name=f"webhook-{verb}")
        for verb in ("ping", "secret", "delete")
    ),
    path(
        "webhooks/<int:pk>/deliveries/<int:did>/redeliver/",
        views.redeliver,
        name="webhook-redeliver",
    ),
]
