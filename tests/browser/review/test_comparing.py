"""Comparing on the review page: both images under one lens, in every mode, against anything."""

import math

import pytest

from tests.browser.review.reviewing import lens, on, review, said
from tests.browser.seeing import expect


def eyes_on_screen(page, number):
    """Where the two eyes of a view's image lie, from the view's corner: x, y, x, y."""
    return page.evaluate(
        """(number) => {
          const view = document.querySelectorAll(".view")[number];
          const facts = view.dataset.of
            ? document.querySelector(`#variant-${view.dataset.of}`).dataset
            : document.querySelector('[data-reference="source"]').dataset;
          const [ax, ay, bx, by] = facts.eyes.split(",").map(Number);
          const matrix = new DOMMatrix(getComputedStyle(view.querySelector(".lens")).transform);
          const [a, b] = [[ax, ay], [bx, by]].map(([x, y]) => matrix.transformPoint({ x, y }));
          return [a.x, a.y, b.x, b.y];
        }""",
        number,
    )


def test_a_and_b_are_both_decoded_before_a_swap_with_no_black_frame(page, made):
    second, third = made.variants[1:3]
    fourth = made.variants[3]
    held = []

    def hold(route):
        held.append(route)

    page.route(f"**/media/variants/{fourth}/w1280/*", hold)
    page.keyboard.press("j")
    on(page, second)
    page.keyboard.press("j")
    on(page, third)
    page.keyboard.press("j")
    expect(page.locator("#strip [aria-current=true]")).to_have_attribute("data-frame", f"{fourth}")
    expect(page.locator("#viewer")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#review-status")).to_contain_text(f"Candidate {third} ")
    shown = page.locator(".view-framed img")
    expect(shown).to_have_attribute("alt", f"Candidate {third}")
    assert shown.evaluate("(image) => image.complete && image.naturalWidth > 0")
    page.keyboard.press("x")
    expect(page.locator(".frame[data-sent]")).to_have_count(0)
    held[0].continue_()
    on(page, fourth)
    for image in page.locator(".view img").all():
        assert image.evaluate("(image) => image.complete && image.naturalWidth > 0")
    page.unroute(f"**/media/variants/{fourth}/w1280/*")


def test_zoom_and_pan_are_linked(page, made):
    on(page, made.variants[0])
    assert lens(page, 0) == pytest.approx(lens(page, 1), abs=1.5)
    view = page.locator(".view").nth(0).bounding_box()
    middle = view["x"] + view["width"] / 2, view["y"] + view["height"] / 2
    page.mouse.move(*middle)
    page.mouse.wheel(0, -600)
    page.mouse.down()
    page.mouse.move(middle[0] + 60, middle[1] + 30, steps=4)
    page.mouse.up()
    moved = lens(page, 0)
    assert moved[0] > 2 * lens(page, 0)[0] / 2.5
    assert moved == pytest.approx(lens(page, 1), abs=1.5)
    page.keyboard.press("j")
    on(page, made.variants[1])
    assert lens(page, 0) == pytest.approx(moved, abs=1.5)


def test_z_shows_real_pixels_at_the_cursor_and_goes_back(page, made):
    fitted = lens(page)
    page.keyboard.press("z")
    assert lens(page)[0] == pytest.approx(1, abs=0.01)
    expect(page.get_by_role("button", name="100 %")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("z")
    assert lens(page) == pytest.approx(fitted)


def test_f_puts_both_faces_at_the_same_scale_and_eye_line(page, made):
    on(page, made.variants[0])
    page.keyboard.press("f")
    a, b = eyes_on_screen(page, 0), eyes_on_screen(page, 1)
    assert a == pytest.approx(b, abs=1.5)
    assert a[1] == pytest.approx(a[3], abs=0.5), "the eye line is level"
    assert math.dist(a[:2], a[2:]) > 40
    page.keyboard.press("f")
    assert eyes_on_screen(page, 0) != pytest.approx(a, abs=1.5)


def test_the_next_and_previous_images_are_prefetched(visit, made):
    page = visit("creator")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    review(page, made, f"?at={made.variants[1]}")
    on(page, made.variants[1])
    page.wait_for_load_state("networkidle")
    for near in (made.variants[0], made.variants[2]):
        assert any(f"/media/variants/{near}/w1280/" in url for url in asked)
    asked.clear()
    page.keyboard.press("j")
    on(page, made.variants[2])
    assert not any(f"/media/variants/{made.variants[2]}/w1280/" in url for url in asked)


def test_m_goes_through_the_modes_and_brackets_change_the_overlay(page, made):
    seen = []
    for _ in range(5):
        page.keyboard.press("m")
        seen.append(page.locator("#review").get_attribute("data-mode"))
    assert seen == ["wipe", "overlay", "difference", "blink", "side"]
    other = page.locator(".view:not(.view-framed)")
    page.locator("#mode").select_option("overlay")
    page.locator("#viewer").focus()
    page.keyboard.press("]")
    expect(other.locator(".lens")).to_have_css("opacity", "0.6")
    page.keyboard.press("[")
    page.keyboard.press("[")
    expect(other.locator(".lens")).to_have_css("opacity", "0.4")
    page.locator("#mode").select_option("difference")
    expect(other).to_have_css("mix-blend-mode", "difference")
    boxes = [view.bounding_box() for view in page.locator(".view").all()]
    assert boxes[0] == boxes[1], "one lies over the other"
    page.locator("#mode").select_option("wipe")
    page.locator("#wipe").focus()
    page.keyboard.press("ArrowRight")
    expect(other).to_have_css("clip-path", "inset(0px 0px 0px 51%)")


def test_b_is_the_source_the_hero_or_any_other(page, product, made):
    first, second, third, _ = made.variants
    tag = page.locator(".view:not(.view-framed) .tag")
    expect(tag).to_contain_text("B · Source")
    page.keyboard.press("d")
    said(page, "There is no hero yet")
    page.keyboard.press("Enter")
    on(page, second)
    page.keyboard.press("d")
    expect(tag).to_contain_text(f"B · Candidate {first}")
    page.keyboard.press("Shift+ArrowRight")
    expect(tag).to_contain_text(f"B · Candidate {first}")
    page.keyboard.press("Shift+ArrowRight")
    expect(tag).to_contain_text(f"B · Candidate {third}")
    page.locator("#against").select_option("source")
    expect(tag).to_contain_text("B · Source")
    on(page, second)


def test_the_backtick_swaps_a_and_b_and_held_it_shows_the_source(page, made):
    a = page.locator(".view-framed")
    left = a.bounding_box()["x"]
    page.keyboard.press("`")
    assert a.bounding_box()["x"] > left
    page.keyboard.press("`")
    assert a.bounding_box()["x"] == left
    page.keyboard.press("e")
    page.keyboard.down("`")
    expect(page.locator(".held")).to_be_visible()
    expect(page.locator(".held .tag")).to_contain_text("Source")
    page.keyboard.up("`")
    expect(page.locator(".held")).to_be_hidden()


def test_survey_shows_up_to_six_and_frames_one(page, made):
    page.keyboard.press("n")
    expect(page.locator(".view")).to_have_count(4)
    expect(page.locator(".view-framed .tag")).to_contain_text(f"Candidate {made.variants[0]}")
    page.keyboard.press("j")
    on(page, made.variants[1])
    expect(page.locator(".view-framed .tag")).to_contain_text(f"Candidate {made.variants[1]}")
    expect(page.locator(".view")).to_have_count(4)
    page.keyboard.press("Escape")
    expect(page.locator("#review")).to_have_attribute("data-layout", "grid")
    page.keyboard.press("Escape")
    page.wait_for_url(f"**{made.page}#variant-{made.variants[1]}")


def test_blink_stands_still_where_motion_is_not_wanted(visit, made):
    page = visit("creator", reduced_motion="reduce")
    review(page, made)
    page.locator("#mode").select_option("blink")
    expect(page.locator(".view:not(.view-framed)")).to_have_css("animation-name", "none")
    page.locator("#viewer").focus()
    page.keyboard.press("`")
    expect(page.locator(".view-framed")).to_have_css("z-index", "2")
