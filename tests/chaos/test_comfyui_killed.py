"""The ComfyUI server is killed at one moment of a prompt after another, or hangs without a word."""

import pytest

from tests.chaos.studio import Studio

COMFY = "comfy-1"
FROZEN_AT = (
    "generating.prepared",
    "generating.stored",
    "submitting.uploading",
    "submitting.uploaded",
    "submitting.posting",
    "submitting.posted",
    "driving.ended",
    "driving.fetched",
    "collecting.vetted",
    "collecting.stored",
    "finishing.written",
    "finishing.committed",
)
HANGS = ("node", "silent", "stuck")


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    with Studio(tmp_path_factory.mktemp("studio"), production=False, step_ms=40) as running:
        running.character = running.approved_character()
        yield running


def _is_frozen(studio, point):
    return f"fault point {point}" in studio.log("server")


def _restart_comfy(studio):
    studio.kill(COMFY)
    studio.start_comfy(COMFY)


def _ask(studio):
    return studio.ask(studio.character, 2, "modelfree_img2img")


def _prove(studio, asked):
    """Both candidates are made, once, and everything holds."""
    studio.until(studio.is_idle, "every job to end")
    request = studio.get(f"requests/{asked['request_id']}")
    assert request["statuses"] == {"generated": 2}, request
    assert [row["id"] for row in request["variants"]] == asked["variant_ids"]
    assert len({row["sha256"] for row in request["variants"]}) == 2
    checked = studio.manage("check_integrity")
    assert checked.returncode == 0, checked.stdout


@pytest.mark.chaos
@pytest.mark.parametrize("point", FROZEN_AT)
def test_killed_while_the_product_stands_at_a_named_line(studio, point):
    studio.kill("server")
    (studio.folder / "server.log").unlink()
    studio.start_role("server", f"{point}:freeze")
    studio.until(studio.answers, "the first page")
    asked = _ask(studio)
    studio.until(lambda: _is_frozen(studio, point), point, every_s=0.01)
    _restart_comfy(studio)
    studio.thaw("server")
    _prove(studio, asked)


@pytest.mark.chaos
@pytest.mark.parametrize("fault", ["kill", "lose_history"])
def test_lost_in_the_middle_of_a_run(studio, fault):
    before = len(studio.comfy_state(COMFY)["runs"])
    asked = _ask(studio)
    studio.until(
        lambda: len((studio.comfy_state(COMFY) or {"runs": ()})["runs"]) > before,
        "a run",
        every_s=0.01,
    )
    if fault == "kill":
        _restart_comfy(studio)
    else:
        studio.comfy_faults(COMFY, lose_history=True)
    _prove(studio, asked)


@pytest.mark.chaos
@pytest.mark.parametrize("how", HANGS)
def test_hanging_and_then_restarted(studio, how):
    studio.comfy_faults(COMFY, hang=how)
    asked = _ask(studio)
    studio.until(lambda: "no progress" in _errors(studio, asked), "the watchdog")
    _restart_comfy(studio)
    _prove(studio, asked)


def _errors(studio, asked):
    jobs = [job for job in studio.jobs() if job["kind"] == "variant.generate"]
    return " ".join(job["error"] for job in jobs[: len(asked["job_ids"])])
