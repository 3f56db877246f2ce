"""A file that is refused: the sentence stands in the drop zone and nothing typed is lost."""

import pytest
from PIL import Image

from tests.browser.product import PORTRAIT
from tests.browser.seeing import WORK_MS, drop, expect, state_rights


@pytest.fixture
def page(visit, product):
    project = product.new_project("Uploads", "creator")
    opened = visit("creator")
    opened.goto(f"/characters/{product.new_character(project, 'Nobody')}/")
    return opened


def gif(folder):
    file = folder / "moving.gif"
    Image.new("P", (300, 300)).save(file)
    return file


def text(folder):
    file = folder / "notes.txt"
    file.write_text("not an image at all", encoding="utf-8")
    return file


def disguised(folder):
    file = folder / "disguised.png"
    file.write_text("not an image at all", encoding="utf-8")
    return file


def tiny(folder):
    file = folder / "tiny.png"
    Image.new("RGB", (20, 20)).save(file)
    return file


def too_large(folder):
    file = folder / "large.png"
    file.write_bytes(PORTRAIT.read_bytes() + bytes(11 * 2**20))
    return file


REFUSED = [
    (gif, "GIF"),
    (text, "text file"),
    (disguised, "text"),
    (tiny, "20"),
    (too_large, "MB"),
]


@pytest.mark.parametrize(("make", "said"), REFUSED, ids=[one[0].__name__ for one in REFUSED])
def test_a_refusal_is_a_sentence_in_place(page, tmp_path, make, said):
    drop(page, make(tmp_path))
    state_rights(page)
    page.get_by_role("button", name="Upload").click()
    told = page.get_by_role("alert").filter(has_text=said)
    expect(told).to_be_visible(timeout=WORK_MS)
    assert told.inner_text().strip().endswith("."), told.inner_text()
    expect(page.locator(".drop-zone")).to_be_visible()
    statement = page.get_by_label("Who is it")
    # What was stated is either recorded, and not asked for again, or still stands there.
    assert statement.count() == 0 or statement.input_value().startswith("A public-domain")
    expect(page.locator("[data-drop-progress]")).to_be_hidden()


def test_a_good_file_after_a_refused_one_is_taken(page, tmp_path):
    drop(page, gif(tmp_path))
    state_rights(page)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert").filter(has_text="GIF")).to_be_visible(timeout=WORK_MS)
    drop(page, PORTRAIT)
    expect(page.get_by_role("img", name="Source image of Nobody")).to_be_visible(timeout=WORK_MS)
    expect(page.get_by_role("alert").filter(has_text="GIF")).to_have_count(0)
    expect(page.locator(".source-panel")).to_contain_text("Face found", timeout=WORK_MS)


def test_a_picture_is_pasted(page):
    state_rights(page)
    page.locator(".drop-title").click(trial=True)
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
    expect(page.get_by_role("img", name="Source image of Nobody")).to_be_visible(timeout=WORK_MS)
    expect(page.locator(".source-panel")).to_contain_text("No face found", timeout=WORK_MS)
