"""The scripted reviewer: decides about what is framed as soon as it is shown, like a quick person.

The page notes by itself what stood on it when each key went down; the rows have what was decided.
"""

from itertools import cycle

VERBS = {"x": "reject", "p": "shortlist", "Enter": "approve", "2": "reject"}
CYCLE = ("x", "x", "p", "x", "Enter", "x", "Shift+X")
NOTE = """
() => {
  window.pressed = [];
  addEventListener("keydown", ({ key }) => {
    const one = document.querySelector('#strip [aria-current="true"]');
    window.pressed.push({
      key, framed: Number(one.dataset.frame), name: one.dataset.name,
      status: document.getElementById("review-status").textContent,
      label: document.querySelector(".view-framed .tag").textContent,
      open: one.querySelector(".card-live").dataset.status === "generated",
    });
  }, { capture: true });
}
"""
# The framed candidate once the viewer shows it, and whether it is still to be decided.
SHOWN = """
() => {
  const one = document.querySelector('#strip [aria-current="true"]');
  const shows = document.getElementById("viewer").getAttribute("aria-busy") === "false"
    && document.getElementById("review-status").textContent.startsWith(`${one.dataset.name} `);
  const open = one.querySelector(".card-live").dataset.status === "generated";
  return shows && { variant: Number(one.dataset.frame), open: open && !one.dataset.sent };
}
"""
DECIDED = """
SELECT variant_id, verb FROM review_decisions
JOIN users ON users.id = decided_by_id
JOIN image_variants ON image_variants.id = variant_id
WHERE character_id = ? AND username = ? AND verb <> 'replaced' ORDER BY review_decisions.id
"""


def shown(page):
    """What is framed, once it can be decided about: its id as `variant`, and whether `open`."""
    return page.wait_for_function(SHOWN).json_value()


def run(page, until, beside=lambda number, variant: None):
    """Decide about one after the other up to `until`; the notes of all keys that were pressed.

    `beside(number, variant)` is called before each key with what is framed.
    """
    page.evaluate(NOTE)
    keys = cycle(CYCLE)
    number = 0
    while True:
        here = shown(page)
        beside(number, here["variant"])
        number += 1
        _press(page, next(keys) if shown(page)["open"] else "j")
        if here["variant"] == until:
            return page.evaluate("window.pressed")


def asked(pressed):
    """What was asked for by keys, in their order: the variant that was framed, and the verb."""
    return [
        (note["framed"], VERBS[note["key"]])
        for note in pressed
        if note["key"] in VERBS and note["open"]
    ]


def decided(product, character, person):
    """What a person decided about a character's variants, in order, as the rows have it."""
    return product.rows(DECIDED, character, person)


def _press(page, key):
    page.keyboard.press(key)
    if key == "Shift+X":
        page.locator("#review-reasons[open]").wait_for()
        page.keyboard.press("2")
