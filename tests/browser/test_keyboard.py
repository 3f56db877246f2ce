"""The main path by keys alone: where the focus is, where it goes, and that a key acts once."""

import pytest

from tests.browser.product import PASSWORD
from tests.browser.seeing import WORK_MS, card, expect, focused, live, status


@pytest.fixture
def made(product, faultless):
    project = product.new_project("Keys", "creator")
    return product.candidates(project, "Eileen", 3)


@pytest.fixture
def page(visit, made):
    opened = visit("creator")
    opened.goto(made.page)
    status(opened, made.variants[-1], "generated")
    return opened


def tab_until(page, holds, most=60):
    """Press Tab until an element is reached; what had the focus on the way."""
    way = []
    for _ in range(most):
        page.keyboard.press("Tab")
        way.append(page.evaluate("document.activeElement.outerHTML.slice(0, 120)"))
        if page.evaluate(holds):
            return way
    raise AssertionError("\n".join(way))


def test_signing_in_and_asking_for_candidates_by_keys(visit, product, faultless):
    project = product.new_project("By keys", "hands")
    character = product.approved(project, "Eileen")
    page = visit()
    page.goto(f"/sign-in/?next=/characters/{character}/")
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type("hands")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Eileen")).to_be_visible()

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert focused(page) == "content"
    link = "document.activeElement.matches('a')"
    tab_until(page, f"{link} && document.activeElement.textContent.includes('Generate the first')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/generate/")
    tab_until(page, "document.activeElement.name === 'count'")
    page.keyboard.press("Control+A")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.locator(".card")).to_have_count(2)
    way = tab_until(page, "document.activeElement.matches('.card')")
    assert not any("tray" in step for step in way), way
    expect(page.locator(".card [data-status=generated]")).to_have_count(2, timeout=WORK_MS)
    assert page.evaluate("document.activeElement.matches('.card')"), "the focus was kept"
    page.keyboard.press("Enter")
    expect(page.locator(".flag-hero")).to_have_text("Hero")


def test_a_decision_moves_the_focus_to_the_next_card(page, made):
    last, middle, first = reversed(made.variants)
    page.locator("#content").focus()
    page.keyboard.press("j")
    assert focused(page) == f"variant-{last}"
    page.keyboard.press("x")
    status(page, last, "rejected")
    expect(card(page, middle)).to_be_focused()
    page.keyboard.press("a")
    status(page, middle, "approved")
    expect(card(page, first)).to_be_focused()
    page.keyboard.press("x")
    status(page, first, "rejected")
    expect(card(page, middle)).to_be_focused()


def refresh(page):
    """Let the page fetch its live parts anew, as it does when the socket was late or cut."""
    here = page.url.split("?")[0]
    with page.expect_response(lambda answer: answer.url.split("?")[0] == here):
        page.evaluate("htmx.trigger(document.body, 'refresh')")
    page.wait_for_timeout(300)  # the swap and its settling


def test_a_page_fetched_anew_does_not_lose_the_answer_to_a_decision(page, made):
    last, middle, _first = reversed(made.variants)
    held = []

    def hold(route):
        held.append(route)

    page.route(f"**/variants/{last}/reject/", hold)
    card(page, last).focus()
    page.keyboard.press("x")
    page.wait_for_function("document.querySelector('button.htmx-request')")
    refresh(page)
    held[0].continue_()
    expect(page.locator("#toasts")).to_contain_text(f"Candidate {last} is rejected.")
    expect(card(page, middle)).to_be_focused()


def test_the_large_view_opens_decides_and_gives_the_focus_back(page, made):
    last, middle, _first = reversed(made.variants)
    card(page, last).focus()
    page.keyboard.press(" ")
    look = page.locator("#look")
    expect(look).to_be_visible()
    expect(look.get_by_role("img", name=f"Candidate {last}")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(look.get_by_role("img", name=f"Candidate {middle}")).to_be_visible()
    page.keyboard.press("Enter")
    status(page, middle, "approved")
    expect(look).to_be_visible()
    page.keyboard.press("Escape")
    expect(look).to_be_hidden()
    assert focused(page).startswith("variant-")


def test_the_key_sheet_opens_and_closes(page, made):
    first = card(page, made.variants[0])
    first.focus()
    page.keyboard.press("?")
    sheet = page.locator("#key-sheet")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text("make hero")
    page.keyboard.press("x")
    refresh(page)
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(first).to_be_focused()
    status(page, made.variants[0], "generated")


def test_a_held_key_decides_once(page, made):
    last, middle, first = reversed(made.variants)
    card(page, last).focus()
    page.keyboard.down("x")
    for _ in range(5):
        page.keyboard.down("x")
    page.keyboard.up("x")
    status(page, last, "rejected")
    page.wait_for_timeout(500)
    for other in (middle, first):
        status(page, other, "generated")


def test_a_letter_typed_in_a_field_decides_nothing(page, made):
    page.locator(".source-acts summary", has_text="Unlock").click()
    page.get_by_label("Why it is unlocked").type("axe j k ?")
    for variant in made.variants:
        status(page, variant, "generated")
    expect(page.locator("#key-sheet")).to_be_hidden()


def test_the_detail_page_answers_to_keys(page, made):
    last, middle, _first = reversed(made.variants)
    page.goto(f"/variants/{last}/")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/variants/{middle}/")
    page.keyboard.press("Enter")
    expect(page.locator(".flag-hero")).to_have_text("Hero")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**/variants/{last}/")
    page.keyboard.press("x")
    expect(page.locator(".pane-b")).to_contain_text("Rejected")
    page.keyboard.press("Escape")
    page.wait_for_url(f"**{made.page}*")
    expect(live(page, middle).locator(".flag-hero")).to_have_text("Hero")


def test_a_double_click_on_generate_asks_once(page, product, made):
    page.goto(f"{made.page}generate/")
    page.get_by_label("Candidates").fill("2")
    page.get_by_role("button", name="Generate").dblclick()
    expect(page.locator(".card")).to_have_count(5)
    assert product.count_variants(made.character) == 5


def test_going_back_shows_whole_pages(page, made):
    page.get_by_role("link", name="Needs decision").click()
    page.wait_for_url("**status=candidates*")
    card(page, made.variants[0]).get_by_role("link", name="Candidate").focus()
    page.goto(f"/variants/{made.variants[0]}/")
    page.go_back()
    expect(page.get_by_role("heading", name="Eileen")).to_be_visible()
    expect(page.locator(".card")).to_have_count(3)
    page.go_back()
    expect(page.get_by_role("heading", name="Eileen")).to_be_visible()
    expect(page.locator(".card")).to_have_count(3)
