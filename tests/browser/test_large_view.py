"""The large view: findings drawn where they lie, recipe and provenance to take away, likeness."""

import re

import pytest

from tests.browser.seeing import expect

WHERE = """
([box, picture]) => {
  const shown = document.querySelector(picture).getBoundingClientRect();
  const { naturalWidth, naturalHeight } = document.querySelector(picture);
  const scale = Math.min(shown.width / naturalWidth, shown.height / naturalHeight);
  const left = shown.x + (shown.width - naturalWidth * scale) / 2;
  const top = shown.y + (shown.height - naturalHeight * scale) / 2;
  const drawn = document.querySelector(box).getBoundingClientRect();
  return [drawn.x - left, drawn.y - top, drawn.right - left, drawn.bottom - top]
    .map((length) => length / scale);
}
"""


@pytest.fixture(scope="module")
def made(product):
    product.sandbox.faults(reset=True)
    project = product.new_project("Large", "creator")
    made = product.candidates(project, "Lara", 2)
    product.api("admin").post(f"characters/{made.character}/variants/{made.variants[0]}/approve")
    return made


def test_q_draws_the_face_where_it_is_and_the_next_image_has_it_too(visit, product, made):
    page = visit("creator")
    page.goto(f"/variants/{made.variants[0]}/")
    box = page.locator(".finding-counts rect")
    expect(box).to_be_hidden()
    page.keyboard.press("q")
    expect(box).to_be_visible()
    drawn = page.evaluate(WHERE, [".finding-counts rect", ".pane-b > img"])
    face = product.variant(made.character, made.variants[0])["faces"][0]
    assert drawn == pytest.approx(face["box"], abs=3)
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**/variants/{made.variants[1]}/")
    expect(box).to_be_visible()
    page.get_by_label("Draw the findings on the image").uncheck()
    expect(box).to_be_hidden()


def test_the_source_shows_its_findings_too(visit, product, made):
    page = visit("creator")
    page.goto(made.page)
    page.get_by_role("link", name=re.compile("Source image of Lara")).click()
    page.wait_for_url("**/sources/*/")
    page.keyboard.press("q")
    expect(page.locator(".finding-counts rect")).to_be_visible()
    for check in product.api("admin").source(made.character)["qa"]["checks"]:
        if check["verdict"] not in ("pass", None):
            expect(page.locator(".finding-list")).to_contain_text(check["sentence"])
    page.keyboard.press("Escape")
    page.wait_for_url(f"**{made.page}*")


def copied(page):
    return page.evaluate("navigator.clipboard.readText()")


@pytest.fixture
def taker(visit):
    page = visit("creator")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return page


def test_a_value_is_copied_by_its_button_and_a_toast_says_so(taker, product, made):
    variant = product.variant(made.character, made.variants[0])
    taker.goto(f"/variants/{variant['id']}/")
    taker.get_by_role("button", name="Copy seed", exact=True).click()
    expect(taker.get_by_text("Copied seed.")).to_be_visible()
    assert copied(taker) == str(variant["seed"])
    taker.get_by_role("button", name="Copy file", exact=True).click()
    expect(taker.get_by_text("Copied file.")).to_be_visible()
    assert copied(taker) == variant["sha256"]


def test_the_whole_recipe_is_copied_by_keyboard_alone(taker, product, made):
    variant = product.variant(made.character, made.variants[0])
    taker.goto(f"/variants/{variant['id']}/")
    taker.keyboard.press("i")
    taker.keyboard.press("Enter")
    expect(taker.get_by_text("Copied the recipe.")).to_be_visible()
    lines = copied(taker).splitlines()
    assert f"Seed: {variant['seed']}" in lines
    assert "Prompt: p" in lines


def test_a_page_without_a_clipboard_copies_all_the_same(taker, made):
    taker.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    taker.goto(f"/variants/{made.variants[0]}/")
    before = taker.get_by_role("button", name="Copy seed", exact=True)
    before.click()
    expect(taker.get_by_text("Copied seed.")).to_be_visible()
    expect(before).to_be_focused()


def test_the_likeness_over_time_is_a_tab_of_the_character(visit, made):
    page = visit("creator")
    page.goto(made.page)
    page.get_by_role("navigation", name="Of this character").get_by_text("Likeness").click()
    expect(page.get_by_role("heading", name="Likeness of approved images")).to_be_visible()
    expect(page.locator(".chart-dot")).to_have_count(1)
    page.get_by_text("As a table").click()
    row = page.get_by_role("table").get_by_role("link", name=str(made.variants[0]), exact=True)
    row.click()
    page.wait_for_url(f"**/variants/{made.variants[0]}/")
