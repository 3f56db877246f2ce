"""REST of variants, a module for each topic; each module lists its own routes."""

from variants.api import (
    again,
    asking,
    batch,
    deciding,
    exporting,
    files,
    images,
    importing,
    inpainting,
    listing,
    lookups,
    recipes,
    requests,
    trash,
    undoing,
    working,
)

urlpatterns = [
    *asking.urlpatterns,
    *listing.urlpatterns,
    *deciding.urlpatterns,
    *undoing.urlpatterns,
    *batch.urlpatterns,
    *trash.urlpatterns,
    *again.urlpatterns,
    *working.urlpatterns,
    *exporting.urlpatterns,
    *importing.urlpatterns,
    *inpainting.urlpatterns,
    *recipes.urlpatterns,
    *files.urlpatterns,
    *images.urlpatterns,
    *requests.urlpatterns,
    *lookups.urlpatterns,
]
