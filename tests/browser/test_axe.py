"""axe-core finds nothing serious or critical on any page, dark and light."""

import pytest

pytest.importorskip("axe_playwright_python", reason="the package axe-playwright-python is missing")

from axe_playwright_python.sync_playwright import Axe

from tests.browser.addresses import ADMINISTRATION
from tests.browser.pages import every

SERIOUS = ("serious", "critical")
# Without preloading, for it puts styles in the page, which its policy refuses.
OPTIONS = {"preload": False, "resultTypes": ["violations"]}


def findings(page):
    """What axe-core calls serious or critical on the page that is shown, element by element."""
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in Axe().run(page, options=OPTIONS).response["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_serious_on_any_page(visit, shown, theme):
    page = visit("admin", color_scheme=theme)
    every(page, shown | ADMINISTRATION, findings)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_serious_on_signed_out_pages(visit, theme):
    page = visit(color_scheme=theme)
    page.goto("/sign-in/")
    assert findings(page) == []


def test_axe_sees_what_is_wrong(visit):
    page = visit()
    page.goto("/sign-in/")
    page.evaluate("document.querySelectorAll('label').forEach((one) => one.remove())")
    assert any(one.startswith("label: ") for one in findings(page))
