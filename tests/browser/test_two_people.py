"""Two browsers on one character see each other's work, and a stale decision is refused."""

import pytest

from tests.browser.seeing import card, expect, listen, live, passed, press_on_card, remember, status

STATES = "[...document.querySelectorAll('.card [data-status]')].map((c) => c.dataset.status)"


@pytest.fixture
def made(product, faultless):
    project = product.new_project("Two people", "creator", "colleague", "reviewer")
    return product.candidates(project, "Eileen", 2)


def test_a_reviewer_sees_the_approval_and_arriving_cards(visit, product, made):
    first, second = made.variants
    creator, reviewer = visit("creator"), visit("reviewer")
    listen(creator, made.page)
    listen(reviewer, made.page)
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
    card(creator, arriving.variants[0]).focus()
    creator.keyboard.press("Enter")
    expect(card(reviewer, arriving.variants[0]).locator(".flag-hero")).to_have_text("Hero")
    status(reviewer, first, "generated")


def test_a_reviewer_is_told_that_the_creator_has_the_final_word(visit, made):
    first, second = made.variants
    creator, reviewer = visit("creator"), visit("reviewer")
    listen(creator, made.page)
    listen(reviewer, made.page)
    press_on_card(creator, first, "Make hero")
    expect(card(reviewer, first).locator(".flag-hero")).to_have_text("Hero")
    press_on_card(reviewer, second, "Make hero")
    expect(reviewer.locator(".toast", has_text="creator chose the present hero")).to_be_visible()
    status(reviewer, second, "generated")
    expect(card(reviewer, first).locator(".flag-hero")).to_have_text("Hero")


def test_a_stale_approval_is_refused_with_who_was_first(visit, made):
    first, second = made.variants
    creator, colleague = visit("creator"), visit("colleague")
    colleague.route_web_socket("**/ws/**", lambda deaf: None)
    listen(creator, made.page)
    colleague.goto(made.page)
    press_on_card(creator, first, "Make hero")
    expect(card(creator, first).locator(".flag-hero")).to_have_text("Hero")
    status(colleague, first, "generated")

    press_on_card(colleague, second, "Make hero")
    toast = colleague.locator(".toast", has_text="creator")
    expect(toast).to_contain_text(f"Candidate {first} is the clothed hero now")
    expect(card(colleague, first).locator(".flag-hero")).to_have_text("Hero")
    status(colleague, second, "generated")
    press_on_card(colleague, second, "Make hero")
    expect(card(colleague, second).locator(".flag-hero")).to_have_text("Hero")
    expect(card(creator, second).locator(".flag-hero")).to_have_text("Hero")


def test_a_stale_rejection_is_refused_too(visit, made):
    first, _second = made.variants
    creator, colleague = visit("creator"), visit("colleague")
    colleague.route_web_socket("**/ws/**", lambda deaf: None)
    listen(creator, made.page)
    colleague.goto(made.page)
    press_on_card(creator, first, "Make hero")
    expect(card(creator, first).locator(".flag-hero")).to_have_text("Hero")
    press_on_card(colleague, first, "Reject")
    expect(colleague.locator(".toast", has_text="creator")).to_be_visible()
    expect(card(colleague, first).locator(".flag-hero")).to_have_text("Hero")
