"""Every page, at 360 px and wide, dark and light: it fits, it has names, it can be read."""

import pytest

from tests.browser.pages import pages_of
from tests.browser.seeing import expect

NARROW = {"width": 360, "height": 740}
WIDE = {"width": 1920, "height": 1080}
NAMED = {
    "button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "spinbutton",
    "slider", "progressbar", "meter", "dialog", "DisclosureTriangle", "menuitem", "tab",
}  # fmt: skip

COVERED = """
() => [...document.querySelectorAll(".btn-primary, form [type=submit]")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && !one.closest("dialog, #tray, .menu-sheet, .acts"))
  .filter((one) => {
    one.scrollIntoView({ block: "center", behavior: "instant" });
    const box = one.getBoundingClientRect();
    const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return !one.contains(hit);
  })
  .map((one) => one.outerHTML.slice(0, 120))
"""
SPILL = """
() => [...document.querySelectorAll("body *")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && one.checkVisibility())
  .map((one) => one.outerHTML.slice(0, 120))
"""
PICTURES = """
() => [...document.images]
  .filter((one) => !one.hasAttribute("alt") || (one.src && one.checkVisibility()
    && !(one.getAttribute("width") > 0 && one.getAttribute("height") > 0)))
  .map((one) => one.outerHTML.slice(0, 160))
"""
UNSOUND = """
() => {
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  const wrong = ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => "twice: " + id);
  for (const name of ["for", "aria-describedby", "aria-labelledby", "aria-controls"]) {
    for (const one of document.querySelectorAll(`[${name}]`)) {
      for (const id of one.getAttribute(name).split(/\\s+/)) {
        if (!document.getElementById(id)) wrong.push(`${name} names nothing: ${id}`);
      }
    }
  }
  if (document.querySelectorAll("main").length !== 1) wrong.push("not one main");
  if (document.querySelectorAll("h1").length !== 1) wrong.push("not one h1");
  if (!document.documentElement.lang || !document.title) wrong.push("no language or title");
  for (const one of document.querySelectorAll("ul, ol")) {
    if ([...one.children].some((part) => part.tagName !== "LI")) wrong.push("a list of no items");
  }
  if (document.querySelector("[style]")) wrong.push("an inline style");
  return wrong;
}
"""
# Text on pictures is judged by its scrim's token, which a test of the tokens reads.
UNREADABLE = """
() => {
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const paint = (colors) => {
    pen.clearRect(0, 0, 1, 1);
    for (const color of colors) { pen.fillStyle = color; pen.fillRect(0, 0, 1, 1); }
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const apart = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const wrong = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walk.nextNode(); text; text = walk.nextNode()) {
    const one = text.parentElement;
    if (!text.data.trim() || !one.checkVisibility({ visibilityProperty: true })) continue;
    if (one.closest(".pic, .source, .pane, .persona-pic, .acts, .unseen, .skip, script, option")) continue;
    if (one.closest(":disabled, [aria-disabled=true]")) continue;
    const grounds = [];
    for (let up = one; up; up = up.parentElement) {
      grounds.unshift(getComputedStyle(up).backgroundColor);
    }
    const ground = ["Canvas", ...grounds];
    const style = getComputedStyle(one);
    const ratio = apart(paint([...ground, style.color]), paint(ground));
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) wrong.push(`${ratio.toFixed(2)} ${text.data.trim().slice(0, 40)}`);
  }
  return wrong;
}
"""


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


def unnamed(page):
    """What assistive technology would announce without a name."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    found = []
    for node in tree["nodes"]:
        role = node.get("role", {}).get("value")
        if node.get("ignored") or role not in NAMED:
            continue
        if not str(node.get("name", {}).get("value", "")).strip():
            found.append(role)
    return found


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_nothing_spills_or_is_covered_at_360_px(visit, shown, theme):
    page = visit("admin", viewport=NARROW, is_mobile=True, has_touch=True, color_scheme=theme)
    too_wide = "document.documentElement.scrollWidth > innerWidth"
    assert every(page, shown, lambda p: p.evaluate(SPILL) if p.evaluate(too_wide) else []) == {}
    assert every(page, shown, lambda p: p.evaluate(COVERED)) == {}


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_all_text_can_be_read(visit, shown, theme, size):
    page = visit("admin", viewport=size, color_scheme=theme)
    assert every(page, shown, lambda p: p.evaluate(UNREADABLE)) == {}


def test_everything_has_a_name_and_a_place(visit, shown):
    page = visit("admin", viewport=WIDE)
    assert every(page, shown, lambda p: unnamed(p) + p.evaluate(UNSOUND)) == {}


def test_every_picture_has_words_and_a_size(visit, shown):
    page = visit("admin", viewport=NARROW)
    assert every(page, shown, lambda p: p.evaluate(PICTURES)) == {}


def test_nothing_is_wider_than_the_wide_page(visit, shown):
    page = visit("admin", viewport=WIDE)
    too_wide = "document.documentElement.scrollWidth > innerWidth"
    assert every(page, shown, lambda p: p.evaluate(too_wide)) == {}


def test_signed_out_pages_fit_and_have_names(visit, product):
    for size in (NARROW, WIDE):
        for theme in ("dark", "light"):
            page = visit(viewport=size, color_scheme=theme)
            page.goto("/sign-in/")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert unnamed(page) + page.evaluate(UNSOUND) + page.evaluate(UNREADABLE) == []


def test_the_theme_that_was_chosen_stays(visit, shown):
    page = visit("admin", color_scheme="light")
    page.goto("/settings/")
    page.locator("main").get_by_role("button", name="Dark").click()
    page.goto(shown["home"])
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.goto("/settings/")
    page.locator("main").get_by_role("button", name="Light", exact=True).click()
    page.goto(shown["home"])
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert dark != light
