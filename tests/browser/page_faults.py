"""What can be found wrong on any page by looking: names, sizes, contrast, room."""

NAMED = {
    "button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "spinbutton",
    "slider", "progressbar", "meter", "dialog", "DisclosureTriangle", "menuitem", "tab",
}  # fmt: skip

TOO_WIDE = "document.documentElement.scrollWidth > innerWidth"
COVERED = """
() => [...document.querySelectorAll(".btn-primary, form [type=submit]")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && !one.closest("dialog, #tray, .menu-sheet, .acts, .unseen"))
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
    if (one.closest(".pic, .source, .pane, .persona-pic, .acts")) continue;
    if (one.closest(".unseen, .skip, script, option, :disabled, [aria-disabled=true]")) continue;
    const grounds = [];
    for (let up = one; up; up = up.parentElement) {
      grounds.unshift(getComputedStyle(up).backgroundColor);
    }
    const ground = ["Canvas", ...grounds];
    const style = getComputedStyle(one);
    const ratio = apart(paint([...ground, style.color]), paint(ground));
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) {
      wrong.push(`${ratio.toFixed(2)} ${text.data.trim().slice(0, 40)}`);
    }
  }
  return wrong;
}
"""

MOVING = """
() => {
  const longest = (durations) => Math.max(...durations.split(", ").map(parseFloat));
  return [...document.querySelectorAll("*")].flatMap((one) => ["", "::before", "::after"]
    .filter((part) => {
      const style = getComputedStyle(one, part);
      return longest(style.animationDuration) > 0.01 || longest(style.transitionDuration) > 0.01;
    }).map((part) => one.outerHTML.slice(0, 120) + part));
}
"""


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


CHECKS = {
    "unnamed": unnamed,
    "unsound": lambda page: page.evaluate(UNSOUND),
    "unreadable": lambda page: page.evaluate(UNREADABLE),
    "pictures without words or size": lambda page: page.evaluate(PICTURES),
    "spills": lambda page: page.evaluate(SPILL) if page.evaluate(TOO_WIDE) else [],
    "covered": lambda page: page.evaluate(COVERED),
}


def moving(page):
    """What would move for longer than a moment."""
    return page.evaluate(MOVING)


def faults(page):
    """What all checks find wrong on the page that is shown."""
    found = {name: check(page) for name, check in CHECKS.items()}
    return {name: wrong for name, wrong in found.items() if wrong}
