"""A creator carries the main job from an empty home to a downloaded hero, by hand."""

import hashlib

from tests.browser.conftest import sign_in
from tests.browser.product import PORTRAIT
from tests.browser.seeing import (
    WORK_MS,
    card,
    drop,
    expect,
    live,
    passed,
    press_on_card,
    remember,
    state_rights,
    status,
)

BADGES = "[...document.querySelectorAll('.source-panel .badge')].map((b) => b.textContent.trim())"
STATES = "[...document.querySelectorAll('.card [data-status]')].map((c) => c.dataset.status)"
BARS = "[...document.querySelectorAll('.card [role=progressbar]')].map((b) => +b.ariaValueNow)"
PREVIEWS = "document.querySelectorAll('.card .progress img[src^=\"data:image/\"]').length"


def test_from_an_empty_home_to_a_downloaded_hero(visit, product, faultless):
    page = visit()
    sign_in(page, "newcomer", "not the password")
    expect(page.get_by_text("correct username and password")).to_be_visible()
    expect(page.get_by_label("User name")).to_have_value("newcomer")
    sign_in(page, "newcomer")

    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Newcomer")
    expect(page.get_by_text("Ask an admin to add you to a project")).to_be_visible()
    product.new_project("Northlight", "newcomer")
    page.reload()
    page.get_by_role("link", name="Create the first character").click()
    page.get_by_label("Name", exact=True).fill("Eileen")
    page.get_by_label("Depicts").select_option("real_person")
    page.get_by_role("button", name="Create character").click()
    expect(page.get_by_role("heading", name="Eileen")).to_be_visible()
    character = int(page.url.rstrip("/").rpartition("/")[2])

    remember(page, badges=BADGES)
    upload_by_drop(page)
    expect(page.locator(".source-panel")).to_contain_text("Face found", timeout=WORK_MS)
    expect(page.locator(".source-panel")).to_contain_text("QA", timeout=WORK_MS)
    went_by = {badge for badges in passed(page, "badges") for badge in badges}
    assert went_by & {"Checking", "Looking for a face"}, went_by
    page.get_by_role("button", name="Approve baseline").click()
    expect(page.locator(".source-panel")).to_contain_text("Baseline locked")

    page.get_by_role("link", name="Generate the first candidates").click()
    page.get_by_label("Workflow").select_option(label="Stable Diffusion image to image")
    page.get_by_label("Candidates").fill("3")
    page.get_by_role("button", name="Generate 3 candidates").click()
    expect(page.locator(".card")).to_have_count(3)
    remember(page, states=STATES, bars=BARS, previews=PREVIEWS)
    rows = page.locator(".card").evaluate_all("(all) => all.map((one) => one.dataset.variant)")
    for variant in rows:
        status(page, variant, "generated")
        expect(live(page, variant)).to_contain_text("0.", timeout=WORK_MS)
    assert {state for states in passed(page, "states") for state in states} == {
        "pending",
        "generating",
        "generated",
    }
    moving = {bar for bars in passed(page, "bars") for bar in bars}
    assert len(moving) > 3, moving
    assert max(passed(page, "previews")) >= 1

    first, second, third = (int(row) for row in rows)
    card(page, first).focus()
    page.keyboard.press("Enter")
    expect(card(page, first).locator(".flag-hero")).to_have_text("Hero")
    expect(card(page, first).locator(".flag-hero svg")).to_be_visible()
    expect(page.get_by_text(f"Candidate {first} is the hero.")).to_be_visible()
    press_on_card(page, second, "Make hero")
    expect(card(page, second).locator(".flag-hero")).to_have_text("Hero")
    status(page, first, "generated")
    expect(page.locator(".card .flag-hero")).to_have_count(1)
    card(page, third).focus()
    page.keyboard.press("x")
    status(page, third, "rejected")
    assert passed(page, "states"), "all of it happened on one page"

    card(page, second).hover()
    with page.expect_download() as download:
        card(page, second).get_by_role("link", name="Download").first.click()
    content = download.value.path().read_bytes()
    hero = product.variant(character, second)
    assert hero["is_hero"] is True
    assert hashlib.sha256(content).hexdigest() == hero["sha256"]


def upload_by_drop(page):
    drop(page, PORTRAIT)
    expect(page.locator("[data-drop-preview]")).to_be_visible()
    state_rights(page)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("img", name="Source image of Eileen")).to_be_visible()
