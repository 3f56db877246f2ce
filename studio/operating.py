"""What an operator looks at: whether the studio lives, whether it is ready, figures, a page.

Strangers learn the states of the parts and nothing of what lies behind them.
"""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import Error as DatabaseAway
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from people.access import can, require
from people.views import Request
from studio import fleet, metrics
from studio.lib import figures
from studio.readiness import probe


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Live: this process answers. It asks nothing of anything else."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready: every part that the studio stands on works; 503 when one does not."""
    report = probe()
    look = _may_look(request)
    parts = {
        part.name: {"state": part.state, **({"detail": part.sentence} if look else {})}
        for part in report.parts
    }
    status = 503 if report.status == "unavailable" else 200
    return JsonResponse({"status": report.status, "parts": parts}, status=status)


@never_cache
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics of the whole fleet, for the token's holder and for admins."""
    if not _has_token(request):
        if not request.user.is_authenticated:
            return HttpResponse(
                "Send METRICS_TOKEN as a bearer token, or sign in as an admin.\n",
                status=401,
                headers={"WWW-Authenticate": 'Bearer realm="metrics"'},
                content_type="text/plain; charset=utf-8",
            )
        require(request.user, "operations.view")
    return HttpResponse(metrics.exposition(fleet.read()), content_type=CONTENT_TYPE_LATEST)


@login_required
@require_safe
def operations(request: Request) -> HttpResponse:
    """The same figures as a page that keeps itself fresh."""
    require(request.user, "operations.view")
    now = fleet.read()
    context = {
        "report": probe(),
        "fleet": now,
        "dropped": figures.total(now.counts, "studio_events_dropped", "reason"),
        "pushed": sum(figures.total(now.counts, "studio_events_pushed").values()),
        "refused": figures.total(now.counts, "studio_uploads_refused", "code"),
    }
    return render(request, "studio/operations.html", context)


def _may_look(request: HttpRequest) -> bool:
    """Whether details are for this reader; while the database is away only the token tells."""
    if _has_token(request):
        return True
    try:
        return bool(can(request.user, "operations.view"))
    except DatabaseAway:
        return False


def _has_token(request: HttpRequest) -> bool:
    said = request.headers.get("Authorization", "")
    wanted = settings.METRICS_TOKEN
    return bool(wanted) and constant_time_compare(said, f"Bearer {wanted}")
