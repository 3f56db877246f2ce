"""Where the eye and the focus land: nothing that one is at is hidden, cut away or left out."""

import pytest

from tests.browser.seeing import expect

PHONE = {"width": 360, "height": 800}
IN_VIEW = """
(one) => {
  const strip = one.parentElement.getBoundingClientRect();
  const here = one.getBoundingClientRect();
  return here.left >= strip.left && here.right <= strip.right + 1;
}
"""


@pytest.fixture(scope="module")
def place(product):
    project = product.new_project("Small things", "creator")
    return project, product.new_character(project, "Rosalind Zeta")


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 700}])
def test_a_refused_field_is_not_under_the_bar(visit, place, size):
    page = visit("creator", viewport=size)
    page.goto(f"/projects/{place[0]}/characters/new/")
    page.get_by_label("Name", exact=True).fill("Nora")
    page.locator("#id_age").fill("-5")
    page.get_by_role("button", name="Create character").click()
    expect(page.locator("#id_age")).to_be_focused()
    bar = page.locator("header.bar").bounding_box()
    label = page.locator('label[for="id_age"]').bounding_box()
    assert label["y"] >= bar["y"] + bar["height"]


@pytest.mark.parametrize("address", ["/projects/{}/characters/new/", "/projects/new/"])
def test_a_page_that_is_a_form_begins_in_its_first_field(visit, place, address):
    page = visit("admin")
    page.goto(address.format(place[0]))
    expect(page.get_by_label("Name", exact=True)).to_be_focused()


def test_on_a_phone_the_tab_that_one_is_at_is_in_view(visit, place):
    page = visit("creator", viewport=PHONE)
    page.goto(f"/characters/{place[1]}/trash/")
    assert page.locator(".tabs [aria-current]").evaluate(IN_VIEW)


def test_on_a_phone_the_page_above_is_one_step_away(visit, place):
    page = visit("creator", viewport=PHONE)
    page.goto(f"/characters/{place[1]}/history/")
    page.locator(".crumbs").get_by_role("link", name="Rosalind Zeta").click()
    page.wait_for_url(f"**/characters/{place[1]}/")


def test_the_source_is_shown_whole(visit, product, faultless):
    made = product.candidates(product.new_project("Whole", "creator"), "Ada", 1)
    page = visit("creator")
    page.goto(made.page)
    fit = page.locator(".source img").evaluate("(one) => getComputedStyle(one).objectFit")
    assert fit == "contain"
