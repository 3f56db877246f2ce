"""Where the focus is after a part of a page was drawn anew: where it was, not at the top."""

import pytest

from tests.browser.seeing import expect, status

STANDS_IN = "(id) => document.getElementById(id).contains(document.activeElement)"


@pytest.fixture
def made(product, faultless):
    return product.candidates(product.new_project("Focus", "creator"), "Eileen", 2)


def test_a_toggle_keeps_the_focus(visit, made):
    page = visit("creator")
    page.goto(f"/variants/{made.variants[0]}/")
    toggle = page.locator(f"#variant-{made.variants[0]}-shortlist")
    toggle.focus()
    page.keyboard.press("Enter")
    expect(toggle).to_have_text("Off the shortlist")
    expect(toggle).to_be_focused()


def test_a_button_that_goes_leaves_the_focus_among_its_neighbours(visit, made):
    first = made.variants[0]
    page = visit("creator")
    page.goto(f"/variants/{first}/")
    page.locator(f"#variant-{first}-approve").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".flag-hero")).to_be_visible()
    page.wait_for_function(STANDS_IN, arg=f"variant-{first}-do")
    page.keyboard.press("Tab")
    assert page.evaluate(STANDS_IN, f"variant-{first}-do")


def test_a_tag_is_added_and_the_next_can_be_typed(visit, made):
    page = visit("creator")
    page.goto(f"/variants/{made.variants[0]}/")
    field = page.locator(f"#tags-{made.variants[0]}")
    for word in ("night", "rain"):
        field.press_sequentially(word)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name=word)).to_be_visible()
        expect(field).to_be_focused()
        expect(field).to_have_value("")


def test_a_filter_keeps_the_focus(visit, made):
    page = visit("creator")
    page.goto(made.page)
    status(page, made.variants[0], "generated")
    page.locator("#filters .chip, .filters .chip", has_text="Needs decision").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**status=candidates*")
    page.wait_for_function("document.activeElement !== document.body")


def test_the_source_panel_that_is_drawn_anew_has_the_focus_still(visit, made):
    page = visit("creator")
    page.goto(made.page)
    again = page.locator(".source-panel").get_by_role("button", name="Check again")
    again.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".source-panel")).to_contain_text("QA")
    page.wait_for_function("document.activeElement.closest('.source-panel') !== null")
