"""Ticking in a gallery of thousands: by id, with Shift, with a rectangle; one undo of it all."""

import re

import pytest

from tests.browser.seeing import card, expect, open_gallery

COUNT = 1_200


@pytest.fixture(scope="module")
def made(product):
    product.sandbox.faults(reset=True)
    return product.many(product.new_project("Thousands", "creator"), "Eileen", COUNT)


@pytest.fixture(scope="module")
def ids(made):
    """All ids, the newest first."""
    return made.variants[::-1]


@pytest.fixture
def page(visit, made):
    opened = visit("creator")
    open_gallery(opened, made.page)
    expect(opened.locator(".card").first).to_have_attribute("aria-setsize", str(COUNT))
    return opened


def box(page, variant):
    return card(page, variant).get_by_role("checkbox")


def tick(page, variant, *keys):
    card(page, variant).hover()
    box(page, variant).click(modifiers=list(keys))


def said(page, text):
    expect(page.locator("[data-picked]")).to_have_text(text)


def end(page, variant):
    page.keyboard.press("End")
    expect(card(page, variant).get_by_role("img", name=f"Candidate {variant}")).to_be_visible()


def test_a_tick_survives_that_its_card_leaves_the_page(page, ids):
    tick(page, ids[2])
    page.locator("#content").focus()
    end(page, ids[-1])
    expect(card(page, ids[2])).to_have_count(0)
    said(page, "1 ticked")
    page.keyboard.press("Home")
    expect(box(page, ids[2])).to_be_checked()


def test_shift_ticks_all_between_also_what_is_not_in_the_page(page, ids):
    tick(page, ids[1])
    card(page, ids[1]).focus()
    end(page, ids[-1])
    tick(page, ids[-2], "Shift")
    said(page, f"{COUNT - 2} ticked, at most 500 at once")
    page.get_by_role("button", name="Reject", exact=True).click()
    refused = f"{COUNT - 2} are ticked, and at most 500 are decided at once."
    expect(page.locator(".toast", has_text=refused)).to_be_visible()
    page.keyboard.press("Escape")
    said(page, "")
    expect(box(page, ids[-2])).not_to_be_checked()


def test_a_rectangle_ticks_what_it_touches(page, ids):
    first, fourth = (card(page, ids[at]).bounding_box() for at in (0, 3))
    page.mouse.move(first["x"] + 40, first["y"] + 60)
    page.mouse.down()
    page.mouse.move(fourth["x"] + 30, fourth["y"] + 90, steps=6)
    expect(page.locator(".lasso")).to_be_visible()
    page.mouse.up()
    expect(page.locator(".lasso")).to_have_count(0)
    across = page.locator("[data-cards]").evaluate(
        "(all) => getComputedStyle(all).gridTemplateColumns.split(' ').length"
    )
    touched = [pk for at, pk in enumerate(ids[:4]) if at % across <= 3 % across]
    said(page, f"{len(touched)} ticked")
    for pk in touched:
        expect(box(page, pk)).to_be_checked()
    assert re.search(r"/characters/\d+/$", page.url), "no picture was opened"


def test_a_rectangle_goes_on_where_the_view_is_scrolled_to(page, ids):
    first = card(page, ids[0]).bounding_box()
    page.mouse.move(first["x"] + 40, first["y"] + 60)
    page.mouse.down()
    page.mouse.move(first["x"] + 60, 890, steps=4)
    far = ids[60]
    expect(card(page, far)).to_be_in_viewport()
    page.mouse.up()
    expect(page.locator("[data-picked]")).to_have_text(re.compile(r"^\d+ ticked"))
    page.keyboard.press("Home")
    expect(box(page, ids[0])).to_be_checked()
    expect(box(page, ids[1])).not_to_be_checked()


def test_everything_is_ticked_by_one_key_and_unticked_by_another(page):
    page.locator("#content").focus()
    page.keyboard.press("Control+a")
    said(page, f"{COUNT} ticked, at most 500 at once")
    page.keyboard.press("Escape")
    said(page, "")


def test_the_keyboard_ticks_the_framed_card_and_all_up_to_another(page, ids):
    card(page, ids[0]).focus()
    page.keyboard.press("t")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+T")
    said(page, "3 ticked")


def test_while_something_is_ticked_a_press_on_a_picture_ticks(page, ids):
    tick(page, ids[0])
    card(page, ids[2]).locator("a.pic").click(position={"x": 90, "y": 40})
    said(page, "2 ticked")
    card(page, ids[2]).locator("a.pic").click(position={"x": 90, "y": 40})
    said(page, "1 ticked")


def test_a_batch_of_what_is_not_in_the_page_is_taken_back_by_one_undo(page, made):
    page.goto(f"{made.page}?status=candidates")
    cards = page.locator("[data-cards] > .card")
    expect(cards.first).to_have_attribute("aria-setsize", re.compile(r"^\d+$"))
    count = int(cards.first.get_attribute("aria-setsize"))
    first = int(cards.first.get_attribute("data-variant"))
    tick(page, first)
    card(page, first).focus()
    for _ in range(39):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+T")
    ticked = int(page.locator("[data-picked]").text_content().split()[0])
    assert ticked > 100
    expect(card(page, first)).to_have_count(0)
    page.get_by_role("button", name="Reject", exact=True).click()
    toast = page.locator(".toast", has_text=f"{ticked} rejected.")
    expect(toast).to_be_visible()
    expect(cards.first).to_have_attribute("aria-setsize", str(count - ticked))
    said(page, "")
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast", has_text=f"{ticked} variants")).to_be_visible()
    expect(cards.first).to_have_attribute("aria-setsize", str(count))
