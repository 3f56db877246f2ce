"""Without JavaScript the main job still works as plain forms and reloads."""

import pytest

from tests.browser.product import PORTRAIT
from tests.browser.seeing import expect, state_rights

RELOADS = 240


@pytest.fixture
def page(visit, faultless):
    return visit("plain", java_script_enabled=False)


def reload_until(page, holds):
    """Load the page again and again, as a person without JavaScript does."""
    for _ in range(RELOADS):
        if holds():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(page.locator("main").inner_text())


def test_the_main_job_by_plain_forms(page, product):
    project = product.new_project("By hand", "plain")
    page.goto(f"/projects/{project}/")
    page.get_by_role("link", name="Create the first character").click()
    page.get_by_label("Name", exact=True).fill("Eileen")
    page.get_by_label("Depicts").select_option("real_person")
    page.get_by_role("button", name="Create character").click()

    page.locator("input[type=file]").set_input_files(PORTRAIT)
    state_rights(page)
    page.get_by_role("button", name="Upload").click()
    panel = page.locator(".source-panel")
    expect(page.locator(".toast", has_text="received")).to_be_visible()
    reload_until(page, lambda: "Face found" in panel.inner_text() and "QA" in panel.inner_text())
    page.get_by_role("button", name="Approve baseline").click()
    expect(panel).to_contain_text("Baseline locked")

    page.get_by_role("link", name="Generate the first candidates").click()
    page.get_by_label("Workflow").select_option(label="Image to image without a model")
    page.get_by_label("Candidates").fill("2")
    page.get_by_role("button", name="Generate").click()
    expect(page.locator(".card")).to_have_count(2)
    reload_until(page, lambda: page.locator("[data-status=generated]").count() == 2)

    page.locator(".card").nth(0).hover()
    page.locator(".card").nth(0).get_by_role("button", name="Make hero").click()
    expect(page.locator(".flag-hero")).to_have_text("Hero")
    page.goto(page.locator(".crumbs a").last.get_attribute("href"))
    candidate = page.locator(".card:has([data-status=generated])")
    candidate.get_by_role("link", name="Candidate").click()
    expect(page.locator(".desk")).to_be_visible()
    page.get_by_role("button", name="Reject", exact=False).first.click()
    expect(page.locator(".pane-b")).to_contain_text("Rejected")


def test_a_refused_upload_says_why_on_its_own_page(page, product, tmp_path):
    project = product.new_project("Refused by hand", "plain")
    character = product.new_character(project, "Nobody", depicts="fictional")
    broken = tmp_path / "notes.txt"
    broken.write_text("not an image", encoding="utf-8")
    page.goto(f"/characters/{character}/")
    page.locator("input[type=file]").set_input_files(broken)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert").first).to_contain_text("only .png, .jpg, .jpeg and .webp")
    page.locator("input[type=file]").set_input_files(PORTRAIT)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("img", name="Source image of Nobody")).to_be_visible()
