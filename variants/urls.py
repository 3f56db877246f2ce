"""Addresses of the variants' pages."""

from django.urls import path

from variants.views import batch, deciding, gallery, making

urlpatterns = [
    path("characters/<int:pk>/", gallery.gallery, name="character"),
    path("characters/<int:pk>/generate/", making.generate, name="generate"),
    path("projects/<int:pk>/generate/", batch.generate, name="generate-batch"),
    path("requests/<int:pk>/", making.request_page, name="request"),
    *(
        path(
            f"requests/<int:pk>/{verb}/",
            making.request_work,
            {"verb": verb},
            name=f"request-{verb}",
        )
        for verb in ("cancel", "retry")
    ),
    path("variants/<int:pk>/", deciding.detail, name="variant"),
    path("variants/<int:pk>/card/", gallery.card, name="variant-card"),
    path("variants/<int:pk>/approve/", deciding.approve, name="variant-approve"),
    path("variants/<int:pk>/reject/", deciding.reject, name="variant-reject"),
    path("variants/<int:pk>/cancel/", making.cancel, name="variant-cancel"),
    path("variants/<int:pk>/retry/", making.retry, name="variant-retry"),
    path("variants/<int:pk>/rerun-qa/", making.rerun_qa, name="variant-rerun-qa"),
    path("variants/<int:pk>/more/", making.more, name="variant-more"),
    path("variants/<int:pk>/download/", deciding.download, name="variant-download"),
    path("media/variants/<int:pk>/<slug:rendition>/", deciding.media, name="variant-media"),
]
