"""The command palette: by keyboard and by touch, on any page, it leads there or does it."""

import pytest

from tests.browser.conftest import sign_in
from tests.browser.page_faults import faults
from tests.browser.seeing import expect

NARROW = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def place(product):
    project = product.new_project("Palette", "creator")
    return project, product.new_character(project, "Rosalind Zeta")


def palette(page):
    return page.locator("#palette")


def opened(page, keys="Control+k"):
    page.keyboard.press(keys)
    expect(palette(page)).to_be_visible()
    return page.get_by_role("combobox", name="Find a character")


def chosen(page):
    """The option that the field says is the active one."""
    field = page.locator("#palette-said")
    expect(field).to_have_attribute("aria-activedescendant", "palette-option-0")
    return palette(page).locator("[aria-selected=true]")


def test_a_few_letters_and_enter_lead_to_a_character(visit, place):
    page = visit("creator")
    page.goto("/jobs/")
    field = opened(page)
    field.press_sequentially("rszeta")
    expect(chosen(page)).to_contain_text("Rosalind Zeta")
    field.press("Enter")
    page.wait_for_url(f"**/characters/{place[1]}/")


def test_the_page_that_was_open_last_comes_first_next_time(visit, place):
    page = visit("creator")
    with page.expect_response("**/opened/"):
        page.goto(f"/characters/{place[1]}/history/")
    page.goto("/settings/")
    opened(page, "Meta+k")
    option = palette(page).get_by_role("option", name="Rosalind Zeta").first
    expect(option).to_contain_text("History")
    page.keyboard.press("Escape")
    page.goto("/")
    last = page.get_by_role("navigation", name="Recently open").get_by_role("link").first
    expect(last).to_contain_text("History")


def test_arrows_choose_and_escape_gives_the_focus_back(visit, place):
    page = visit("creator")
    page.goto("/jobs/")
    page.locator("#filter-status").focus()
    field = opened(page)
    expect(palette(page).get_by_role("option", name="Projects")).to_be_visible()
    first = chosen(page).text_content()
    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "palette-option-1")
    field.press("ArrowUp")
    field.press("ArrowUp")
    expect(palette(page).locator("[aria-selected=true]")).not_to_have_text(first)
    expect(palette(page).locator("[aria-selected=true]")).to_have_count(1)
    field.press("Escape")
    expect(palette(page)).to_be_hidden()
    expect(page.locator("#filter-status")).to_be_focused()


def test_what_the_page_offers_is_done_from_it(visit, place):
    page = visit("creator")
    page.goto(f"/projects/{place[0]}/")
    field = opened(page)
    field.press_sequentially("importf")
    expect(chosen(page)).to_contain_text("Import a folder")
    field.press("Enter")
    page.wait_for_url(f"**/projects/{place[0]}/import/")


def test_the_framed_candidate_is_decided_from_it(visit, product, faultless):
    made = product.candidates(product.new_project("Palette acts", "creator"), "Ada", 1)
    page = visit("creator")
    page.goto(f"{made.page}review/")
    expect(page.locator("#viewer")).to_be_focused()
    field = opened(page)
    field.press_sequentially("reject")
    expect(chosen(page)).to_have_text("Reject")
    field.press("Enter")
    expect(page.locator("#review-status")).to_contain_text("rejected")


def test_one_signs_out_from_it(visit, place):
    page = visit()
    sign_in(page, "hands")
    field = opened(page)
    field.press_sequentially("sign out")
    expect(chosen(page)).to_have_text("Sign out")
    field.press("Enter")
    page.wait_for_url("**/sign-in/")


def test_nothing_found_says_so(visit, place):
    page = visit("creator")
    page.goto("/")
    opened(page).press_sequentially("qqqq")
    expect(palette(page).get_by_role("status")).to_have_text("Nothing is called that.")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_it_fits_a_phone_and_opens_by_touch(visit, place, theme):
    page = visit("creator", viewport=NARROW, color_scheme=theme, is_mobile=True, has_touch=True)
    page.goto("/")
    page.get_by_role("link", name="Find").tap()
    expect(palette(page).get_by_role("option").first).to_be_visible()
    found = faults(page)
    found.pop("covered", None)  # it lies over the page
    assert found == {}
    palette(page).get_by_role("option", name="Settings").tap()
    page.wait_for_url("**/settings/")
