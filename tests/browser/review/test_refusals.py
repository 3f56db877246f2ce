"""Two reviewers at once: what went stale is refused with what changed, never overwritten."""

import re

from tests.browser.review.reviewing import became, on, refusal, review, said
from tests.browser.seeing import expect


def deaf(visit, made):
    """A colleague's page that hears nothing of what others do."""
    page = visit("colleague")
    page.route_web_socket("**/ws/**", lambda socket: None)
    review(page, made)
    return page


def test_a_stale_decision_is_refused_with_what_changed_keep_or_replace(visit, product, made):
    first, second, third, _ = made.variants
    page = deaf(visit, made)
    product.api("creator").post(f"characters/{made.character}/variants/{third}/approve")
    page.keyboard.press("Enter")
    on(page, second)
    notice = refusal(page, first)
    expect(notice).to_contain_text(
        re.compile(rf"Candidate {third} is the clothed hero now: approved by creator \d+ s ago")
    )
    became(page, first, "generated")
    page.keyboard.press("x")
    became(page, second, "rejected")
    notice.get_by_role("button", name="Replace it").click()
    became(page, first, "approved")
    became(page, third, "generated")
    expect(notice).to_have_count(0)


def test_keeping_leaves_the_colleagues_hero(visit, product, made):
    first, _, third, _ = made.variants
    page = deaf(visit, made)
    base = f"characters/{made.character}/variants"
    product.api("creator").post(f"{base}/{third}/approve")
    page.keyboard.press("Enter")
    refusal(page, first).get_by_role("button", name="Keep it").click()
    expect(page.locator("#refusals .notice")).to_have_count(0)
    assert product.variant(made.character, third)["is_hero"]
    became(page, third, "approved")


def test_a_stale_rejection_is_never_carried_out_silently(visit, product, made):
    first = made.variants[0]
    page = deaf(visit, made)
    product.api("creator").post(f"characters/{made.character}/variants/{first}/shortlist")
    page.keyboard.press("x")
    expect(refusal(page, first)).to_contain_text("shortlisted by creator")
    assert product.variant(made.character, first)["status"] == "generated"
    refusal(page, first).get_by_role("button", name="Do it all the same").click()
    became(page, first, "rejected")


def test_a_stale_tick_is_refused_and_the_others_are_decided(visit, product, made):
    first, second, *_ = made.variants
    page = deaf(visit, made)
    page.keyboard.press(" ")
    page.keyboard.press("j")
    on(page, second)
    page.keyboard.press(" ")
    product.api("creator").post(f"characters/{made.character}/variants/{first}/shortlist")
    page.get_by_role("button", name="Reject 2").click()
    said(page, "1 rejected")
    said(page, f"1 refused. {first}: It changed meanwhile: shortlisted by creator")
    became(page, second, "rejected")
    became(page, first, "generated")


def test_a_colleagues_decision_appears_without_reload_and_the_cursor_stays(visit, made):
    first, second, *_ = made.variants
    creator, colleague = visit("creator"), visit("colleague")
    for page in (creator, colleague):
        review(page, made)
        expect(page.locator("body[data-live=on]")).to_be_attached()
    colleague.keyboard.press("j")
    on(colleague, second)
    creator.keyboard.press("Enter")
    became(colleague, first, "approved")
    on(colleague, second)
    expect(colleague.locator(f"#variant-{first} .flags")).to_have_text("Hero")
