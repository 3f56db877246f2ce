"""Every address of the product."""

from django.contrib import admin
from django.urls import include, path

from studio import finding, home, opened, operating, tokens

urlpatterns = [
    path("", home.home, name="home"),
    path("projects/<int:pk>/", home.project, name="project"),
    path("find/", finding.find, name="find"),
    path("opened/", opened.open_page, name="opened"),
    path("tokens.css", tokens.tokens_css, name="tokens-css"),
    path("healthz", operating.healthz, name="healthz"),
    path("readyz", operating.readyz, name="readyz"),
    path("metrics", operating.metrics_page, name="metrics"),
    path("operations/", operating.operations, name="operations"),
    path("", include("people.urls")),
    path("", include("characters.urls")),
    path("", include("variants.urls")),
    path("", include("identity.urls")),
    path("", include("jobs.urls")),
    path("", include("webhooks.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("studio.api")),
]

handler400 = "studio.views.bad_request"
handler403 = "studio.views.forbidden"
handler404 = "studio.views.not_found"
handler500 = "studio.views.broken"
