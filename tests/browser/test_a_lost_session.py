"""A session that ends in the middle of a form loses nothing that was typed, and says so."""

from tests.browser.product import PASSWORD
from tests.browser.seeing import expect


def lose(page):
    page.context.clear_cookies(name="sessionid")


def sign_in_again(page, person):
    expect(page.locator("#toasts")).to_contain_text("nothing was changed")
    page.get_by_label("User name").fill(person)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def test_what_was_typed_is_there_again(visit, product):
    project = product.new_project("Lost", "leaver", "reviewer")
    address = f"/projects/{project}/characters/new/"
    page = visit("leaver")
    page.goto(address)
    page.get_by_label("Name", exact=True).fill("Nora")
    page.get_by_label("Depicts").select_option("fictional")
    page.get_by_label("Notes").fill("long words")
    lose(page)
    page.get_by_role("button", name="Create character").click()
    sign_in_again(page, "leaver")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Nora")
    expect(page.get_by_label("Depicts")).to_have_value("fictional")
    expect(page.get_by_label("Notes")).to_have_value("long words")
    expect(page.locator("#toasts")).to_contain_text("Nothing of it is saved yet")
    page.reload()
    expect(page.get_by_label("Name", exact=True)).to_have_value("")


def test_what_the_page_asks_by_itself_takes_nothing_typed_away(visit, product):
    project = product.new_project("Lost meanwhile", "leaver")
    page = visit("leaver")
    page.goto(f"/projects/{project}/characters/new/")
    page.get_by_label("Name", exact=True).fill("Nora")
    lose(page)
    page.evaluate("document.body.dispatchEvent(new Event('refresh'))")
    expect(page.locator("#live-state")).to_have_text("Signed out: reload to sign in.")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Nora")


def test_another_person_does_not_get_what_was_typed(visit, product):
    project = product.new_project("Lost too", "leaver", "plain")
    page = visit("leaver")
    page.goto(f"/projects/{project}/characters/new/")
    page.get_by_label("Name", exact=True).fill("Secret")
    lose(page)
    page.get_by_role("button", name="Create character").click()
    sign_in_again(page, "plain")
    expect(page.get_by_role("heading", name="New character")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("")


def test_a_decision_that_met_no_session_is_told(visit, product, faultless):
    made = product.candidates(product.new_project("Lost key", "leaver"), "Ada", 1)
    page = visit("leaver")
    page.goto(f"{made.page}review/")
    expect(page.locator("#viewer")).to_be_focused()
    lose(page)
    page.keyboard.press("x")
    expect(page.locator("#toasts")).to_contain_text("nothing was changed")
