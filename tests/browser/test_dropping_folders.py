"""A folder dropped on a project's page or at home: the plan in place, then file by file."""

import re

import pytest

from tests import make_pictures
from tests.browser.seeing import WORK_MS, drag_in, expect


@pytest.fixture
def folder(tmp_path):
    found = tmp_path / "cast"
    for name, seed in (("Jane", 1), ("Jim", 2)):
        (found / name).mkdir(parents=True)
        make_pictures.photo(seed=seed).save(found / name / "ref.png")
    return found


def test_a_folder_on_a_projects_page_is_planned_there(visit, product, folder):
    project = product.new_project("Folders", "creator")
    page = visit("creator")
    page.goto(f"/projects/{project}/")
    drag_in(page, folder)
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("row", name=re.compile("cast.Jane.ref.png.*Ready"))).to_be_visible()
    sheet.get_by_role("button", name="Import 2 files").click()
    page.wait_for_url("**/imports/*/", timeout=WORK_MS)
    expect(page.get_by_role("row", name=re.compile("Jim.ref.png.*Imported"))).to_be_visible()


def test_single_files_are_characters_of_their_own_names(visit, product, tmp_path):
    project = product.new_project("Folders", "creator")
    file = tmp_path / "Joan.png"
    make_pictures.photo(seed=3).save(file)
    page = visit("creator")
    page.goto(f"/projects/{project}/")
    drag_in(page, file)
    expect(page.get_by_role("row", name=re.compile("Source image of Joan"))).to_be_visible()
    page.get_by_role("button", name="Import 1 file").click()
    page.wait_for_url("**/imports/*/", timeout=WORK_MS)


def test_at_home_the_project_is_asked_for_first(visit, product, folder):
    product.new_project("Folders", "creator")
    product.new_project("Folders", "creator")
    page = visit("creator")
    page.goto("/")
    drag_in(page, folder)
    expect(page.get_by_role("dialog", name="Into which project?")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button").last.click()
    expect(page.get_by_role("button", name="Import 2 files")).to_be_enabled(timeout=WORK_MS)


def test_a_file_that_could_not_be_sent_is_tried_again(visit, product, folder, lost):
    project = product.new_project("Folders", "creator")
    page = visit("creator")
    page.goto(f"/projects/{project}/")
    answers = iter([503])

    def fail_once(route):
        status = next(answers, None)
        if status is None:
            route.continue_()
        else:
            said = '{"code": "storage_failed", "detail": "The storage did not answer."}'
            route.fulfill(status=status, body=said, content_type="application/json")

    page.route("**/imports/*/files", fail_once)
    drag_in(page, folder)
    page.get_by_role("button", name="Import 2 files").click()
    again = page.get_by_role("button", name="Try again cast/Jane/ref.png")
    expect(again).to_be_visible(timeout=WORK_MS)
    expect(page.get_by_text("1 of 2 files were not sent.")).to_be_visible()
    again.click()
    page.wait_for_url("**/imports/*/", timeout=WORK_MS)
    expect(page.get_by_role("row", name=re.compile("Jane.ref.png.*Imported"))).to_be_visible()
