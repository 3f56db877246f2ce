"""A gallery is as it was left after a log-out and on another device, and views have names."""

import pytest

from tests.browser.conftest import sign_in
from tests.browser.seeing import card, expect, open_gallery

COUNT = 600


@pytest.fixture(scope="module")
def made(product):
    product.sandbox.faults(reset=True)
    made = product.many(product.new_project("Memory", "creator", "plain"), "Eileen", COUNT)
    for variant in made.variants[:3]:
        product.api("admin").post(f"characters/{made.character}/variants/{variant}/reject")
    return made


def listed(page):
    expect(page.locator(".card[aria-setsize]").first).to_be_attached()


def kept(page, said):
    """Wait until the studio knows it."""
    return page.expect_response(
        lambda answer: answer.url.endswith("/place/") and said in answer.request.post_data
    )


def test_filters_tiles_scroll_and_ticks_follow_the_person(visit, made):
    page = visit("creator")
    open_gallery(page, f"{made.page}?status=candidates&tile=small")
    first = int(page.locator(".card").first.get_attribute("data-variant"))
    card(page, first).hover()
    card(page, first).get_by_role("checkbox").check()
    page.evaluate("scrollTo(0, 3000)")
    at = page.locator("[data-cards] > .card").evaluate_all(
        """(all) => all.find((one) => one.getBoundingClientRect().bottom > 56).dataset.variant"""
    )
    with kept(page, f"at={at}&picked={first}"):
        page.evaluate("scrollBy(0, 1)")

    page = visit("creator")
    page.context.clear_cookies()
    sign_in(page, "creator")
    page.goto(made.page)
    listed(page)
    assert page.url.endswith("?status=candidates&tile=small")
    expect(page.locator("[data-cards]")).to_have_attribute("data-tile", "small")
    expect(page.locator("[data-picked]")).to_have_text("1 ticked")
    expect(card(page, int(at))).to_be_in_viewport()
    assert page.evaluate("scrollY") > 1500


def test_clearing_all_leads_to_everything_and_is_remembered(visit, made):
    page = visit("plain")
    open_gallery(page, f"{made.page}?status=rejected")
    with kept(page, "sort%3Dnewest"):
        page.get_by_role("link", name="Clear all").click()
    expect(page.locator(".card").first).to_have_attribute("aria-setsize", str(COUNT))
    page.goto(made.page)
    listed(page)
    expect(page.locator(".card").first).to_have_attribute("aria-setsize", str(COUNT))


def test_a_view_is_named_applied_renamed_and_deleted(visit, made):
    page = visit("plain")
    open_gallery(page, f"{made.page}?status=rejected&sort=oldest&tile=large")
    views = page.locator("details.views")
    views.locator("summary").first.click()
    page.get_by_label("Name of this view").fill("Old sins")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast", has_text="Old sins is saved.")).to_be_visible()
    page.goto(f"{made.page}?sort=newest")
    listed(page)
    page.locator("details.views > summary").click()
    page.get_by_role("link", name="Old sins").click()
    page.wait_for_url("**?status=rejected&sort=oldest&tile=large")
    expect(page.locator("[data-cards]")).to_have_attribute("data-tile", "large")
    page.locator("details.views > summary").click()
    page.locator("summary", has_text="Rename the view Old sins").click()
    page.get_by_label("Another name").fill("Older sins")
    page.get_by_role("button", name="Rename", exact=True).click()
    expect(page.get_by_role("link", name="Older sins")).to_be_visible()
    page.get_by_role("button", name="Delete the view Older sins").click()
    page.locator("#confirm-yes").click()
    expect(page.locator(".toast", has_text="Older sins is deleted.")).to_be_visible()
    expect(page.get_by_role("link", name="Older sins")).to_have_count(0)
