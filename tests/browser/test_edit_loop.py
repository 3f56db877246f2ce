"""Out to an editor and back, and a folder dropped on a project, in a real browser."""

import re

import pytest
from PIL import Image

from tests import make_pictures
from tests.browser.seeing import WORK_MS, expect


@pytest.fixture
def made(product, faultless):
    project = product.new_project("Edits", "creator")
    return project, product.candidates(project, "Edna", 1)


def test_a_candidate_goes_out_and_comes_back_as_the_next_version(visit, made, tmp_path):
    _, candidates = made
    variant = candidates.variants[0]
    page = visit("creator")
    page.goto(f"/variants/{variant}/")
    page.get_by_role("link", name="Versions").click()
    page.get_by_role("button", name="Export for editing").click()
    expect(page.get_by_text("out for editing")).to_be_visible()
    with page.expect_download() as given:
        page.get_by_role("link", name="File", exact=True).click()
    file = tmp_path / given.value.suggested_filename
    given.value.save_as(file)
    with Image.open(file) as image:
        painted = image.convert("RGB")
    painted.paste((200, 20, 20), (0, 0, 80, 80))
    painted.save(file)
    page.goto(f"{candidates.page}editing/")
    page.get_by_label("Edited file").set_input_files(file)
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_text(re.compile(r"candidate \d+ is version 2"))).to_be_visible()
    page.get_by_role("link", name=re.compile("Compare with version 1")).click()
    expect(page.get_by_role("heading", name="What differs in the recipe")).to_be_visible()
    expect(page.locator(".compare .view img")).to_have_count(2)
    expect(page.get_by_role("row", name=re.compile("provenance"))).to_be_visible()


def test_a_folder_is_planned_before_it_is_sent_file_by_file(visit, made, tmp_path):
    project, _ = made
    folder = tmp_path / "drop"
    for name, seed in (("Jane", 1), ("Jim", 2)):
        (folder / name).mkdir(parents=True)
        make_pictures.photo(seed=seed).save(folder / name / "ref.png")
    (folder / "Joan").mkdir()
    (folder / "Joan" / "ref.png").write_text("no picture")
    (folder / "Jane" / "notes.txt").write_text("words")
    page = visit("creator")
    page.goto(f"/projects/{project}/import/")
    page.get_by_label("Drop the folder here").set_input_files(folder)
    go = page.get_by_role("button", name="Import 3 files")
    expect(go).to_be_enabled(timeout=WORK_MS)
    expect(page.get_by_role("row", name=re.compile("notes.txt.*Only PNG"))).to_be_visible()
    assert page.evaluate("document.querySelector('[style]')?.outerHTML ?? ''") == ""
    go.click()
    page.wait_for_url("**/imports/*/")
    expect(page.get_by_role("row", name=re.compile(r"Jane.ref.png.*Imported"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile(r"Joan.ref.png.*Refused"))).to_be_visible()
    page.get_by_role("link", name="Jim", exact=True).click()
    expect(page.get_by_role("heading", name="Jim")).to_be_visible()
