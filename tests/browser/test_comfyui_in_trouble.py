"""A ComfyUI that is down or stuck: the card says so, retry and cancel do what they say."""

import re

import pytest

from tests.browser.seeing import WORK_MS, card, expect, live, press_on_card, status

ENDED = re.compile("generated|failed")


@pytest.fixture
def character(product, faultless):
    return product.approved(product.new_project("Trouble", "creator"), "Eileen")


@pytest.fixture
def page(visit, character):
    opened = visit("creator")
    opened.goto(f"/characters/{character}/generate/")
    return opened


def ask(page, count):
    """Send the generate form; the variants that appear, the first asked first."""
    page.get_by_label("Workflow").select_option(label="Stable Diffusion image to image")
    page.get_by_label("Candidates").fill(str(count))
    page.get_by_role("button", name="Generate").click()
    expect(page.locator(".card")).to_have_count(count)
    rows = page.locator(".card").evaluate_all("(all) => all.map((one) => one.dataset.variant)")
    return sorted(int(row) for row in rows)


def test_a_comfyui_that_is_down_fails_the_card_and_retry_succeeds(page, faultless):
    faultless.faults(down=True)
    (variant,) = ask(page, 1)
    status(page, variant, "failed")
    expect(live(page, variant)).to_contain_text("Failed")
    said = live(page, variant).locator(".pic-word p").inner_text()
    assert said.endswith("."), said
    assert "Traceback" not in said
    faultless.faults(reset=True)
    page.wait_for_timeout(2_000)  # the next look at the servers
    press_on_card(page, variant, "Retry")
    status(page, variant, "generated")
    expect(live(page, variant).get_by_role("img")).to_be_visible()


def test_a_refused_graph_fails_only_its_own_card(page, faultless):
    faultless.faults(refuse=1)
    first, second = ask(page, 2)
    for variant in (first, second):
        expect(live(page, variant)).to_have_attribute("data-status", ENDED, timeout=WORK_MS)
    states = {live(page, one).get_attribute("data-status") for one in (first, second)}
    assert states == {"generated", "failed"}


def test_a_running_candidate_is_cancelled_on_its_card(page, faultless):
    faultless.faults(hang="node")
    (variant,) = ask(page, 1)
    status(page, variant, "generating")
    press_on_card(page, variant, "Cancel")
    status(page, variant, "cancelled")
    assert faultless.state()["queue_remaining"] == 0
    faultless.faults(reset=True)
    press_on_card(page, variant, "Retry")
    status(page, variant, "generated")


def test_a_running_candidate_is_cancelled_in_the_tray(page, faultless):
    faultless.faults(hang="node")
    first, second = ask(page, 2)
    status(page, first, "generating")
    tray = page.locator("#tray")
    if not tray.locator(".tray-list").is_visible():
        tray.locator("summary").click()
    expect(tray.get_by_role("button", name="Cancel")).to_have_count(2)
    for left in (1, 0):
        tray.get_by_role("button", name="Cancel").first.click()
        expect(tray.get_by_role("button", name="Cancel")).to_have_count(left, timeout=WORK_MS)
    for variant in (first, second):
        status(page, variant, "cancelled")
    expect(tray).to_have_attribute("data-running", "0")
    expect(card(page, first).get_by_role("button", name="Retry")).to_be_visible()
