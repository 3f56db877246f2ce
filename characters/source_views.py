"""One source image, large: its findings drawn on it, its checks, and where it comes from."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from characters.api.shapes import faces_json
from characters.facts import source_facts
from characters.models import SourceImage
from characters.viewing import viewing_of
from people.access import can
from people.views import Request


@login_required
@require_safe
def source(request: Request, pk: int) -> HttpResponse:
    """Any version of a source image that is not in the trash."""
    rows = SourceImage.objects.visible_to(request.user).present()
    rows = rows.select_related(
        "character__project", "qa_report__verdict", "embedding", "created_by"
    )
    source = get_object_or_404(rows, pk=pk)
    decision = viewing_of(request).source(source)
    report = source.qa_report
    versions = source.character.sources.present()
    context = {
        "source": source,
        "character": source.character,
        "withheld": "" if decision else decision.sentence,
        "faces": faces_json(report, source.embedding),
        "checks": report.results.select_related("qa_check", "verdict") if report else [],
        "facts": source_facts(source) if decision else [],
        "newer": versions.filter(version__gt=source.version).order_by("version").first(),
        "older": versions.filter(version__lt=source.version).order_by("-version").first(),
        "may_choose": can(request.user, "source.choose_face", source)
        and not source.character.is_locked,
    }
    return render(request, "characters/source_large.html", context)
