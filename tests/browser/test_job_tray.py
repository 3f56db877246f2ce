"""The job tray on every page: live, as it was left, and the same again after a lost socket."""

import time

import pytest

from tests.browser.conftest import WAIT_MS
from tests.browser.seeing import WORK_MS, expect, listen, passed, remember
from tests.browser.test_a_cut_socket import LOST, Wire

CAUGHT_UP_MS = 2_000
PREVIEW = "!!document.querySelector('.job-pic img[src^=\"data:image\"]')"


@pytest.fixture
def character(product, faultless):
    """A character to make candidates of; what still runs at the end is stopped."""
    yield product.approved(product.new_project("Tray", "creator", "reviewer"), "Eileen")
    product.sandbox.faults(reset=True)
    product.api("admin").post("jobs/cancel-mine")


def tray(page):
    return page.locator("#tray")


def until(page, expression):
    """Wait for an expression to hold; the pages' policy lets Playwright's own way not run."""
    end = time.monotonic() + WAIT_MS / 1000
    while not page.evaluate(expression):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(50)


def opened(page):
    """The tray, open."""
    if not tray(page).locator(".tray-list, .tray-none").first.is_visible():
        tray(page).locator("summary").click()
    expect(tray(page).locator(".tray-foot")).to_be_visible()
    return tray(page)


def test_a_generation_is_seen_from_any_page_from_its_preview_to_its_result(
    visit, product, character
):
    page = visit("creator")
    listen(page, "/projects/")
    product.sandbox.faults(slow=3)
    remember(page, preview=PREVIEW)
    made = product.ask(character, 1, "sd_img2img")
    box = opened(page)
    expect(box.locator(".job-note", has_text="step")).to_be_visible(timeout=WORK_MS)
    expect(box.locator(".job-pic img[src^='data:image']").first).to_be_visible(timeout=WORK_MS)
    expect(box.locator("[data-elapsed-s]").first).to_be_visible()
    product.sandbox.faults(reset=True)
    (variant,) = made.variants
    drawn = box.locator(f".job-pic img[src*='/media/variants/{variant}/']").first
    expect(drawn).to_be_visible(timeout=WORK_MS)
    assert True in passed(page, "preview")
    box.locator(f"a[href='/variants/{variant}/']").first.click()
    page.wait_for_url(f"**/variants/{variant}/")


def test_who_asked_is_told_when_it_is_done_and_led_to_it(visit, product, character):
    page = visit("creator")
    page.goto(f"/characters/{character}/generate/")
    product.sandbox.faults(slow=3)
    page.get_by_label("Workflow").select_option(label="Stable Diffusion image to image")
    page.get_by_label("Candidates").fill("1")
    page.get_by_role("button", name="Generate").click()
    page.wait_for_url(lambda url: "generate" not in url)
    listen(page, "/jobs/?whose=all")
    product.sandbox.faults(reset=True)
    toast = page.locator(".toast", has_text="1 candidate ready.")
    expect(toast).to_be_visible(timeout=WORK_MS)
    toast.get_by_role("link", name="Open").click()
    page.wait_for_url("**/requests/*/")


def test_it_catches_up_within_two_seconds_after_a_lost_socket(visit, product, character):
    product.sandbox.faults(hang="node")
    made = product.ask(character, 2, "sd_img2img")
    page = visit("creator")
    wire = Wire(page)
    listen(page, "/projects/")
    box = opened(page)
    expect(box.get_by_role("button", name="Cancel")).to_have_count(2)
    wire.cut()
    expect(page.locator("#live-state")).to_contain_text(LOST)
    product.api("admin").post(f"requests/{made.request}/cancel")
    product.sandbox.faults(reset=True)
    product.api("admin").wait_for_request(made.request)
    expect(box.get_by_role("button", name="Cancel")).to_have_count(2)
    wire.whole = True
    expect(page.locator("body[data-live=on]")).to_be_visible(timeout=WORK_MS)
    expect(box.get_by_role("button", name="Cancel")).to_have_count(0, timeout=CAUGHT_UP_MS)
    expect(page.locator("#live-state")).to_be_hidden()


