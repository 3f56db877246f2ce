"""The tray tells what runs, waits and failed, and offers what the person may do."""

from types import SimpleNamespace
from typing import Any

from django.template.loader import render_to_string


def job(pk: int, state: str, **changes: Any) -> SimpleNamespace:
    values = {
        "pk": pk, "title": f"clothed · candidate {pk}", "public_url": "/variants/5/",
        "url": "/variants/5/", "note": "",
        "percent": 0, "error": "", "cancel_requested_at": None,
        "state": SimpleNamespace(label=state),
        "is_open": state in ("queued", "running"), "is_retryable": state in ("failed", "cancelled"),
    }  # fmt: skip
    return SimpleNamespace(**{**values, **changes})


def tray(*jobs: SimpleNamespace, may_steer: bool = True) -> str:
    states = [one.state.label for one in jobs]
    shown = SimpleNamespace(
        jobs=list(jobs), running=states.count("running"), waiting=states.count("queued"),
        failed=states.count("failed"), may_steer=may_steer,
    )  # fmt: skip
    return render_to_string("jobs/_tray.html", {"tray": shown})


def test_a_running_job_shows_its_note_and_percent() -> None:
    html = tray(job(9, "running", percent=47, note="gpu-2 · step 14 of 30"))
    assert "1 job running" in html
    assert "gpu-2 · step 14 of 30" in html
    assert 'aria-valuenow="47"' in html
    assert "/jobs/9/cancel/" in html


def test_a_failed_job_shows_its_sentence_and_a_retry() -> None:
    html = tray(job(7, "failed", error="The server went away."))
    assert "The server went away." in html
    assert "/jobs/7/retry/" in html


def test_an_empty_tray_says_so() -> None:
    assert "Nothing runs and nothing waits." in tray()


def test_who_may_not_steer_sees_no_button() -> None:
    assert "/cancel/" not in tray(job(9, "running"), may_steer=False)


def test_the_broadcast_part_replaces_the_one_in_the_tray() -> None:
    part = render_to_string("jobs/_progress.html", {"job": job(9, "running", percent=50)})
    assert 'id="job-9-progress"' in part
    assert 'id="job-9-progress"' in tray(job(9, "running"))
    assert "hx-swap-oob" in part
    assert "hx-swap-oob" not in tray(job(9, "running"))
