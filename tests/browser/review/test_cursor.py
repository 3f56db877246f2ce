"""The cursor of the review page: what keys act on, and where they lead."""

import pytest

from tests.browser.review.reviewing import became, frame, on, review, said
from tests.browser.seeing import expect

ORDER = "[...document.querySelectorAll('#strip .frame')].map((one) => Number(one.dataset.frame))"


def test_a_key_acts_on_exactly_one_visibly_framed_item(page, made):
    first, second, third, _ = made.variants
    on(page, first)
    page.keyboard.press("ArrowRight")
    on(page, second)
    expect(page.locator(".view-framed .tag")).to_contain_text(f"Candidate {second}")
    page.keyboard.press("x")
    became(page, second, "rejected")
    for other in (first, third):
        became(page, other, "generated")


def test_a_batch_needs_an_explicit_selection_and_says_how_many(page, made):
    first, second, third, _ = made.variants
    expect(page.locator("#ticked")).to_be_hidden()
    page.keyboard.press(" ")
    page.keyboard.press("j")
    on(page, second)
    page.keyboard.press(" ")
    page.get_by_role("button", name="Reject 2").click()
    became(page, first, "rejected")
    became(page, second, "rejected")
    became(page, third, "generated")
    said(page, "2 rejected")
    page.keyboard.press("Control+z")
    became(page, first, "generated")
    became(page, second, "generated")


def test_the_cursor_goes_to_the_next_shown_and_at_the_end_to_the_previous(page, made):
    first, second, third, last = made.variants
    page.keyboard.press("j")
    on(page, second)
    page.keyboard.press("k")
    on(page, first)
    page.keyboard.press("x")
    on(page, second)
    page.keyboard.press("j")
    page.keyboard.press("j")
    on(page, last)
    page.keyboard.press("x")
    on(page, third)
    became(page, last, "rejected")


def test_where_there_is_no_other_the_cursor_stays_and_no_pane_is_empty(visit, product, made):
    first, *others = made.variants
    for other in others:
        product.api("admin").post(f"characters/{made.character}/variants/{other}/reject")
    page = visit("creator")
    review(page, made)
    assert page.evaluate(ORDER) == [first]
    page.keyboard.press("x")
    became(page, first, "rejected")
    on(page, first)
    expect(page.locator(".view-framed img")).to_be_visible()


def test_a_decided_item_stays_in_place_dimmed_until_the_group_is_left(page, made):
    first, second, *_ = made.variants
    page.keyboard.press("x")
    became(page, first, "rejected")
    on(page, second)
    assert page.evaluate(ORDER) == made.variants
    picture = frame(page, first).locator("img")
    assert float(picture.evaluate("(image) => getComputedStyle(image).opacity")) < 0.5
    page.reload()
    on(page, second)
    assert page.evaluate(ORDER) == made.variants[1:]


def test_new_arrivals_append_and_never_move_the_cursor(visit, product, made):
    page = visit("creator")
    review(page, made)
    expect(page.locator("body[data-live=on]")).to_be_attached()
    page.keyboard.press("j")
    on(page, made.variants[1])
    arrived = product.ask(made.character, 1).variants[0]
    expect(page.locator("#strip .frame").last).to_have_attribute("data-frame", f"{arrived}")
    expect(frame(page, arrived).locator("img")).to_be_visible(timeout=60_000)
    expect(frame(page, arrived)).to_have_attribute("data-width", "512")
    on(page, made.variants[1])
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    on(page, arrived)
    page.keyboard.press("Delete")
    expect(frame(page, arrived)).to_have_count(0)
    on(page, made.variants[-1])


def test_flags_differ_by_shape_and_text_not_by_colour_alone(page, made):
    first, second, third, _ = made.variants
    page.keyboard.press("Enter")
    on(page, second)
    page.keyboard.press("x")
    on(page, third)
    page.keyboard.press("p")
    became(page, first, "approved")
    became(page, second, "rejected")
    flags = [frame(page, one).locator(".flags") for one in (first, second, third)]
    for flag, word in zip(flags, ("Hero", "Rejected", "Shortlist"), strict=True):
        expect(flag).to_have_text(word)
    shapes = {flag.locator("path").first.get_attribute("d") for flag in flags}
    assert len(shapes) == 3


@pytest.mark.parametrize(
    ("key", "shows"),
    [("x", "Rejected"), ("Enter", "Hero"), ("p", "Shortlist")],
)
def test_holding_a_key_never_repeats_a_decision(page, made, key, shows):
    first, second, third, _ = made.variants
    page.keyboard.down(key)
    expect(frame(page, first).locator(".flags")).to_have_text(shows)
    on(page, second)
    for _ in range(5):
        page.keyboard.down(key)
    page.keyboard.up(key)
    page.keyboard.press("j")
    on(page, third)
    for other in (second, third):
        became(page, other, "generated")
        expect(frame(page, other).locator(".flags")).to_have_text("")


def test_holding_the_key_of_the_trash_takes_one_away(page, made):
    first, second, third, _ = made.variants
    page.keyboard.down("Delete")
    expect(frame(page, first)).to_have_count(0)
    on(page, second)
    page.keyboard.down("Delete")
    page.keyboard.up("Delete")
    page.keyboard.press("j")
    on(page, third)
    expect(frame(page, second)).not_to_have_attribute("data-sent", "delete")
    page.keyboard.press("Control+z")
    on(page, first)
    assert page.evaluate(ORDER) == made.variants


def test_enter_decides_only_when_the_viewer_has_focus(page, made):
    first, second, *_ = made.variants
    page.get_by_role("button", name="Next", exact=True).focus()
    page.keyboard.press("Enter")
    on(page, second)
    became(page, first, "generated")
    page.locator("#viewer").focus()
    page.keyboard.press("Enter")
    became(page, second, "approved")


def test_single_keys_act_only_while_viewer_or_grid_has_focus(page, made):
    page.locator("#advance").focus()
    page.keyboard.press("x")
    page.locator("#review-desk input[name=tags]").type("xjk")
    page.locator("#viewer").focus()
    page.keyboard.press("g")
    expect(page.locator("#strip")).to_be_focused()
    became(page, made.variants[0], "generated")
    on(page, made.variants[0])
    page.keyboard.press("x")
    became(page, made.variants[0], "rejected")


def test_auto_advance_is_a_visible_toggle(page, made):
    first, second, *_ = made.variants
    toggle = page.get_by_role("button", name="Auto-advance on")
    toggle.click()
    expect(page.get_by_role("button", name="Auto-advance off")).to_be_visible()
    page.locator("#viewer").focus()
    page.keyboard.press("x")
    became(page, first, "rejected")
    on(page, first)
    with page.expect_response("**/review/habits/"):
        page.get_by_role("button", name="Auto-advance off").click()
    page.locator("#viewer").focus()
    page.keyboard.press("j")
    on(page, second)
