"""The review page for every hand: touch, a phone, no JavaScript at all."""

import pytest

from tests.browser.reviewing import afresh, became, on, review
from tests.browser.seeing import expect

NARROW = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def three(product):
    product.sandbox.faults(reset=True)
    project = product.new_project("Reach", "creator", "plain")
    return product.candidates(project, "Eileen", 2)


@pytest.fixture
def made(product, three):
    afresh(product, three)
    return three


def test_without_javascript_candidates_are_approved_and_rejected(visit, product, made):
    first, second = made.variants
    page = visit("plain", java_script_enabled=False)
    page.goto(f"{made.page}review/?show=open")
    expect(page.locator(".view img")).to_have_count(2)
    page.get_by_role("button", name="Make hero").click()
    assert product.variant(made.character, first)["status"] == "approved"
    page.goto(f"{made.page}review/?show=open")
    expect(page.locator(".view-framed .tag")).to_have_text(f"Candidate {second}")
    page.get_by_role("button", name="Reject", exact=False).first.click()
    assert product.variant(made.character, second)["status"] == "rejected"
    page.goto(f"{made.page}review/?show=open")
    expect(page.get_by_role("heading", name="Nothing needs a decision")).to_be_visible()


def test_by_touch_a_swipe_moves_on_and_buttons_decide(visit, made):
    first, second = made.variants
    page = visit("creator", viewport=NARROW, is_mobile=True, has_touch=True)
    review(page, made)
    on(page, first)
    box = page.locator("#viewer").bounding_box()
    touch = page.context.new_cdp_session(page)
    y = box["y"] + box["height"] / 2
    for kind, x in (("touchStart", 280), ("touchMove", 180), ("touchMove", 60), ("touchEnd", 60)):
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    on(page, second)
    acts = page.get_by_role("group", name="Decide")
    acts.get_by_role("button", name="Reject").tap()
    became(page, second, "rejected")
    on(page, first)
    acts.get_by_role("button", name="Make hero").tap()
    became(page, first, "approved")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_what_is_decided_at_the_desk_moves_the_cursor_too(visit, made):
    first, second = made.variants
    page = visit("creator")
    review(page, made)
    page.locator("#review-desk").get_by_role("button", name="Make hero").click()
    became(page, first, "approved")
    on(page, second)
    expect(page.locator("#review-desk h1")).to_have_text(f"Candidate {second}")


def test_the_face_that_was_measured_is_drawn_on_the_image(visit, made):
    page = visit("creator")
    review(page, made)
    box = page.locator(".view-framed .face-box rect")
    expect(box).to_be_hidden()
    page.get_by_label("Show the face that was measured").check()
    expect(box).to_be_visible()
    face, view = box.bounding_box(), page.locator(".view-framed").bounding_box()
    assert 0.05 < face["width"] / view["width"] < 0.5
