"""Every page, at 360 px and wide, dark and light: it fits, it has names, it can be read."""

import pytest

from tests.browser.page_faults import faults
from tests.browser.pages import pages_of
from tests.browser.seeing import expect

NARROW = {"width": 360, "height": 740}
WIDE = {"width": 1920, "height": 1080}


@pytest.fixture(scope="module")
def shown(product):
    """A project with a character with a hero, a rejected and an open candidate."""
    product.sandbox.faults(reset=True)
    project = product.new_project("Pages", "creator", "reviewer")
    made = product.candidates(project, "Eileen", 3)
    base = f"characters/{made.character}/variants"
    product.api("admin").post(f"{base}/{made.variants[0]}/approve")
    product.api("admin").post(f"{base}/{made.variants[1]}/reject")
    empty = product.new_character(project, "Nobody yet")
    return pages_of(project, made) | {"empty character": f"/characters/{empty}/"}


def every(page, shown, look):
    """What `look(page)` finds wrong on each page; {} when nothing is."""
    found = {}
    for name, address in shown.items():
        page.goto(address)
        expect(page.locator("#content, .alone").first).to_be_visible()
        page.wait_for_load_state("networkidle")
        if wrong := look(page):
            found[name] = wrong
    return found


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_every_page_fits_has_names_and_can_be_read(visit, shown, theme, size):
    touch = size is NARROW
    page = visit("admin", viewport=size, color_scheme=theme, is_mobile=touch, has_touch=touch)
    assert every(page, shown, faults) == {}


ADMINISTRATION = (
    "",
    "variants/imagevariant/",
    "characters/character/",
    "characters/sourceimage/",
    "jobs/job/",
    "people/user/",
    "people/user/add/",
    "comfy_bridge/comfyserver/",
    "audit/auditevent/",
)


def test_the_administration_loads_without_complaints(visit, shown, complaints):
    page = visit("admin")
    for path in ADMINISTRATION:
        page.goto(f"/admin/{path}")
        expect(page.locator("#content h1, #content h2").first).to_be_visible()
        assert complaints == [], path
    page.goto("/admin/variants/imagevariant/")
    page.locator("#result_list a[href*='/change/']").first.click()
    expect(page.locator("#imagevariant_form")).to_be_visible()


def test_signed_out_pages_fit_and_have_names(visit, product):
    for size in (NARROW, WIDE):
        for theme in ("dark", "light"):
            page = visit(viewport=size, color_scheme=theme)
            page.goto("/sign-in/")
            assert faults(page) == {}


def test_the_theme_that_was_chosen_stays(visit, shown):
    page = visit("admin", color_scheme="light")
    seen = []
    for name in ("Dark", "Light"):
        page.goto("/settings/")
        with page.expect_response("**/settings/theme/"):
            page.locator("main").get_by_role("button", name=name, exact=True).click()
        page.goto(shown["home"])
        seen.append(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert seen[0] != seen[1]
