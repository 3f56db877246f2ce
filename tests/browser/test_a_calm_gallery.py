"""The gallery does not jump about while it loads, or while candidates arrive."""

import pytest

from tests.browser.seeing import expect, listen, status

SHIFTS = """
  window.shifts = [];
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
    if (!entry.hadRecentInput) {
      window.shifts.push([entry.value, ...entry.sources.map(
        (source) => source.node?.outerHTML?.slice(0, 90) ?? source.node?.data)]);
    }
  })).observe({ type: "layout-shift", buffered: true });
"""
CALM = 0.02


@pytest.fixture
def made(product, faultless):
    return product.candidates(product.new_project("Calm", "creator"), "Eileen", 3)


@pytest.mark.parametrize("width", [360, 1280, 1920])
def test_loading_moves_nothing(visit, made, width):
    page = visit("creator", viewport={"width": width, "height": 900})
    page.add_init_script(SHIFTS)
    page.goto(made.page)
    status(page, made.variants[-1], "generated")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#tray summary")).to_be_visible()
    shifts = page.evaluate("window.shifts")
    assert sum(shift[0] for shift in shifts) < CALM, shifts


def test_a_candidate_being_made_does_not_move_the_others(visit, product, made, faultless):
    faultless.faults(slow=5)
    page = visit("creator", viewport={"width": 1280, "height": 900})
    page.add_init_script(SHIFTS)
    listen(page, made.page)
    asked = product.ask(made.character, 1, "sd_img2img").variants[0]
    status(page, asked, "generating")
    page.evaluate("window.shifts.length = 0")
    status(page, asked, "generated")
    page.wait_for_load_state("networkidle")
    shifts = page.evaluate("window.shifts")
    assert sum(shift[0] for shift in shifts) < CALM, shifts
