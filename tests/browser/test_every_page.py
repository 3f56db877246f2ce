"""Every page, from a phone to a wall, dark and light: it fits, it has names, it can be read."""

import pytest

from tests.browser.addresses import ADMINISTRATION
from tests.browser.page_faults import faults, moving
from tests.browser.pages import every
from tests.browser.seeing import expect

PHONE, TABLET, DESK, WALL = (360, 740), (1024, 768), (1920, 1080), (3840, 2160)


def as_viewport(size):
    return dict(zip(("width", "height"), size, strict=True))


@pytest.mark.parametrize(
    ("size", "theme"),
    [(PHONE, "dark"), (TABLET, "light"), (DESK, "dark"), (WALL, "light")],
    ids=["360 px, dark", "1024 px, light", "1920 px, dark", "3840 px, light"],
)
def test_every_page_fits_has_names_and_can_be_read(visit, shown, size, theme):
    touch = {"is_mobile": size is PHONE, "has_touch": size in (PHONE, TABLET)}
    page = visit("admin", viewport=as_viewport(size), color_scheme=theme, **touch)
    every(page, shown, faults)


def test_nothing_moves_on_any_page_where_that_is_not_wanted(visit, shown):
    page = visit("admin", reduced_motion="reduce")
    every(page, shown, moving)


def test_the_administration_loads_without_complaints(visit, shown, complaints):
    page = visit("admin")
    for name, address in ADMINISTRATION.items():
        page.goto(address)
        expect(page.locator("#content h1, #content h2").first).to_be_visible()
        assert complaints == [], name
    page.goto("/admin/variants/imagevariant/")
    page.locator("#result_list a[href*='/change/']").first.click()
    expect(page.locator("#imagevariant_form")).to_be_visible()


def test_signed_out_pages_fit_and_have_names(visit, product):
    for size in (PHONE, DESK):
        for theme in ("dark", "light"):
            page = visit(viewport=as_viewport(size), color_scheme=theme)
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
