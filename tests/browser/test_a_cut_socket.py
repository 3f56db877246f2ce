"""A page whose socket was cut says so, and catches up by itself when it is back."""

import pytest

from tests.browser.seeing import WORK_MS, card, expect, listen, passed, remember, status

STATES = "[...document.querySelectorAll('.card [data-status]')].map((c) => c.dataset.status)"
LOST = "No live updates"


class Wire:
    """The page's way to the live socket, which can be cut."""

    def __init__(self, page):
        self.whole = True
        self._sockets = []
        page.route_web_socket("**/ws/**", self._open)

    def _open(self, socket):
        if self.whole:
            socket.connect_to_server()
            self._sockets.append(socket)
        else:
            socket.close(code=1012)

    def cut(self):
        self.whole = False
        for socket in self._sockets:
            socket.close(code=1012)
        self._sockets.clear()


@pytest.fixture
def made(product, faultless):
    project = product.new_project("Cut", "creator", "reviewer")
    return product.candidates(project, "Eileen", 2)


def test_what_happened_meanwhile_is_caught_up(visit, product, made):
    first, second = made.variants
    page = visit("reviewer")
    wire = Wire(page)
    listen(page, made.page)
    status(page, second, "generated")
    remember(page, states=STATES)
    wire.cut()
    expect(page.locator("#live-state")).to_contain_text(LOST)

    base = f"characters/{made.character}/variants"
    product.api("admin").post(f"{base}/{first}/approve")
    product.api("admin").post(f"{base}/{second}/reject")
    arrived = product.ask(made.character, 1).variants[0]
    status(page, first, "generated")
    wire.whole = True
    expect(card(page, first).locator(".flag-hero")).to_have_text("Hero", timeout=WORK_MS)
    status(page, second, "rejected")
    status(page, arrived, "generated")
    expect(page.locator("#live-state")).to_be_hidden()
    assert passed(page, "states"), "the page was never loaded anew"


def test_a_page_whose_first_socket_fails_catches_up_too(visit, product, made):
    first, second = made.variants
    page = visit("reviewer")
    wire = Wire(page)
    wire.whole = False
    page.goto(made.page)
    status(page, second, "generated")
    expect(page.locator("#live-state")).to_contain_text(LOST)
    product.api("admin").post(f"characters/{made.character}/variants/{first}/approve")
    wire.whole = True
    expect(card(page, first).locator(".flag-hero")).to_have_text("Hero", timeout=WORK_MS)


def test_a_killed_server_takes_up_its_work_and_the_page_follows(visit, product, made, complaints):
    page = visit("creator")
    listen(page, made.page)
    status(page, made.variants[0], "generated")
    product.sandbox.faults(slow=4)
    asked = product.ask(made.character, 2, "sd_img2img").variants
    status(page, asked[0], "generating")
    remember(page, states=STATES)
    product.kill()
    product.sandbox.faults(reset=True)
    expect(page.locator("#live-state")).to_contain_text(LOST)
    product.start()
    for variant in asked:
        status(page, variant, "generated")
    expect(page.locator("#live-state")).to_be_hidden()
    assert passed(page, "states"), "the page was never loaded anew"
    assert product.sandbox.state()["queue_remaining"] == 0
    # The console tells of each request that found nobody; what the page did about it is above.
    complaints[:] = [one for one in complaints if "uncaught" in one or "CSP" in one]
