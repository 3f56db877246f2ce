"""Ten thousand variants in a gallery: what stands in the page, what jumps, what stays in place."""

import re

import pytest

from tests.browser.seeing import card, expect, open_gallery, status
from tests.browser.test_a_calm_gallery import CALM, SHIFTS

COUNT = 10_000
MOST = """
  window.mostTiles = 0;
  document.addEventListener("DOMContentLoaded", () => {
    const note = () => {
      const now = document.querySelectorAll("[data-cards] > .card").length;
      window.mostTiles = Math.max(window.mostTiles, now);
    };
    new MutationObserver(note).observe(document.body, { childList: true, subtree: true });
    note();
  });
"""


@pytest.fixture(scope="module")
def made(product):
    product.sandbox.faults(reset=True)
    return product.many(product.new_project("Ten thousand", "creator"), "Eileen", COUNT)


@pytest.fixture(scope="module")
def ids(made):
    """All ids, the newest first."""
    return made.variants[::-1]


@pytest.fixture
def page(visit, made):
    opened = visit("creator")
    opened.add_init_script(MOST)
    opened.add_init_script(SHIFTS)
    open_gallery(opened, made.page)
    listed(opened)
    return opened


def listed(page, count=COUNT):
    """Wait until the page knows the whole list."""
    expect(page.locator("[data-cards] > .card").first).to_have_attribute("aria-setsize", str(count))


def come(page):
    """Wait until no tile of the page is an empty frame."""
    expect(page.locator("[data-cards] > .card[aria-busy]")).to_have_count(0)


def in_view(page):
    """The ids of the cards in view that have come, top left first."""
    found = page.locator("[data-cards] > .card:not([aria-busy])").evaluate_all(
        """(all) => all.filter((one) => {
          const { top, bottom } = one.getBoundingClientRect();
          return bottom > 56 && top < innerHeight;
        }).map((one) => one.dataset.variant)"""
    )
    return [int(pk) for pk in found]


def places(page):
    """Where each card in view stands."""
    return page.locator("[data-cards] > .card").evaluate_all(
        """(all) => Object.fromEntries(all.map((one) => {
          const { left, top, bottom } = one.getBoundingClientRect();
          return [one.dataset.variant, [left, top, bottom].map(Math.round)];
        }).filter(([, [, top, bottom]]) => bottom > 56 && top < innerHeight))"""
    )


def test_end_leads_to_the_last_and_home_back_with_few_tiles_in_the_page(page, ids):
    page.keyboard.press("End")
    expect(card(page, ids[-1]).get_by_role("img", name=f"Candidate {ids[-1]}")).to_be_visible()
    assert in_view(page)[-1] == ids[-1]
    page.keyboard.press("Home")
    expect(card(page, ids[0]).get_by_role("img", name=f"Candidate {ids[0]}")).to_be_visible()
    assert in_view(page)[0] == ids[0]
    assert page.evaluate("window.mostTiles") <= 400


def test_the_scrollbar_leads_anywhere_and_every_tile_stands_where_its_number_says(page, ids):
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    come(page)
    shown = in_view(page)
    assert shown == ids[ids.index(shown[0]) :][: len(shown)]
    assert ids.index(shown[0]) == pytest.approx(COUNT / 2, rel=0.02)
    first = card(page, shown[0])
    expect(first).to_have_attribute("aria-posinset", str(ids.index(shown[0]) + 1))
    assert page.evaluate("window.mostTiles") <= 400


def test_scrolling_through_shifts_nothing(page, ids):
    for _ in range(12):
        page.mouse.wheel(0, 1400)
        come(page)
    assert in_view(page)[0] != ids[0]
    shifts = page.evaluate("window.shifts")
    assert sum(shift[0] for shift in shifts) < CALM, shifts


def test_the_keyboard_goes_on_where_its_card_is_no_longer_in_the_page(page, ids):
    card(page, ids[0]).focus()
    page.keyboard.press("End")
    expect(card(page, ids[-1])).to_be_focused()
    page.keyboard.press("Home")
    expect(card(page, ids[0])).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.evaluate("scrollTo(0, 400000)")
    expect(card(page, ids[1])).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(card(page, ids[2])).to_be_focused()
    expect(card(page, ids[2])).to_be_in_viewport()


def test_a_decision_far_down_goes_to_the_next_card(page, product, made, ids):
    card(page, ids[0]).focus()
    page.keyboard.press("End")
    last, before = ids[-1], ids[-2]
    expect(card(page, last).get_by_role("img", name=f"Candidate {last}")).to_be_visible()
    page.keyboard.press("x")
    expect(page.locator(f"#variant-{last}-live")).to_have_attribute("data-status", "rejected")
    expect(card(page, before)).to_be_focused()
    assert re.search(r"rejected", page.locator("#toasts").text_content())


def test_arrivals_stand_at_the_beginning_and_move_nothing_in_view(page, product, made, ids):
    page.evaluate("scrollTo(0, 9000)")
    come(page)
    before = places(page)
    asked = product.ask(made.character, 2)
    listed(page, COUNT + 2)
    assert places(page) == before
    page.keyboard.press("Home")
    expect(page.locator("[data-cards] > .card").nth(2)).to_have_attribute(
        "data-variant", str(ids[0])
    )
    for variant in asked.variants:
        status(page, variant, "generated")
