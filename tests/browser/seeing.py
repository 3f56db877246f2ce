"""What a test does and looks at on a page: dropping files, cards, and what went by meanwhile."""

import base64
import json
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api", reason="the package playwright is missing")

from playwright.sync_api import Page, expect

from tests.browser.conftest import WAIT_MS

expect.set_options(timeout=WAIT_MS)
# Generation and face detection share two cores with everything else that runs.
WORK_MS = 60_000

DROP = """
([files, selector]) => {
  const carried = new DataTransfer();
  for (const [base64, name, type] of files) {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    carried.items.add(new File([bytes], name, { type }));
  }
  const zone = document.querySelector(selector);
  for (const kind of ["dragenter", "dragover", "drop"]) {
    zone.dispatchEvent(new DragEvent(kind, {
      dataTransfer: carried, bubbles: true, cancelable: true,
    }));
  }
}
"""
REMEMBER = """
() => {
  window.passed ??= {};
  const all = [];
  const note = (name, of) => { window.passed[name] = []; all.push([name, of]); };
  LOOKS;
  const look = () => all.forEach(([name, of]) => {
    const now = JSON.stringify(of());
    if (!window.passed[name].includes(now)) window.passed[name].push(now);
  });
  new MutationObserver(look).observe(document, {
    subtree: true, childList: true, characterData: true, attributes: true,
  });
  look();
}
"""
KINDS = {".png": "image/png", ".gif": "image/gif", ".txt": "text/plain", ".jpg": "image/jpeg"}


def drop(page: Page, *files: Path, on: str = ".drop-zone") -> None:
    """Drop files on a part of the page, as the browser tells the page of it."""
    carried = [
        (base64.b64encode(file.read_bytes()).decode(), file.name, KINDS[file.suffix])
        for file in files
    ]
    page.evaluate(DROP, [carried, on])


def drag_in(page: Page, *paths: Path, x: int = 640, y: int = 500) -> None:
    """Drag files and folders in from outside and let them go there, as the system does it."""
    carried = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": x, "y": y, "data": carried})
    session.detach()


def remember(page: Page, **expressions: str) -> None:
    """From now on keep every value that these JavaScript expressions take (until a reload)."""
    looks = "".join(f"note({json.dumps(name)}, () => {of});" for name, of in expressions.items())
    page.evaluate(REMEMBER.replace("LOOKS;", looks))


def passed(page: Page, name: str) -> list:
    """The values that went by; fails when the page was loaded anew since `remember`."""
    kept = page.evaluate("window.passed ?? null")
    assert kept is not None, "the page was loaded anew"
    return [json.loads(value) for value in kept[name] if value is not None]


def card(page: Page, variant: int):
    """A variant's card."""
    return page.locator(f"article#variant-{variant}")


def live(page: Page, variant: int):
    """The part of a card that changes by itself."""
    return page.locator(f"#variant-{variant}-live")


def status(page: Page, variant: int, is_: str, within_ms: int = WORK_MS) -> None:
    """Wait until the card of a variant has this status."""
    expect(live(page, variant)).to_have_attribute("data-status", is_, timeout=within_ms)


def listen(page: Page, address: str) -> None:
    """Open a page and wait until its live socket is open."""
    page.goto(address)
    expect(page.locator("body[data-live=on]")).to_be_visible()


def open_gallery(page: Page, address: str) -> None:
    """Open a gallery as it comes, however it was left, and wait until it knows its whole list."""
    token = next(one["value"] for one in page.context.cookies() if one["name"] == "csrftoken")
    path = address.partition("?")[0]
    answer = page.request.post(f"{path}place/", headers={"X-CSRFToken": token})
    assert answer.status == 204, answer.text()
    listen(page, address)
    expect(page.locator(".card[aria-setsize]").first).to_be_attached()


def press_on_card(page: Page, variant: int, name: str) -> None:
    """Point at a card and press one of its buttons."""
    card(page, variant).hover()
    card(page, variant).get_by_role("button", name=name).click()


def focused(page: Page) -> str:
    """The id of the element that has the focus."""
    return page.evaluate("document.activeElement.id")


def state_rights(page: Page) -> None:
    """Fill in the statement about the likeness, wherever the page asks for it."""
    page.get_by_label("Who is it").fill("A public-domain photograph of NASA, for tests.")
    page.get_by_label("Where the image comes from").fill("NASA, by way of scikit-image")
