"""The review page for every hand: touch, a phone, no JavaScript at all."""

from tests.browser.review.reviewing import became, frame, on, review
from tests.browser.seeing import expect

NARROW = {"width": 360, "height": 740}


def test_without_javascript_candidates_are_approved_and_rejected(visit, product, made):
    first, second, third, fourth = made.variants
    page = visit("plain", java_script_enabled=False)
    framed = page.locator(".view-framed .tag")
    page.goto(f"{made.page}review/?show=open")
    expect(page.locator(".view img")).to_have_count(2)
    expect(framed).to_have_text(f"Candidate {first}")
    page.get_by_role("button", name="Make hero").click()
    expect(framed).to_have_text(f"Candidate {second}")
    expect(page.locator(".toast")).to_contain_text(f"Candidate {first} is the hero")
    page.get_by_role("link", name="Next", exact=True).click()
    expect(framed).to_have_text(f"Candidate {third}")
    acts = page.get_by_role("form", name="Actions")
    acts.get_by_text("Reject with a reason").click()
    page.locator("input[name=reason]").first.check(force=True)
    page.get_by_role("button", name="Reject with this reason").click()
    expect(framed).to_have_text(f"Candidate {fourth}")
    for left in (second, None):
        page.get_by_role("button", name="Reject", exact=False).first.click()
        if left:
            expect(framed).to_have_text(f"Candidate {left}")
    expect(page.get_by_role("heading", name="Nothing needs a decision")).to_be_visible()
    statuses = [product.variant(made.character, one)["status"] for one in made.variants]
    assert statuses == ["approved", "rejected", "rejected", "rejected"]


def test_without_javascript_a_stale_decision_says_what_changed(visit, product, made):
    first, second, *_ = made.variants
    page = visit("plain", java_script_enabled=False)
    page.goto(f"{made.page}review/?show=open")
    product.api("creator").post(f"characters/{made.character}/variants/{second}/approve")
    page.get_by_role("button", name="Make hero").click()
    expect(page.locator(".toast")).to_contain_text(f"Candidate {second} is the clothed hero now")
    assert product.variant(made.character, first)["status"] == "generated"


def test_by_touch_a_swipe_moves_on_and_buttons_decide(visit, made):
    first, second, third, _ = made.variants
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
    on(page, third)
    acts.get_by_role("button", name="Make hero").tap()
    became(page, third, "approved")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_what_is_decided_at_the_desk_moves_the_cursor_too(visit, made):
    first, second, third, fourth = made.variants
    page = visit("creator")
    review(page, made)
    desk = page.locator("#review-desk")
    desk.get_by_role("button", name="Make hero").click()
    became(page, first, "approved")
    on(page, second)
    expect(desk.locator("h1")).to_have_text(f"Candidate {second}")
    desk.get_by_text("Reject with a reason").click()
    reason = desk.locator("input[name=reason]").first
    reason.check(force=True)
    desk.get_by_label("Note").fill("not she")
    desk.get_by_role("button", name="Reject with this reason").click()
    became(page, second, "rejected")
    on(page, third)
    expect(desk.locator("h1")).to_have_text(f"Candidate {third}")
    page.keyboard.press("k")
    expect(desk.locator(".log")).to_contain_text("“not she”")
    page.keyboard.press("j")
    on(page, third)
    expect(desk.locator("h1")).to_have_text(f"Candidate {third}")
    desk.get_by_role("button", name="Delete").click()
    expect(frame(page, third)).to_have_count(0)
    on(page, fourth)
    page.keyboard.press("Control+z")
    became(page, third, "generated")


def test_enter_among_the_reasons_decides_nothing(visit, made):
    first, second, *_ = made.variants
    page = visit("creator")
    review(page, made)
    desk = page.locator("#review-desk")
    desk.get_by_text("Reject with a reason").click()
    reason = desk.locator("input[name=reason]").first
    reason.focus()
    page.keyboard.press("Enter")
    expect(reason).to_be_checked()
    page.locator("#viewer").focus()
    page.keyboard.press("j")
    on(page, second)
    became(page, first, "generated")


def test_the_face_that_was_measured_is_drawn_on_the_image(visit, made):
    page = visit("creator")
    review(page, made)
    box = page.locator(".view-framed .face-box rect")
    expect(box).to_be_hidden()
    page.get_by_label("Draw the findings on the image").check()
    expect(box).to_be_visible()
    face, view = box.bounding_box(), page.locator(".view-framed").bounding_box()
    assert 0.05 < face["width"] / view["width"] < 0.5


def test_the_focus_stays_at_the_desk_when_it_is_drawn_anew_and_leaves_it_with_a_decision(
    visit, made
):
    first, second, *_ = made.variants
    page = visit("creator")
    review(page, made)
    toggle = page.locator(f"#review-desk #variant-{first}-shortlist")
    toggle.focus()
    page.keyboard.press("Enter")
    expect(toggle).to_have_text("Off the shortlist")
    expect(toggle).to_be_focused()
    page.keyboard.press("Enter")
    expect(toggle).to_have_text("Shortlist")
    expect(toggle).to_be_focused()
    page.locator(f"#review-desk #variant-{first}-approve").focus()
    page.keyboard.press("Enter")
    became(page, first, "approved")
    on(page, second)
    expect(page.locator("#viewer")).to_be_focused()


def test_a_tag_is_added_at_the_desk_and_the_next_can_be_typed(visit, made):
    page = visit("creator")
    review(page, made)
    field = page.locator("#review-desk input[name=tags]")
    for word in ("night", "rain"):
        field.press_sequentially(word)
        page.keyboard.press("Enter")
        expect(page.locator("#review-desk").get_by_role("button", name=word)).to_be_visible()
        expect(field).to_be_focused()
        expect(field).to_have_value("")
