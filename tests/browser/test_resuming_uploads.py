"""Large files: progress, cancel, retry, and going on after a lost connection and a reload."""

import re

import numpy as np
import pytest
from PIL import Image

from tests.browser.seeing import WORK_MS, drag_in, drop, expect

PARTS = re.compile(r"/api/v1/uploads/\d+$")


@pytest.fixture
def large(tmp_path):
    """A picture of about 4 MB, which goes in parts."""
    noise = np.random.default_rng(5).integers(0, 255, (1150, 1150, 3), dtype=np.uint8)
    file = tmp_path / "large.png"
    Image.fromarray(noise).save(file)
    assert file.stat().st_size > 3 * 2**20
    return file


@pytest.fixture
def character(product):
    return product.new_character(product.new_project("Large", "creator"), "Lara", "fictional")


@pytest.fixture
def page(visit, character, lost):
    opened = visit("creator")
    opened.goto(f"/characters/{character}/")
    return opened


class Line:
    """The connection of a page: counts the parts, and cuts or holds those that a test names."""

    def __init__(self, page):
        self.offsets, self.cut, self.hold = [], set(), set()
        page.route(PARTS, self._pass)

    def _pass(self, route):
        if route.request.method != "PATCH":
            route.continue_()
            return
        number = len(self.offsets)
        self.offsets.append(int(route.request.headers["upload-offset"]))
        if number in self.cut:
            route.abort("failed")
        elif number not in self.hold:
            route.continue_()


def test_a_cut_connection_is_waited_out_and_gone_on_with(page, large):
    line = Line(page)
    line.cut = {1, 2}
    drop(page, large)
    expect(page.get_by_role("img", name="Source image of Lara")).to_be_visible(timeout=WORK_MS)
    assert line.offsets[:4] == [0, 2**20, 2**20, 2**20], line.offsets
    assert len(line.offsets) == len(set(line.offsets)) + 2


def test_after_a_reload_the_same_file_goes_on_where_it_was(page, large, tmp_path):
    line = Line(page)
    line.hold = {2}
    drop(page, large)
    expect(page.locator("[data-drop-percent]")).to_have_text(re.compile(r"[5-9]\d %"))
    assert line.offsets == [0, 2**20, 2**21]
    page.reload()
    line.offsets.clear()
    line.hold.clear()
    renamed = tmp_path / "other-name.png"
    renamed.write_bytes(large.read_bytes())
    drop(page, renamed)
    expect(page.get_by_role("img", name="Source image of Lara")).to_be_visible(timeout=WORK_MS)
    assert line.offsets[0] == 2**21, line.offsets


def test_a_cancelled_file_is_discarded_and_can_be_sent_again(page, product, large):
    line = Line(page)
    line.hold = {1}
    drop(page, large)
    cancel = page.get_by_role("button", name="Cancel", exact=True)
    expect(cancel).to_be_visible()
    expect(page.locator("[data-drop-percent]")).to_have_text(re.compile(r"[2-9]\d %"))
    with page.expect_response(lambda said: said.request.method == "DELETE") as dropped:
        cancel.click()
    assert dropped.value.status == 204
    expect(page.locator("[data-drop-progress]")).to_be_hidden()
    line.offsets.clear()
    line.hold.clear()
    drop(page, large)
    expect(page.get_by_role("img", name="Source image of Lara")).to_be_visible(timeout=WORK_MS)
    assert line.offsets[0] == 0


def test_a_file_of_many_is_cancelled_and_tried_again(visit, product, large, tmp_path, lost):
    project = product.new_project("Large", "creator")
    character = product.approved(project, "Lena")
    page = visit("creator")
    page.goto(f"/characters/{character}/")
    line = Line(page)
    line.hold = {1}
    small = tmp_path / "small.png"
    Image.new("RGB", (300, 300), (9, 90, 200)).save(small)
    drag_in(page, large, small)
    page.get_by_role("button", name="Add 2 files").click()
    row = page.locator(".upload").filter(has_text="large.png")
    expect(row.get_by_role("progressbar")).to_be_visible()
    expect(row).to_contain_text(re.compile(r"[2-9]\d %"))
    page.get_by_role("button", name="Cancel large.png").click()
    expect(row).to_contain_text("Cancelled")
    line.hold.clear()
    other = page.locator(".upload").filter(has_text="small.png")
    expect(other).to_contain_text("Added", timeout=WORK_MS)
    page.get_by_role("button", name="Try again large.png").click()
    expect(row).to_contain_text("Added", timeout=WORK_MS)
    assert product.count_variants(character) == 2


def test_a_file_that_the_studio_could_not_take_is_tried_again(page, large):
    answers = iter([500])

    def fail_once(route):
        status = next(answers, None)
        if status is None:
            route.continue_()
        else:
            route.fulfill(status=status, body="{}", content_type="application/json")

    page.route(PARTS, fail_once)
    drop(page, large)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("img", name="Source image of Lara")).to_be_visible(timeout=WORK_MS)


def test_a_large_edit_comes_back_in_parts(visit, product, large, faultless, lost):
    project = product.new_project("Large", "creator")
    made = product.candidates(project, "Lotte", 1)
    page = visit("creator")
    page.goto(f"/variants/{made.variants[0]}/versions/")
    line = Line(page)
    page.get_by_label("Drop the edited file here").set_input_files(large)
    page.get_by_role("button", name="Make it the next version").click()
    expect(page.get_by_text("Keep the new size anyway")).to_be_visible(timeout=WORK_MS)
    assert len(line.offsets) > 3
    line.offsets.clear()
    page.get_by_label("Drop the edited file here").set_input_files(large)
    page.get_by_label("Keep the new size anyway").check()
    page.get_by_role("button", name="Make it the next version").click()
    expect(page.get_by_text("Version 2 is here")).to_be_visible(timeout=WORK_MS)
    assert line.offsets == [], "all of it was here"
