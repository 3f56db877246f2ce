"""How a review was left and how somebody likes it survives reload, log-out and another device."""

import pytest

from tests.browser.conftest import sign_in
from tests.browser.product import PASSWORD
from tests.browser.review.reviewing import became, lens, on, resume, review
from tests.browser.seeing import expect


def kept(page, act):
    """Do something on the page and wait until the studio has kept it."""
    with page.expect_response("**/review/place/") as answer:
        act()
    assert answer.value.status == 204


def test_filter_sort_zoom_and_position_survive_reload_and_log_out(visit, made):
    second = made.variants[1]
    page = visit()
    sign_in(page, "hands", PASSWORD)
    review(page, made)
    expect(page.get_by_role("link", name="Needs decision")).to_have_attribute(
        "aria-current", "true"
    )
    page.get_by_role("link", name="Most alike first").click()
    page.get_by_role("link", name="All", exact=True).click()
    expect(page.locator("#review[data-script=on]")).to_be_visible()
    page.locator(f"#strip #variant-{second}").click()
    on(page, second)
    page.keyboard.press("m")
    kept(page, lambda: page.keyboard.press("z"))
    zoomed = lens(page)

    def stands():
        on(page, second)
        assert lens(page) == pytest.approx(zoomed, abs=0.6)
        expect(page.locator("#review")).to_have_attribute("data-mode", "wipe")
        for name in ("All", "Most alike first"):
            way = page.get_by_role("link", name=name, exact=True)
            expect(way).to_have_attribute("aria-current", "true")

    page.reload()
    stands()
    page.get_by_label("Your menu").click()
    page.get_by_role("button", name="Sign out").click()
    elsewhere = visit()
    sign_in(elsewhere, "hands", PASSWORD)
    page = elsewhere
    resume(page, made)
    stands()


def test_what_needs_a_decision_is_shown_where_nothing_else_was_chosen(visit, product, made):
    first, second, *_ = made.variants
    product.api("admin").post(f"characters/{made.character}/variants/{first}/reject")
    page = visit("creator")
    review(page, made, query="")
    on(page, second)
    chosen = page.get_by_role("link", name="Needs decision")
    expect(chosen).to_have_attribute("aria-current", "true")


def test_auto_advance_is_remembered(visit, made):
    page = visit("guest")
    review(page, made)
    with page.expect_response("**/review/habits/"):
        page.get_by_role("button", name="Auto-advance on").click()
    elsewhere = visit("guest")
    resume(elsewhere, made)
    expect(elsewhere.get_by_role("button", name="Auto-advance off")).to_be_visible()
    with elsewhere.expect_response("**/review/habits/"):
        elsewhere.get_by_role("button", name="Auto-advance off").click()


def test_single_keys_can_be_remapped(visit, made):
    first = made.variants[0]
    page = visit("guest")
    review(page, made, f"?at={first}")
    page.keyboard.press("?")
    page.get_by_title("Choose another key: reject and advance").click()
    with page.expect_response("**/review/habits/"):
        page.keyboard.press("q")
    page.keyboard.press("Escape")
    page.reload()
    on(page, first)
    page.keyboard.press("x")
    page.keyboard.press("j")
    on(page, made.variants[1])
    became(page, first, "generated")
    page.keyboard.press("k")
    on(page, first)
    page.keyboard.press("q")
    became(page, first, "rejected")
    page.keyboard.press("?")
    with page.expect_response("**/review/habits/"):
        page.get_by_role("button", name="As they come").click()
    expect(page.get_by_title("Choose another key: reject and advance")).to_have_text("X")


def test_a_place_that_is_none_is_refused(product, visit, made):
    page = visit("guest")
    resume(page, made)
    status = page.evaluate(
        """async ([address, token]) => (await fetch(address, {
          method: "POST", headers: { "X-CSRFToken": token },
          body: new URLSearchParams({ layout: "cave" }),
        })).status""",
        [
            f"{made.page}review/place/",
            page.evaluate("JSON.parse(document.body.getAttribute('hx-headers'))['X-CSRFToken']"),
        ],
    )
    assert status == 400