def test_it_stays_open_where_it_was_scrolled_and_whose_it_shows(visit, product, character):
    product.sandbox.faults(hang="node")
    product.ask(character, 7, "sd_img2img")
    page = visit("creator", viewport={"width": 1280, "height": 500})
    listen(page, "/projects/")
    tray(page).locator("summary").click()
    rows = page.locator(".tray-list")
    page.locator(".job").last.scroll_into_view_if_needed()
    until(page, "Number(sessionStorage.getItem('tray-scrolled')) > 0")
    scrolled = rows.evaluate("(list) => list.scrollTop")
    assert scrolled > 0
    page.reload()
    expect(page.locator("#tray [id^=tray-cancel-]")).to_have_count(7)
    until(page, f"document.querySelector('.tray-list').scrollTop === {scrolled}")
    with page.expect_response("**/jobs/tray/"):
        page.evaluate("htmx.trigger(document.body, 'tray')")
    until(page, f"document.querySelector('.tray-list').scrollTop === {scrolled}")
    tray(page).get_by_role("button", name="Mine").click()
    expect(tray(page).locator("[id^=tray-cancel-]")).to_have_count(0)
    until(page, "document.activeElement.id === 'tray-whose-mine'")
    page.reload()
    mine = tray(page).get_by_role("button", name="Mine")
    expect(mine).to_have_attribute("aria-pressed", "true")
    expect(tray(page).locator("[id^=tray-cancel-]")).to_have_count(0)
    tray(page).get_by_role("button", name="Everybody").click()
    expect(tray(page).locator("[id^=tray-cancel-]")).to_have_count(7)


def test_by_keyboard_a_job_is_cancelled_and_the_focus_stays_in_the_tray(visit, product, character):
    product.sandbox.faults(hang="node")
    product.ask(character, 1, "sd_img2img")
    page = visit("creator")
    listen(page, "/projects/")
    tray(page).locator("summary").press("Enter")
    tray(page).get_by_role("button", name="Cancel").first.press("Enter")
    expect(tray(page).get_by_role("button", name="Cancel")).to_have_count(0, timeout=WORK_MS)
    expect(page.locator("#tray:focus, #tray :focus")).to_have_count(1)


def test_an_admin_pauses_generation_and_everybody_sees_it(visit, product, character):
    admin, creator = visit("admin"), visit("creator")
    for page in (admin, creator):
        listen(page, "/projects/")
        opened(page)
    tray(admin).get_by_role("button", name="Pause").click()
    expect(tray(creator)).to_contain_text("when an admin resumes it")
    waiting = product.ask(character, 1)
    expect(tray(creator).locator(".job-note", has_text="next in turn")).to_be_visible()
    tray(admin).get_by_role("button", name="Resume").click()
    product.api("admin").wait_for_request(waiting.request)
    expect(tray(creator).locator(".tray-paused")).to_have_count(0)


def test_the_list_and_the_page_of_a_job_are_live_too(visit, product, character):
    product.sandbox.faults(slow=3)
    page, other = visit("creator"), visit("reviewer")
    listen(page, "/jobs/?whose=all&kind=variant.generate")
    (variant,) = product.ask(character, 1, "sd_img2img").variants
    row = page.locator(".jobs-table tr", has_text="Eileen").first
    expect(row.locator(".job-note", has_text="step")).to_be_visible(timeout=WORK_MS)
    listen(other, row.locator("a.link").first.get_attribute("href"))
    expect(other.locator("#job-page .job-note", has_text="step")).to_be_visible(timeout=WORK_MS)
    product.sandbox.faults(reset=True)
    for one in (row, other.locator("#job-page")):
        expect(one.locator(".job-state")).to_contain_text("Done", timeout=WORK_MS)
        expect(one.locator(f"img[src*='/media/variants/{variant}/']")).to_be_visible()
    other.get_by_role("link", name="Open the result").click()
    other.wait_for_url(f"**/variants/{variant}/")
