"""Two reviewers at once: what went stale is refused with what changed; undo goes all the way."""

import pytest

from tests.browser.reviewing import afresh, became, on, refusal, review, said
from tests.browser.seeing import expect


@pytest.fixture(scope="module")
def three(product):
    product.sandbox.faults(reset=True)
    project = product.new_project("Refusals", "creator", "colleague")
    return product.candidates(project, "Eileen", 3)


@pytest.fixture
def made(product, three):
    afresh(product, three)
    return three


def deaf(visit, made):
    """A colleague's page that hears nothing of what others do."""
    page = visit("colleague")
    page.route_web_socket("**/ws/**", lambda socket: None)
    review(page, made)
    return page


def test_a_stale_decision_is_refused_with_what_changed_keep_or_replace(visit, product, made):
    first, second, third = made.variants
    page = deaf(visit, made)
    product.api("creator").post(f"characters/{made.character}/variants/{third}/approve")
    page.keyboard.press("Enter")
    on(page, second)
    notice = refusal(page, first)
    expect(notice).to_contain_text(
        f"Candidate {third} is the clothed hero now: approved by creator"
    )
    became(page, first, "generated")
    page.keyboard.press("x")
    became(page, second, "rejected")
    notice.get_by_role("button", name="Replace it").click()
    became(page, first, "approved")
    became(page, third, "generated")
    expect(notice).to_have_count(0)


def test_keeping_leaves_the_colleagues_hero(visit, product, made):
    first, _, third = made.variants
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
    first, second, _ = made.variants
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
    first, second, _ = made.variants
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


def test_undo_leads_back_also_when_the_socket_has_news_meanwhile(visit, made):
    first, second, _ = made.variants
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
    first, second, third = made.variants
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


def test_shift_enter_makes_one_the_hero_and_rejects_the_others_as_one_step(visit, made):
    first, second, third = made.variants
    page = visit("creator")
    review(page, made)
    page.keyboard.press("Shift+Enter")
    page.get_by_role("button", name="Make hero, reject 2").click()
    became(page, first, "approved")
    became(page, second, "rejected")
    became(page, third, "rejected")
    page.locator("#viewer").focus()
    page.keyboard.press("Control+z")
    for variant in made.variants:
        became(page, variant, "generated")


def test_shift_x_rejects_with_the_reason_of_a_digit(visit, product, made):
    page = visit("creator")
    review(page, made)
    page.keyboard.press("Shift+X")
    expect(page.locator("#review-reasons")).to_be_visible()
    word = page.locator("#review-reasons .chip").nth(1).get_attribute("value")
    page.keyboard.press("2")
    became(page, made.variants[0], "rejected")
    on(page, made.variants[1])
    page.goto(f"/variants/{made.variants[0]}/")
    expect(page.locator(".log")).to_contain_text(f"Rejected · {word.replace('_', ' ')}")


def test_a_hero_is_never_put_in_the_trash_by_its_key(visit, made):
    first = made.variants[0]
    page = visit("creator")
    review(page, made)
    page.keyboard.press("Enter")
    became(page, first, "approved")
    page.keyboard.press("k")
    on(page, first)
    page.keyboard.press("Delete")
    said(page, "It is the hero")
    became(page, first, "approved")
