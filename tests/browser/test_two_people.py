"""Two browsers on one character see each other's work, and a stale decision is refused."""

import pytest

from tests.browser.seeing import card, expect, live, passed, press_on_card, remember, status

STATES = "[...document.querySelectorAll('.card [data-status]')].map((c) => c.dataset.status)"


@pytest.fixture
def made(product, faultless):
    project = product.new_project("Two people", "creator", "reviewer")
    return product.candidates(project, "Eileen", 2)


def test_a_reviewer_sees_the_approval_and_arriving_cards(visit, product, made):
    first, second = made.variants
    creator, reviewer = visit("creator"), visit("reviewer")
    creator.goto(made.page)
    reviewer.goto(made.page)
    status(reviewer, second, "generated")
    remember(reviewer, states=STATES)

    press_on_card(creator, first, "Make hero")
    expect(card(creator, first).locator(".flag-hero")).to_have_text("Hero")
    expect(card(reviewer, first).locator(".flag-hero")).to_have_text("Hero")
    press_on_card(reviewer, second, "Reject")
    status(creator, second, "rejected")

    arriving = product.ask(made.character, 2)
    for variant in arriving.variants:
        for page in (creator, reviewer):
            status(page, variant, "generated")
            expect(live(page, variant).get_by_role("img")).to_be_visible()
    expect(reviewer.locator(".card")).to_have_count(4)
    assert passed(reviewer, "states"), "the reviewer's page was never loaded anew"
    card(reviewer, arriving.variants[0]).focus()
    reviewer.keyboard.press("Enter")
    expect(card(creator, arriving.variants[0]).locator(".flag-hero")).to_have_text("Hero")
    status(creator, first, "generated")


def test_a_stale_approval_is_refused_with_who_was_first(visit, made):
    first, second = made.variants
    creator, reviewer = visit("creator"), visit("reviewer")
    reviewer.route_web_socket("**/ws/**", lambda deaf: None)
    creator.goto(made.page)
    reviewer.goto(made.page)
    press_on_card(creator, first, "Make hero")
    expect(card(creator, first).locator(".flag-hero")).to_have_text("Hero")
    status(reviewer, first, "generated")

    press_on_card(reviewer, second, "Make hero")
    toast = reviewer.locator(".toast", has_text="creator")
    expect(toast).to_contain_text(f"Candidate {first} is the clothed hero now")
    expect(card(reviewer, first).locator(".flag-hero")).to_have_text("Hero")
    status(reviewer, second, "generated")
    press_on_card(reviewer, second, "Make hero")
    expect(card(reviewer, second).locator(".flag-hero")).to_have_text("Hero")
    expect(card(creator, second).locator(".flag-hero")).to_have_text("Hero")


def test_a_stale_rejection_is_refused_too(visit, made):
    first, _second = made.variants
    creator, reviewer = visit("creator"), visit("reviewer")
    reviewer.route_web_socket("**/ws/**", lambda deaf: None)
    creator.goto(made.page)
    reviewer.goto(made.page)
    press_on_card(creator, first, "Make hero")
    expect(card(creator, first).locator(".flag-hero")).to_have_text("Hero")
    press_on_card(reviewer, first, "Reject")
    expect(reviewer.locator(".toast", has_text="creator")).to_be_visible()
    expect(card(reviewer, first).locator(".flag-hero")).to_have_text("Hero")
