"""Every key of the table does what it says; what compares is in `test_comparing`."""

import re

import pytest

from tests.browser.review.reviewing import became, frame, on, review, said
from tests.browser.seeing import expect

# The sheet of keys, as the specification has it.
TABLE = {
    "next": ["→", "J"], "previous": ["←", "K"],
    "shortlist": ["P"], "clear the flag": ["U"],
    "reject and advance": ["X"], "reject with a reason: a digit picks it": ["Shift X"],
    "make hero": ["Enter"], "make hero, reject the other candidates": ["Shift Enter"],
    "undo": ["Ctrl Z"], "redo": ["Ctrl Shift Z"],
    "grid": ["G"], "one large": ["E"], "compare": ["C"], "survey, up to six": ["N"],
    "next compare mode": ["M"], "swap A and B; hold for the source": ["`"],
    "the present hero as B": ["D"],
    "100 % at the cursor, and back": ["Z"], "both faces at one scale and eye line": ["F"],
    "overlay: less of B": ["["], "overlay: more of B": ["]"],
    "recipe and provenance": ["I"], "version history": ["H"],
    "generate more with this recipe": ["R"], "export for editing": ["W"],
    "open in Inpaint": ["B"], "to the trash": ["Del"],
    "this sheet": ["?"], "one level up, same place": ["Esc"],
}  # fmt: skip


def test_the_sheet_of_keys_has_the_whole_table(page):
    page.keyboard.press("?")
    expect(page.locator("#review-keys")).to_be_visible()
    rows = page.locator("#review-keys .keys > div").all()
    shown = {row.locator("dd").inner_text(): row.locator("dt button") for row in rows}
    assert {what: shown[what].all_inner_texts() for what in TABLE} == TABLE
    page.keyboard.press("Escape")
    expect(page.locator("#review-keys")).to_be_hidden()
    expect(page.locator("#viewer")).to_be_focused()


@pytest.mark.parametrize(("there", "back"), [("ArrowRight", "ArrowLeft"), ("j", "k")])
def test_arrows_and_j_k_go_to_the_next_and_the_previous(page, made, there, back):
    first, second, *_ = made.variants
    page.keyboard.press(there)
    on(page, second)
    page.keyboard.press(back)
    on(page, first)
    page.keyboard.press(back)
    on(page, first)


def test_p_shortlists_and_u_clears_the_flag(page, made):
    first, second, *_ = made.variants
    flags = frame(page, first).locator(".flags")
    page.keyboard.press("p")
    expect(flags).to_have_text("Shortlist")
    on(page, second)
    page.keyboard.press("k")
    on(page, first)
    page.keyboard.press("u")
    expect(flags).to_have_text("")
    page.keyboard.press("x")
    became(page, first, "rejected")
    page.keyboard.press("k")
    on(page, first)
    page.keyboard.press("u")
    became(page, first, "generated")


@pytest.mark.parametrize(
    ("key", "layout"), [("g", "grid"), ("e", "one"), ("c", "compare"), ("n", "survey")]
)
def test_g_e_c_n_choose_the_layout_and_the_focus_stays_among_the_images(page, made, key, layout):
    page.keyboard.press("j")
    on(page, made.variants[1])
    page.keyboard.press(key)
    expect(page.locator("#review")).to_have_attribute("data-layout", layout)
    chosen = page.locator(f".segmented [data-do={layout}]")
    expect(chosen).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#strip" if layout == "grid" else "#viewer")).to_be_focused()
    on(page, made.variants[1])


def test_ctrl_z_undoes_and_ctrl_shift_z_redoes(page, made):
    first, second, *_ = made.variants
    page.keyboard.press("x")
    became(page, first, "rejected")
    on(page, second)
    page.keyboard.press("Control+z")
    became(page, first, "generated")
    on(page, first)
    page.keyboard.press("Control+Shift+Z")
    became(page, first, "rejected")
    on(page, first)


def test_i_shows_the_recipe_and_the_provenance(page, made):
    page.keyboard.press("j")
    on(page, made.variants[1])
    expect(page.locator("#review-desk h1")).to_have_text(f"Candidate {made.variants[1]}")
    recipe = page.get_by_role("region", name="Parameters")
    expect(recipe).not_to_be_in_viewport()
    page.keyboard.press("i")
    expect(recipe).to_be_in_viewport()
    expect(recipe).to_contain_text("Seed")
    expect(page.locator("#viewer")).to_be_focused()


