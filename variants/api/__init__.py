"""REST of variants, a module for each topic; each module lists its own routes."""

from variants.api import (
    asking,
    deciding,
    exporting,
    files,
    importing,
    listing,
    lookups,
    recipes,
    requests,
    working,
)

urlpatterns = [
    *asking.urlpatterns,
    *listing.urlpatterns,
    *deciding.urlpatterns,
    *working.urlpatterns,
    *exporting.urlpatterns,
    *importing.urlpatterns,
    *recipes.urlpatterns,
    *files.urlpatterns,
    *requests.urlpatterns,
    *lookups.urlpatterns,
]
