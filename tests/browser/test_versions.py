"""The versions of a variant: an edit that is dropped comes back, and any two are compared."""

import re

import pytest
from PIL import Image

from tests.browser.seeing import drop, expect

SCALES = """[...document.querySelectorAll(".lens")].map(
  (one) => new DOMMatrix(getComputedStyle(one).transform).a)"""


@pytest.fixture(scope="module")
def family(product, tmp_path_factory):
    """A character whose candidate has two edits, and the file of a third."""
    product.sandbox.faults(reset=True)
    folder = tmp_path_factory.mktemp("edits")
    project = product.new_project("Versions", "creator")
    made = product.candidates(project, "Vera", 1)
    api = product.api("admin")
    first = product.variant(made.character, made.variants[0])
    given = api.export(first)
    files = [folder / str(number) / given["file_name"] for number in range(3)]
    for number, file in enumerate(files):
        file.parent.mkdir()
        file.write_bytes(api.download(given["download_url"]))
        with Image.open(file) as image:
            painted = image.convert("RGB")
        painted.paste((200, 40 * number, 20), (0, 0, 80, 80))
        painted.save(file)
    edits = [api.reimport(first, file)["id"] for file in files[:2]]
    return made, [*made.variants, *edits], files[2]


def test_any_two_versions_are_compared_by_keyboard_alone(visit, family):
    _, (first, second, third), _ = family
    page = visit("creator")
    page.goto(f"/variants/{third}/versions/")
    expect(page.locator(".timeline .version")).to_have_count(3)
    expect(page.locator(".timeline img")).to_have_count(3)
    page.get_by_role("radio", name="A is version 3").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="A is version 2")).to_be_checked()
    page.get_by_role("radio", name="B is version 1").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare/?*")
    shown = page.get_by_role("main")
    expect(shown).to_contain_text(f"Candidate {second}, version 2, beside candidate {first}")
    page.get_by_role("navigation", name="Version B").get_by_role("link", name="Version v3").click()
    expect(shown).to_contain_text(f"Candidate {second}, version 2, beside candidate {third}")
    expect(page.get_by_role("heading", name="What differs in the recipe")).to_be_visible()


def test_two_versions_lie_under_one_zoom_and_are_laid_over_each_other(visit, family):
    _, (first, second, _), _ = family
    page = visit("creator")
    page.goto(f"/variants/{second}/compare/?with={first}")
    room = page.locator(".compare[data-script=on]")
    expect(room.locator(".view img")).to_have_count(2)
    sides = [page.locator(".view").nth(number).bounding_box() for number in (0, 1)]
    assert sides[0]["x"] + sides[0]["width"] <= sides[1]["x"]
    page.keyboard.press("m")
    expect(room).to_have_attribute("data-mode", "wipe")
    laid = [page.locator(".view").nth(number).bounding_box() for number in (0, 1)]
    assert laid[0] == laid[1]
    page.get_by_label("Compare mode").select_option("side")
    before = page.evaluate(SCALES)
    page.locator(".view").first.hover()
    page.mouse.wheel(0, -600)
    page.wait_for_function(f"{SCALES}[0] > {before[0]} * 2")
    assert page.evaluate(SCALES) == pytest.approx([page.evaluate(SCALES)[1]] * 2)
    page.get_by_role("button", name="Swap").click()
    expect(room).to_have_attribute("data-swapped", "")


def test_an_edit_that_is_dropped_on_the_page_comes_back_at_once(visit, family):
    made, variants, file = family
    page = visit("creator")
    page.goto(f"{made.page}editing/")
    drop(page, file)
    expect(page.get_by_text(re.compile("Version 4 is here"))).to_be_visible()
    page.wait_for_url("**/versions/")
    expect(page.locator(".timeline .version")).to_have_count(len(variants) + 1)


def test_a_file_that_is_no_picture_is_refused_in_words(visit, family, tmp_path):
    made, _, _ = family
    torn = tmp_path / "torn.png"
    torn.write_text("no picture")
    page = visit("creator")
    page.goto(f"/variants/{made.variants[0]}/versions/")
    drop(page, torn)
    expect(page.get_by_role("alert").filter(has_text=".")).to_be_visible()
    expect(page.get_by_label("Drop the edited file here")).to_have_count(1)
