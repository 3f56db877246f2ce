"""The source panel always says what comes next, and works as plain forms."""

from types import SimpleNamespace
from typing import Any

from django.template.loader import render_to_string


def panel(**changes: Any) -> str:
    character = SimpleNamespace(
        pk=3,
        project_id=1,
        name="Ines",
        is_locked=False,
        baseline=SimpleNamespace(label="pending_upload"),
    )
    values = {
        "character": character, "source": None, "badges": [], "checks": [], "report": None,
        "face": None, "model_label": "", "attestation": None, "needs_attestation": False,
        "may_upload": True, "may_decide": True, "may_override": False, "upload_refusal": "",
        "approve_refusal": "", "jobs_running": False, "errors": [],
    }  # fmt: skip
    shown = SimpleNamespace(**{**values, **changes})
    return render_to_string("characters/_source_panel.html", {"panel": shown})


def test_without_a_source_there_is_a_plain_upload_form() -> None:
    html = panel()
    assert 'enctype="multipart/form-data"' in html
    assert '<input type="file" id="file-3" name="file"' in html
    assert 'type="submit"' in html
    assert "PNG, JPEG or WebP" in html


def test_a_reader_is_told_who_uploads() -> None:
    html = panel(may_upload=False, may_decide=False)
    assert "<form" not in html
    assert "A creator of this project uploads it." in html


def test_a_refusal_stands_in_the_panel() -> None:
    html = panel(errors=["The file is empty."])
    assert 'role="alert"' in html
    assert "The file is empty." in html


def test_a_real_person_asks_for_the_statement_with_the_file() -> None:
    html = panel(needs_attestation=True)
    assert 'name="statement"' in html
    assert 'name="source"' in html
