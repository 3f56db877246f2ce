"""Files dropped anywhere on a character's page: what each becomes is chosen in place."""

import re

import pytest

from tests import make_pictures
from tests.browser.product import PORTRAIT
from tests.browser.seeing import WORK_MS, drag_in, drop, expect, state_rights


@pytest.fixture
def ready(product, faultless):
    """A character with an approved source and no variants; its page."""
    project = product.new_project("Adding", "creator")
    return product.approved(project, "Ada")


@pytest.fixture
def page(visit, ready):
    opened = visit("creator")
    opened.goto(f"/characters/{ready}/")
    return opened


def picture(folder, name="made.png", seed=0):
    file = folder / name
    make_pictures.photo(300, 300, seed=seed).save(file)
    return file


def row(page, name):
    return page.locator(".upload").filter(has_text=name)


def test_one_dropped_file_becomes_a_variant(page, product, ready, tmp_path):
    drag_in(page, picture(tmp_path))
    sheet = page.get_by_role("dialog", name="Add to Ada")
    expect(row(page, "made.png")).to_contain_text("Ready")
    expect(sheet.get_by_label("The source image")).to_be_disabled()
    sheet.get_by_label("Type").select_option("casual")
    sheet.get_by_role("button", name="Add", exact=True).click()
    expect(row(page, "made.png")).to_contain_text("Added", timeout=WORK_MS)
    expect(page.get_by_text("1 file is added.")).to_be_visible()
    expect(sheet.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Enter")
    expect(sheet).to_be_hidden()
    expect(page.locator(".card")).to_have_count(1, timeout=WORK_MS)
    (made,) = product.api("admin").variants(ready)
    assert (made["variant_type"], made["provenance"]) == ("casual", "manual_upload")


def test_many_dropped_files_are_told_one_by_one(page, product, ready, tmp_path):
    text = tmp_path / "notes.png"
    text.write_text("not a picture at all", encoding="utf-8")
    good = [picture(tmp_path, f"{seed}.png", seed) for seed in range(3)]
    drag_in(page, *good, text)
    expect(row(page, "notes.png")).to_contain_text("This looks like a text file")
    expect(page.get_by_text("One file alone can be that.")).to_be_visible()
    page.get_by_role("button", name="Add 3 files").click()
    expect(page.locator(".upload").filter(has_text="Added")).to_have_count(3, timeout=WORK_MS)
    expect(row(page, "notes.png")).to_contain_text("Refused")
    assert product.count_variants(ready) == 3


def test_a_dropped_folder_brings_its_pictures(page, product, ready, tmp_path):
    folder = tmp_path / "shots"
    folder.mkdir()
    picture(folder, "one.png", 1)
    picture(folder, "two.png", 2)
    drag_in(page, folder)
    expect(row(page, "shots/one.png")).to_contain_text("Ready")
    page.get_by_role("button", name="Add 2 files").click()
    expect(page.locator(".upload").filter(has_text="Added")).to_have_count(2, timeout=WORK_MS)
    assert product.count_variants(ready) == 2


def test_a_file_that_is_here_already_is_told_before_it_is_sent(page, product, ready):
    sent = []
    page.on("request", lambda request: sent.append((request.method, request.url)))
    drag_in(page, PORTRAIT)
    expect(row(page, "astronaut.png")).to_contain_text("You have this already: Source v1 of Ada")
    expect(page.get_by_role("button", name="Add", exact=True)).to_be_disabled()
    assert not [
        url
        for method, url in sent
        if method == "POST" and not url.endswith(("/look", "/place/", "/opened/"))
    ]
    page.get_by_role("button", name="Send it anyway astronaut.png").click()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(row(page, "astronaut.png")).to_contain_text("Added", timeout=WORK_MS)
    assert product.count_variants(ready) == 1


def test_a_file_that_is_twice_in_the_list_is_sent_once(page, product, ready, tmp_path):
    one = picture(tmp_path, "one.png", 1)
    copies = [tmp_path / "copy.png", tmp_path / "no.jpg"]
    for copy in copies:
        copy.write_bytes(one.read_bytes())
    drag_in(page, one, *copies)
    expect(row(page, "copy.png")).to_contain_text("It is the same as one.png, further up.")
    expect(row(page, "no.jpg")).to_contain_text("Refused")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".upload").first).to_contain_text("Added", timeout=WORK_MS)
    assert product.count_variants(ready) == 1


def test_a_replacing_source_is_chosen_in_place(visit, product, tmp_path):
    project = product.new_project("Adding", "creator")
    character = product.new_character(project, "Bea")
    product.api("admin").upload_source(character, PORTRAIT)
    page = visit("creator")
    page.goto(f"/characters/{character}/history/")
    drag_in(page, picture(tmp_path, "next.png"))
    page.get_by_label("The source image").check()
    expect(row(page, "next.png")).to_contain_text("Ready")
    state_rights(page)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(row(page, "next.png")).to_contain_text("Source v2", timeout=WORK_MS)


def test_the_sheet_opens_without_a_mouse(page, tmp_path):
    page.get_by_label("More for Ada").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Add files").focus()
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog", name="Add to Ada")
    sheet.get_by_label("Files", exact=True).set_input_files(picture(tmp_path))
    expect(row(page, "made.png")).to_contain_text("Ready")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_a_pasted_picture_is_offered_too(page):
    page.evaluate(
        """async () => {
          const canvas = new OffscreenCanvas(300, 300);
          canvas.getContext("2d").fillRect(0, 0, 150, 300);
          const carried = new DataTransfer();
          const blob = await canvas.convertToBlob({ type: "image/png" });
          carried.items.add(new File([blob], "pasted.png", { type: "image/png" }));
          document.body.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: carried, bubbles: true }));
        }"""
    )
    expect(row(page, "pasted.png")).to_contain_text("Ready")


def test_a_drop_on_the_form_of_an_edit_stays_there(page, ready, tmp_path):
    page.goto(f"/characters/{ready}/editing/")
    drop(page, picture(tmp_path), on="[aria-labelledby=upload] form")
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url(re.compile(r"/variants/\d+/"))
