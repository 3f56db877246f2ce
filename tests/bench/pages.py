"""`script/bench pages`: what a person waits for, in a real page of the running product.

From the key's own time to the task after the frame that shows what it did, image and all.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.rounds import p95
from tests.bench.rows import Row
from tests.browser import chromium
from tests.browser.conftest import sign_in
from tests.browser.product import Candidates, Product
from tests.browser.review import scripted

if TYPE_CHECKING:
    from playwright.sync_api import Page

KEY_MS = 100
HERO_S = 15
A_MINUTE = 30
FIRST_MS, LAST_MS, TILES_MOST = 1000, 500, 400
KEYS = 30
LINE, LONG = 200, 10_000
QUICK = {"keys": 2, "line": 8, "long": 300}
VIEWPORT = {"width": 1280, "height": 900}
WATCH = """
() => {
  const { dataset } = document.getElementById("review");
  const marks = () => JSON.stringify([
    dataset.layout, dataset.mode,
    document.querySelector('#strip [aria-current="true"]').dataset.frame,
    ...[...document.querySelectorAll("[data-do][aria-pressed]")].map((one) => one.ariaPressed),
  ]);
  const drawn = () => document.getElementById("viewer").getAttribute("aria-busy") === "false"
    && document.querySelector(".view-framed").dataset.of
      === document.querySelector('#strip [aria-current="true"]').dataset.frame;
  window.tookMs = [];
  addEventListener("keydown", ({ timeStamp }) => {
    const before = marks();
    const look = () => {
      if (marks() === before || !drawn()) requestAnimationFrame(look);
      else {
        const after = new MessageChannel();
        after.port1.onmessage = () => window.tookMs.push(performance.now() - timeStamp);
        after.port2.postMessage(null);
      }
    };
    requestAnimationFrame(look);
  }, { capture: true });
}
"""
# When the images of the cards in sight are there, in ms since the page was asked for.
THUMBNAILS = """
() => new Promise((settle) => {
  const look = () => {
    const inSight = [...document.querySelectorAll(".card img")].filter((image) => {
      const { top, bottom } = image.getBoundingClientRect();
      return top < innerHeight && bottom > 0;
    });
    if (inSight.length && inSight.every((image) => image.complete && image.naturalWidth)) {
      settle(performance.now());
    } else requestAnimationFrame(look);
  };
  look();
})
"""
# From the next key press until the image of a card is there and in sight, in `window.jumpedMs`.
JUMP = """
(variant) => addEventListener("keydown", ({ timeStamp }) => {
  window.jumpedMs = 0;
  const look = () => {
    const image = document.querySelector(`#variant-${variant} a.pic img`);
    const { top, bottom } = image?.getBoundingClientRect() ?? { top: 0, bottom: 0 };
    if (image?.complete && image.naturalWidth && top < innerHeight && bottom > 0) {
      window.jumpedMs = performance.now() - timeStamp;
    } else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}, { once: true, capture: true })
"""
TILES = "document.querySelectorAll('[data-cards] > .card').length"


def measure(rounds: int, *, quick: bool, folder: Path) -> list[Row]:
    """All rows of the area."""
    if what := chromium.missing():
        sys.exit(f"The pages are measured in a real browser, and there is no {what}.")
    sizes = QUICK if quick else {"keys": KEYS, "line": LINE, "long": LONG}
    with chromium.started() as browser, Product(folder / "product") as product:
        context = browser.new_context(base_url=product.url, viewport=VIEWPORT)
        page = context.new_page()
        sign_in(page, "creator")
        project = product.new_project("Bench", "creator")
        line = product.many(project, "Line", sizes["line"])
        eight = product.candidates(project, "Eight", 8)
        long = product.many(project, "Long", sizes["long"])
        return [
            *_keys(page, line, sizes["keys"]),
            _eight_to_a_hero(page, eight),
            _scripted(page, product, line),
            *_gallery(page, long, rounds),
            *_answers(page, project, long, rounds),
        ]


def _keys(page: "Page", line: Candidates, count: int) -> Iterable[Row]:
    _review(page, line)
    page.evaluate(WATCH)
    yield _row("next", _took(page, ["j"] * count))
    yield _row("previous", _took(page, ["k"] * count))
    yield _row("next compare mode", _took(page, ["m"] * count))
    yield _row("both faces, and back", _took(page, ["f"] * count))
    yield _row("reject and advance", _took(page, ["x"] * min(count, len(line.variants) - 2)))


def _took(page: "Page", keys: list[str]) -> list[float]:
    """How many ms each key took until its effect was drawn, one after the other."""
    page.evaluate("window.tookMs.length = 0")
    for number, key in enumerate(keys, 1):
        page.keyboard.press(key)
        page.wait_for_function("(count) => window.tookMs.length >= count", arg=number)
    found: list[float] = page.evaluate("window.tookMs")
    return found


def _row(what: str, took_ms: list[float]) -> Row:
    tail = p95(took_ms)
    return Row(
        f"key to visible change: {what}",
        f"{statistics.median(took_ms):.0f} ms, p95 {tail:.0f} ms",
        goal=f"at most {KEY_MS} ms",
        met=tail <= KEY_MS,
    )


def _eight_to_a_hero(page: "Page", eight: Candidates) -> Row:
    """All eight beside the source, the best two beside each other, one of them the hero."""
    begun = time.perf_counter()
    _review(page, eight)
    for key in ["j"] * 7 + ["k"] * 3 + ["Shift+ArrowRight"]:
        page.keyboard.press(key)
        scripted.shown(page)
    chosen = scripted.shown(page)["variant"]
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#variant-{chosen}-live[data-status=approved]", state="attached")
    took_s = time.perf_counter() - begun
    goal = f"at most {HERO_S} s"
    return Row("8 candidates to a hero", f"{took_s:.1f} s", goal=goal, met=took_s <= HERO_S)


def _scripted(page: "Page", product: Product, line: Candidates) -> Row:
    _review(page, line)
    before = len(scripted.decided(product, line.character, "creator"))
    begun = time.perf_counter()
    asked = scripted.asked(scripted.run(page, line.variants[-1]))
    minutes = (time.perf_counter() - begun) / 60
    page.wait_for_selector(".frame[data-sent]", state="detached")
    decided = scripted.decided(product, line.character, "creator")[before:]
    wrong, refused = len(set(decided) - set(asked)), len(set(asked) - set(decided))
    pace = len(asked) / minutes
    return Row(
        f"scripted reviewer, {len(asked)} decisions",
        f"{pace:.0f} a minute, {wrong} misdirected, {refused} refused",
        goal=f"at least {A_MINUTE} a minute, none misdirected or refused",
        met=pace >= A_MINUTE and not wrong and not refused,
    )


def _gallery(page: "Page", long: Candidates, rounds: int) -> Iterable[Row]:
    """The newest stands first, so that the last is the oldest."""
    first_ms, last_ms, most = [], [], 0
    for _ in range(rounds):
        _forget_place(page, long)
        page.goto(long.page, wait_until="commit")
        page.wait_for_selector(".card img", state="attached")
        first_ms.append(page.evaluate(THUMBNAILS))
        page.wait_for_selector(f".card[aria-setsize='{len(long.variants)}']")
        page.evaluate(JUMP, long.variants[0])
        page.keyboard.press("End")
        page.wait_for_function("() => window.jumpedMs > 0")
        last_ms.append(page.evaluate("window.jumpedMs"))
        most = max(most, page.evaluate(TILES))
    of = f"{len(long.variants):,} variants"
    for what, took_ms, limit_ms in (("first", first_ms, FIRST_MS), ("last", last_ms, LAST_MS)):
        middle = statistics.median(took_ms)
        goal, met = f"at most {limit_ms} ms", middle <= limit_ms
        yield Row(f"{what} thumbnails of {of}", f"{middle:.0f} ms", goal=goal, met=met)
    yield Row("tiles in the page", f"{most}", goal=f"at most {TILES_MOST}", met=most <= TILES_MOST)


def _forget_place(page: "Page", made: Candidates) -> None:
    """The gallery opens as it comes, however it was left."""
    page.goto("/jobs/")
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    page.request.post(f"{made.page}place/", headers={"X-CSRFToken": cookies["csrftoken"]})


def _answers(page: "Page", project: int, long: Candidates, rounds: int) -> Iterable[Row]:
    """How long the server takes to answer with a whole page, to one person alone."""
    one = long.variants[0]
    pages = {
        "home": "/",
        "project": f"/projects/{project}/",
        "gallery": long.page,
        "generate": f"{long.page}generate/",
        "review": f"{long.page}review/?show=open",
        "variant": f"/variants/{one}/",
        "history": f"{long.page}history/",
        "jobs": "/jobs/",
        "settings": "/settings/",
    }
    for name, address in pages.items():
        took_ms = [_ms(lambda at=address: page.request.get(at)) for _ in range(rounds + 1)]
        yield Row(f"answer of the page: {name}", f"{statistics.median(took_ms[1:]):.0f} ms")


def _ms(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def _review(page: "Page", made: Candidates) -> None:
    page.goto(f"{made.page}review/?show=open")
    page.wait_for_selector("#review[data-script=on]")
    scripted.shown(page)