@pytest.mark.parametrize(
    ("key", "leads_to"),
    [("h", "/variants/{}/versions/"), ("b", "/inpaint/"), ("w", "")],
    ids=["H: version history", "B: Inpaint", "W: export for editing"],
)
def test_h_b_and_w_lead_on_with_the_framed_candidate(page, product, made, key, leads_to):
    second = made.variants[1]
    page.keyboard.press("j")
    on(page, second)
    review_url = page.url
    page.keyboard.press(key)
    page.wait_for_url(lambda url: url != review_url and leads_to.format(second) in url)
    expect(page.locator("#content")).to_contain_text(re.compile(rf"\b{second}\b"))
    if key == "w":
        product.api("admin").post(f"characters/{made.character}/variants/{second}/cancel-edit")


def test_r_generates_more_with_this_recipe_and_the_cursor_stays(page, product, made):
    second = made.variants[1]
    expect(page.locator("body[data-live=on]")).to_be_attached()
    page.keyboard.press("j")
    on(page, second)
    seeds = {row["seed"] for row in product.api("admin").variants(made.character)}
    page.keyboard.press("r")
    said(page, f"More like Candidate {second} are on their way")
    expect(frame(page, made.variants[-1]).locator("+ .frame")).to_be_attached()
    more = [
        row
        for row in product.api("admin").variants(made.character)
        if row["id"] not in made.variants
    ]
    for row in more:
        became(page, row["id"], "generated")
    on(page, second)
    assert seeds.isdisjoint(row["seed"] for row in more)


def test_del_moves_to_the_trash_and_undo_brings_it_back(page, made):
    first, second, *_ = made.variants
    page.keyboard.press("Delete")
    expect(frame(page, first)).to_have_count(0)
    on(page, second)
    page.keyboard.press("Control+z")
    became(page, first, "generated")
    on(page, first)


def test_escape_goes_one_level_up_and_stays_at_the_same_place(page, made):
    second = made.variants[1]
    page.keyboard.press("j")
    on(page, second)
    page.keyboard.press("z")
    zoomed = page.get_by_role("button", name="100 %")
    expect(zoomed).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(zoomed).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Escape")
    expect(page.locator("#review")).to_have_attribute("data-layout", "grid")
    on(page, second)
    page.keyboard.press("Escape")
    page.wait_for_url(f"**{made.page}#variant-{second}")
    expect(page.locator(f"article#variant-{second}")).to_be_in_viewport()


def test_shift_enter_makes_one_the_hero_and_rejects_the_others_as_one_step(visit, made):
    first, second, third, _ = made.variants
    page = visit("creator")
    review(page, made)
    page.keyboard.press("Shift+Enter")
    page.get_by_role("button", name="Make hero, reject 3").click()
    became(page, first, "approved")
    became(page, second, "rejected")
    became(page, third, "rejected")
    page.locator("#viewer").focus()
    page.keyboard.press("Control+z")
    for variant in made.variants:
        became(page, variant, "generated")


def test_shift_x_rejects_with_the_reason_of_a_digit(visit, product, made):
    page = visit("creator")
    review(page, made)
    page.keyboard.press("Shift+X")
    expect(page.locator("#review-reasons")).to_be_visible()
    word = page.locator("#review-reasons .chip").nth(1).get_attribute("value")
    page.keyboard.press("2")
    became(page, made.variants[0], "rejected")
    on(page, made.variants[1])
    page.goto(f"/variants/{made.variants[0]}/")
    expect(page.locator(".log")).to_contain_text(f"Rejected · {word.replace('_', ' ')}")


def test_a_hero_is_never_put_in_the_trash_by_its_key(visit, made):
    first = made.variants[0]
    page = visit("creator")
    review(page, made)
    page.keyboard.press("Enter")
    became(page, first, "approved")
    page.keyboard.press("k")
    on(page, first)
    page.keyboard.press("Delete")
    said(page, "It is the hero")
    became(page, first, "approved")
