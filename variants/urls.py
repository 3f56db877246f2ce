"""Addresses of the variants' pages."""

from django.urls import path

from variants.views import (
    adding,
    batch,
    bookmarks,
    comparing,
    culling,
    deciding,
    editing,
    faces,
    gallery,
    inpainting,
    lifecycle,
    making,
    picking,
    trash,
)

urlpatterns = [
    path("characters/<int:pk>/", gallery.gallery, name="character"),
    path("characters/<int:pk>/list/", gallery.listing, name="character-list"),
    path("characters/<int:pk>/cards/", gallery.cards, name="character-cards"),
    path("characters/<int:pk>/words/", gallery.words, name="character-words"),
    path("characters/<int:pk>/place/", bookmarks.keep_place, name="character-place"),
    path("characters/<int:pk>/views/", bookmarks.views, name="character-views"),
    path("characters/<int:pk>/views/<int:view>/rename/", bookmarks.rename, name="view-rename"),
    path("characters/<int:pk>/views/<int:view>/delete/", bookmarks.delete, name="view-delete"),
    path("characters/<int:pk>/review/", culling.review, name="review"),
    path("characters/<int:pk>/review/place/", culling.keep_place, name="review-place"),
    path("review/habits/", culling.keep_habit, name="review-habits"),
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
    path("variants/<int:pk>/desk/", culling.desk, name="variant-desk"),
    path("variants/<int:pk>/approve/", deciding.approve, name="variant-approve"),
    path("variants/<int:pk>/crown/", culling.crown, name="variant-crown"),
    path("variants/<int:pk>/reject/", deciding.reject, name="variant-reject"),
    *(
        path(f"variants/<int:pk>/{verb}/", lifecycle.decide, {"verb": verb}, name=f"variant-{verb}")
        for verb in lifecycle.ACTS
    ),
    *(
        route
        for verb in ("undo", "redo")
        for route in (
            path(
                f"variants/<int:pk>/{verb}/",
                lifecycle.turn,
                {"verb": verb},
                name=f"variant-{verb}",
            ),
            path(
                f"characters/<int:pk>/{verb}/",
                lifecycle.turn_last,
                {"verb": verb},
                name=f"character-{verb}",
            ),
        )
    ),
    path("variants/batch/", picking.decide, name="variants-batch"),
    path("variants/batch/reasons/", picking.reasons, name="variants-batch-reasons"),
    path("variants/<int:pk>/delete/", trash.delete, name="variant-delete"),
    path("variants/<int:pk>/restore/", trash.restore, name="variant-restore"),
    path("variants/<int:pk>/purge/", trash.purge, name="variant-purge"),
    path("characters/<int:pk>/trash/", trash.of_character, name="character-trash"),
    path("projects/<int:pk>/trash/", trash.of_project, name="project-trash"),
    *(
        path(f"sources/<int:pk>/{verb}/", trash.source, {"verb": verb}, name=f"source-{verb}")
        for verb in ("delete", "restore", "purge")
    ),
    path("variants/<int:pk>/cancel/", making.cancel, name="variant-cancel"),
    path("variants/<int:pk>/retry/", making.retry, name="variant-retry"),
    path("variants/<int:pk>/faces/", faces.of_variant, name="variant-faces"),
    path("variants/<int:pk>/rerun-qa/", making.rerun_qa, name="variant-rerun-qa"),
    path("variants/<int:pk>/more/", making.more, name="variant-more"),
    path("variants/<int:pk>/download/", deciding.download, name="variant-download"),
    path("variants/<int:pk>/versions/", editing.versions, name="variant-versions"),
    path("variants/<int:pk>/export/", editing.export, name="variant-export"),
    path("variants/<int:pk>/cancel-edit/", editing.cancel_edit, name="variant-cancel-edit"),
    path("variants/<int:pk>/reimport/", editing.reimport, name="variant-reimport"),
    path("variants/<int:pk>/compare/", comparing.compare, name="variant-compare"),
    path("variants/<int:pk>/reproduce/", comparing.reproduce, name="variant-reproduce"),
    path("characters/<int:pk>/editing/", editing.editing, name="character-editing"),
    path("characters/<int:pk>/reimport/", editing.reimport_found, name="character-reimport"),
    path("characters/<int:pk>/add/", adding.add, name="character-add"),
    path("characters/<int:pk>/upload/", editing.upload, name="variant-upload"),
    path("characters/<int:pk>/export/", editing.export_many, name="character-export"),
    path("exports/zip/", editing.exports_zip, name="exports-zip"),
    path("exports/<int:pk>/file/", editing.export_file, name="export-file"),
    path("exports/<int:pk>/sidecar/", editing.export_sidecar, name="export-sidecar"),
    path("variants/<int:pk>/inpaint/", inpainting.of_variant, name="variant-inpaint"),
    path("sources/<int:pk>/inpaint/", inpainting.of_source, name="source-inpaint"),
    path("inpaint/<slug:image_id>/", inpainting.by_id, name="inpaint"),
    path("media/masks/<int:pk>/<slug:rendition>/", inpainting.mask_media, name="mask-media"),
    path("media/variants/<int:pk>/<slug:rendition>/", deciding.media, name="variant-media"),
]
