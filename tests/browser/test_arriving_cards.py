"""Cards that were asked for elsewhere arrive on every view of the gallery that they belong to."""

from tests.browser.seeing import card, expect, listen, passed, remember, status


def test_cards_arrive_on_a_gallery_filtered_by_their_type(visit, product, faultless):
    project = product.new_project("Arrivals", "creator")
    made = product.candidates(project, "Eileen", 1)
    page = visit("creator")
    listen(page, f"{made.page}?type=clothed")
    status(page, made.variants[0], "generated")
    remember(page, cards="document.querySelectorAll('.card').length")
    card(page, made.variants[0]).hover()
    card(page, made.variants[0]).get_by_label("More for candidate").click()
    page.get_by_role("button", name="Generate more").click()
    expect(page.locator(".card")).to_have_count(2)
    assert passed(page, "cards") == [1, 2]
