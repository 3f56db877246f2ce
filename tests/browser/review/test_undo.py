"""Undo on the review page: in the order of the decisions, all the way, after a reload too."""

from tests.browser.review.reviewing import became, on, review, said
from tests.browser.seeing import expect


def test_undo_leads_back_also_when_the_socket_has_news_meanwhile(visit, made):
    first, second, *_ = made.variants
    page = visit("creator")
    review(page, made)
    page.keyboard.press("x")
    became(page, first, "rejected")
    on(page, second)
    page.evaluate(
        """() => new MutationObserver(() => document.body.dispatchEvent(new Event("refresh")))
          .observe(document.getElementById("review-said"), { childList: true })"""
    )
    page.keyboard.press("Control+z")
    said(page, "Undone")
    on(page, first)


def test_undo_of_a_hero_restores_the_previous_hero(visit, made):
    first, second, third, _ = made.variants
    page = visit("creator")
    review(page, made)
    page.keyboard.press("Enter")
    became(page, first, "approved")
    on(page, second)
    page.keyboard.press("Enter")
    became(page, second, "approved")
    became(page, first, "generated")
    on(page, third)
    page.keyboard.press("Control+z")
    became(page, first, "approved")
    became(page, second, "generated")
    on(page, second)
    page.keyboard.press("Control+Shift+z")
    became(page, second, "approved")
    became(page, first, "generated")


def test_fifty_steps_of_undo_survive_a_reload(visit, product, made):
    creator, base = product.api("creator"), f"characters/{made.character}/variants"
    for number in range(50):
        verb = "unshortlist" if number % 2 else "shortlist"
        creator.post(f"{base}/{made.variants[0]}/{verb}")
    page = visit("creator")
    review(page, made)
    page.reload()
    expect(page.locator("[data-script=on]")).to_be_visible()
    for number in range(50):
        word = "shortlisted" if number % 2 else "taken off the shortlist"
        with page.expect_response("**/undo/") as answer:
            page.keyboard.press("Control+z")
        assert answer.value.status == 200, number
        assert word in answer.value.text()
