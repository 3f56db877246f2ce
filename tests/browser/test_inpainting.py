"""Painting over an image by mouse, touch and keyboard, and without JavaScript by a mask file."""

import numpy as np
import pytest

from tests import make_masks
from tests.browser.seeing import WORK_MS, card, expect, status


@pytest.fixture(scope="module")
def made(product):
    """A character with one candidate."""
    product.sandbox.faults(reset=True)
    project = product.new_project("Brushwork", "creator", "reviewer", "plain")
    return product.candidates(project, "Eileen", 1)


def on_image(page, x, y):
    """Where a share of the (square) image's width and height is on the screen."""
    box = page.locator("[data-easel-mask]").bounding_box()
    side = min(box["width"], box["height"])
    left, top = box["x"] + (box["width"] - side) / 2, box["y"] + (box["height"] - side) / 2
    return left + side * x, top + side * y


def stroke(page, *points):
    page.mouse.move(*on_image(page, *points[0]))
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*on_image(page, *point), steps=6)
    page.mouse.up()


def covered(page):
    return float(page.locator("[data-easel-covered]").get_attribute("data-covered"))


def image(product, variant):
    """The pixels of a candidate's file."""
    return make_masks.pixels(product.api("admin").download(f"variants/{variant}/file"))


def newest_mask(product, character, image_id):
    """The levels of the mask that was drawn last for an image."""
    admin = product.api("admin")
    (first, *_) = admin.get(f"characters/{character}/images/{image_id}/masks")["results"]
    return make_masks.pixels(admin.download(first["renditions"]["display"]), "L")


def newest(product, character):
    """What the API says of the variant that was asked for last."""
    return product.api("admin").get(f"characters/{character}/variants")["results"][0]


def test_a_painted_mask_changes_that_and_nothing_else(visit, product, made):
    page = visit("creator")
    (candidate,) = made.variants
    page.goto(made.page)
    card(page, candidate).hover()
    card(page, candidate).get_by_label("More for candidate").click()
    card(page, candidate).get_by_role("link", name="Inpaint").click()
    expect(page.get_by_role("heading", name="Inpaint")).to_be_visible()

    page.get_by_label("What is to be there").fill("a red woollen scarf")
    page.get_by_role("button", name="Apply edit").click()
    expect(page.get_by_role("alert")).to_contain_text("paint over what is to change")
    expect(page.get_by_label("What is to be there")).to_have_value("a red woollen scarf")

    stroke(page, (0.3, 0.6), (0.7, 0.6), (0.7, 0.8))
    expect(page.locator("[data-easel-covered]")).to_contain_text("% of the image will change")
    painted = covered(page)
    assert 0.01 < painted < 0.6
    page.get_by_role("button", name="Invert").click()
    assert covered(page) == pytest.approx(1 - painted, abs=0.02)
    page.get_by_role("button", name="Undo").click()
    assert covered(page) == pytest.approx(painted, abs=0.001)
    page.get_by_role("button", name="Erase").click()
    stroke(page, (0.3, 0.6), (0.4, 0.6))
    assert covered(page) < painted
    page.get_by_role("button", name="Clear").click()
    assert covered(page) == 0
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert covered(page) == pytest.approx(painted, abs=0.001)

    page.get_by_label("Candidates").fill("1")
    page.get_by_role("button", name="Apply edit").click()
    expect(page.locator(".toast", has_text="on its way")).to_be_visible()
    edit = newest(product, made.character)
    assert (edit["parent_variant"], edit["version"]) == (candidate, 2)
    status(page, edit["id"], "generated", WORK_MS)
    before, after = image(product, candidate), image(product, edit["id"])
    mask = newest_mask(product, made.character, f"v-{candidate}")
    np.testing.assert_array_equal(after[mask == 0], before[mask == 0])
    assert (after[mask == 255] != before[mask == 255]).any(axis=-1).mean() > 0.8
    assert (mask > 127).mean() == pytest.approx(painted, abs=0.01)

    page.goto(f"/variants/{candidate}/inpaint/")
    page.get_by_text("Masks of this image").wait_for()
    page.locator(".mask-tile").click()
    expect(page.locator("[data-easel-covered]")).to_contain_text("% of the image will change")
    assert covered(page) == pytest.approx(painted, abs=0.01)


def test_by_keyboard_alone(visit, made):
    page = visit("creator")
    page.goto(f"/variants/{made.variants[0]}/inpaint/")
    page.locator("[data-easel-mask]").focus()
    page.keyboard.press(" ")
    dab = covered(page)
    assert dab > 0
    for _ in range(6):
        page.keyboard.press("Shift+ArrowRight")
    assert covered(page) > dab
    page.keyboard.press("]")
    page.keyboard.press("e")
    expect(page.get_by_role("button", name="Erase")).to_have_attribute("aria-pressed", "true")


def test_by_touch_on_a_phone(visit, made):
    phone = {"width": 390, "height": 844}
    page = visit("creator", viewport=phone, is_mobile=True, has_touch=True)
    page.goto(f"/variants/{made.variants[0]}/inpaint/")
    page.touchscreen.tap(*on_image(page, 0.5, 0.5))
    assert covered(page) > 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_reviewer_is_not_offered_it(visit, made):
    page = visit("reviewer")
    page.goto(f"/variants/{made.variants[0]}/")
    expect(page.get_by_role("link", name="Inpaint")).to_have_count(0)


def test_without_javascript_a_mask_file_does(visit, product, made):
    page = visit("plain", java_script_enabled=False)
    page.goto(made.page)
    page.locator(".source-panel").get_by_role("link", name="Inpaint").click()
    expect(page.locator("[data-easel-tools]")).to_be_hidden()
    page.get_by_label("What is to be there").fill("a blue scarf")
    page.get_by_role("button", name="Apply edit").click()
    expect(page.get_by_role("alert")).to_contain_text("paint over what is to change")
    page.get_by_label("Mask file").set_input_files(
        {"name": "mask.png", "mimeType": "image/png", "buffer": make_masks.png()}
    )
    page.get_by_label("Candidates").fill("1")
    page.get_by_role("button", name="Apply edit").click()
    expect(page.locator(".toast", has_text="on its way")).to_be_visible()
    edit = newest(product, made.character)
    assert edit["edited_source"] is not None
    assert edit["edit_prompt"] == "a blue scarf"
    mask = newest_mask(product, made.character, f"s-{edit['edited_source']}")
    np.testing.assert_array_equal(mask, np.asarray(make_masks.grey()))
