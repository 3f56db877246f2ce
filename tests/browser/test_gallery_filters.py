"""Filtering, ticking and refreshing the gallery in a browser, with and without JavaScript."""

import re

import pytest

from tests.browser.seeing import card, expect, listen


@pytest.fixture(scope="module")
def made(product):
    product.sandbox.faults(reset=True)
    project = product.new_project("Filters", "creator", "plain")
    made = product.candidates(project, "Eileen", 4)
    base = f"characters/{made.character}/variants"
    product.api("admin").post(f"{base}/{made.variants[0]}/reject")
    return made


def shown(page):
    ids = page.locator(".card").evaluate_all("all => all.map((one) => one.dataset.variant)")
    return [int(pk) for pk in ids]


def test_choosing_narrows_at_once_and_a_chip_takes_it_away(visit, made):
    page = visit("creator")
    listen(page, made.page)
    page.get_by_role("link", name="Needs decision").click()
    expect(page.locator(".card")).to_have_count(3)
    page.get_by_text("Filter and sort").click()
    page.get_by_label("Sort", exact=True).focus()
    page.get_by_label("Sort", exact=True).select_option("Oldest first")
    page.wait_for_url(re.compile(r"\?status=candidates&sort=oldest$"))
    expect(page.locator(".card").first).to_have_attribute("data-variant", str(made.variants[1]))
    expect(page.get_by_label("Sort", exact=True)).to_be_focused()
    page.get_by_label("From", exact=True).fill("2020-01-01")
    page.get_by_label("Tag", exact=True).fill("nothing like it")
    page.get_by_label("Tag", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    page.get_by_role("link", name="Tag: nothing like it").click()
    expect(page.locator(".card")).to_have_count(3)
    page.reload()
    expect(page.get_by_role("link", name="From: 2020-01-01")).to_be_visible()
    page.get_by_role("link", name="Clear all").click()
    expect(page.locator(".card")).to_have_count(4)
    assert page.url.endswith(f"{made.page}?sort=newest")


def test_the_form_works_without_javascript(visit, made):
    page = visit("plain", java_script_enabled=False)
    page.goto(f"{made.page}?status=candidates")
    page.get_by_text("Filter and sort").click()
    page.get_by_label("Sort", exact=True).select_option("Oldest first")
    page.get_by_role("button", name="Apply").click()
    assert page.url.endswith(f"{made.page}?status=candidates&sort=oldest")
    assert shown(page) == made.variants[1:]


def test_a_refresh_keeps_the_cards_and_the_filters(visit, made):
    page = visit("creator")
    listen(page, f"{made.page}?status=candidates&limit=2")
    expect(page.locator(".card")).to_have_count(3)
    before = shown(page)
    with page.expect_response(lambda answer: "/cards/?ids=" in answer.url):
        page.evaluate("htmx.trigger(document.body, 'refresh')")
    expect(page.locator(".card")).to_have_count(3)
    assert shown(page) == before


def test_enter_among_the_tags_tags_and_decides_nothing(visit, product, made):
    one = made.variants[3]
    page = visit("creator")
    listen(page, made.page)
    card(page, one).hover()
    card(page, one).get_by_role("checkbox").check()
    page.get_by_placeholder("Tags, between commas").fill("night")
    page.get_by_placeholder("Tags, between commas").press("Enter")
    expect(page.get_by_text("1 tagged.")).to_be_visible()
    row = product.variant(made.character, one)
    assert (row["tags"], row["shortlisted"]) == (["night"], False)


def test_a_hero_chosen_meanwhile_is_not_displaced_by_a_tick(visit, product, made):
    page = visit("creator")
    page.route_web_socket("**/ws/**", lambda socket: None)
    page.goto(f"{made.page}?status=candidates")
    mine, theirs = made.variants[1], made.variants[2]
    card(page, mine).hover()
    card(page, mine).get_by_role("checkbox").check()
    base = f"characters/{made.character}/variants"
    product.api("admin").post(f"{base}/{theirs}/approve")
    page.get_by_role("button", name="Make heroes").click()
    refused = page.get_by_text(f"Candidate {theirs} is the clothed hero now: approved by admin")
    expect(refused).to_be_visible()
    assert product.variant(made.character, theirs)["is_hero"]
    product.api("admin").post(f"{base}/{theirs}/reconsider")


def test_ticking_with_shift_takes_all_between_and_export_leads_to_the_archive(visit, made):
    page = visit("creator")
    listen(page, f"{made.page}?status=candidates")
    first, last = made.variants[3], made.variants[1]
    for variant, keys in ((first, []), (last, ["Shift"])):
        card(page, variant).hover()
        card(page, variant).get_by_role("checkbox").click(modifiers=keys)
    expect(page.locator("[data-picked]")).to_have_text("3 ticked")
    page.get_by_role("button", name="Export").click()
    link = page.get_by_role("link", name="Download the ZIP")
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "variants.zip"
    expect(page.locator("[data-picked]")).to_be_empty()
