"""Addresses of the characters' pages (the character page itself shows variants and is theirs)."""

from django.urls import path

from characters import face_views, import_views, source_views, views

urlpatterns = [
    path("projects/<int:pk>/characters/new/", views.create, name="character-create"),
    path("projects/<int:pk>/import/", import_views.begin, name="import-begin"),
    path("imports/", import_views.choose, name="import-choose"),
    path("imports/<int:pk>/", import_views.result, name="import"),
    path("imports/<int:pk>/report/", import_views.report, name="import-report"),
    path("characters/<int:pk>/edit/", views.edit, name="character-edit"),
    path("characters/<int:pk>/archive/", views.archive, name="character-archive"),
    path("characters/<int:pk>/unarchive/", views.unarchive, name="character-unarchive"),
    path("characters/<int:pk>/history/", views.history, name="character-history"),
    path("characters/<int:pk>/source/", views.source_upload, name="source-upload"),
    path("characters/<int:pk>/source/panel/", views.source_panel, name="source-panel"),
    path("characters/<int:pk>/source/rerun-qa/", views.rerun_qa, name="source-rerun-qa"),
    path("characters/<int:pk>/attest/", views.attest, name="attest"),
    *(
        path(
            f"characters/<int:pk>/baseline/{verb}/",
            views.baseline,
            {"verb": verb},
            name=f"baseline-{verb}",
        )
        for verb in ("approve", "reject", "unlock")
    ),
    path("sources/<int:pk>/", source_views.source, name="source"),
    path("sources/<int:pk>/faces/", face_views.of_source, name="source-faces"),
    path("media/sources/<int:pk>/<slug:rendition>/", views.media, name="source-media"),
]
