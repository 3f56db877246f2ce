"""The generate panel: what it makes is told before pressing, and the suggestion waits its turn."""

import re

import pytest

from tests.browser.seeing import WORK_MS, expect

POLL = "htmx.trigger('#suggestion', 'poll')"


@pytest.fixture
def made(product, faultless):
    return product.candidates(product.new_project("Panel", "creator"), "Paula", 1)


@pytest.fixture
def page(visit, made):
    opened = visit("creator")
    opened.goto(f"{made.page}generate/")
    return opened


def describe(product, made, words):
    product.api("admin").post(f"characters/{made.character}/seed-image/unlock")
    product.api("admin").send("PATCH", f"characters/{made.character}", {"appearance": words})
    product.api("admin").post(f"characters/{made.character}/seed-image/approve")


def test_what_it_makes_follows_every_choice(page):
    plan = page.locator("#plan")
    expect(plan).to_contain_text("4 candidates")
    expect(plan).to_contain_text("A random one each")
    page.get_by_label("Candidates").fill("3")
    expect(plan).to_contain_text("3 candidates")
    expect(plan).to_contain_text("each, ")
    page.get_by_label("Outfit").fill("a red coat")
    expect(plan).to_contain_text("wearing a red coat")
    page.get_by_text("Advanced:").click()
    page.get_by_label("Seed").first.fill("9")
    expect(plan).to_contain_text("9 to 11")
    page.get_by_label("Lock: one seed").check()
    expect(plan).to_contain_text("9 for all")
    page.get_by_label("Candidates").fill("99")
    expect(plan).to_contain_text("less than or equal to 64")
    expect(page.get_by_label("Candidates")).to_be_focused()


def test_reset_brings_the_suggestion_back(page):
    prompt = page.get_by_label("Prompt", exact=False).first
    suggested = prompt.input_value()
    assert suggested.startswith("Paula, ")
    prompt.fill("something else")
    page.get_by_role("button", name="Reset prompt").click()
    expect(prompt).to_have_value(suggested)
    expect(prompt).to_be_focused()
    expect(page.locator("#plan")).to_contain_text("As it stands here")


def test_a_new_suggestion_never_takes_what_was_typed(page, product, made):
    prompt = page.get_by_label("Prompt", exact=False).first
    prompt.fill("my own words")
    describe(product, made, "freckled")
    page.evaluate(POLL)
    button = page.locator("#reset-prompt")
    expect(button).to_have_attribute("data-suggestion", re.compile("freckled"))
    expect(prompt).to_have_value("my own words")
    button.click()
    assert "freckled" in prompt.input_value()
    describe(product, made, "tanned")
    page.get_by_label("Outfit").focus()
    page.evaluate(POLL)
    expect(prompt).to_have_value(re.compile("tanned"))


def test_a_request_is_followed_live_and_stopped_piece_by_piece(visit, product, made):
    product.sandbox.faults(slow=4)
    asked = product.ask(made.character, 4, "sd_img2img")
    page = visit("creator")
    page.goto(f"/requests/{asked.request}/")
    expect(page.locator(".card")).to_have_count(4)
    expect(page.locator(".card .progress img[src^='data:image/']").first).to_be_visible(
        timeout=WORK_MS
    )
    last = page.locator(".card").last
    last.hover()
    last.get_by_role("button", name="Cancel").click()
    expect(last.locator("[data-status=cancelled]")).to_be_visible(timeout=WORK_MS)
    expect(page.get_by_role("button", name="Retry what was not made")).to_be_visible()
    last.hover()
    last.get_by_role("button", name="Retry").click()
    expect(last.locator("[data-status=cancelled]")).to_have_count(0)
    page.get_by_role("button", name="Cancel what is open").click()
    expect(page.locator("#request-head")).to_contain_text("4 of 4 ended", timeout=WORK_MS)
    page.get_by_role("button", name="Retry what was not made").click()
    expect(page.locator(".card [data-status=generated]")).to_have_count(4, timeout=WORK_MS)
    expect(page.locator("#request-head")).to_contain_text("4 of 4 ended")
