"""Takes pictures of pages in headless Chromium: each in both themes and every width.

Knows a browser and a folder; never what the pages show.
"""

import io
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

THEMES = ("dark", "light")
HEIGHTS = {360: 800, 1024: 768, 1920: 1080, 3840: 2160}
TOUCH = 600  # narrower than this is a telephone
# What is loaded once for several widths, unless something was done on the page.
TOGETHER = ((360,), (1024, 1920, 3840))
EACH = tuple((width,) for width in HEIGHTS)
QUALITY = 80
WAIT_MS = 60_000
# Of one that is not loaded by then the promise may never come.
DECODED = (
    "Promise.all([...document.images].filter((one) => one.complete && one.checkVisibility())"
    ".map((one) => one.decode().catch(() => null)))"
)

Act = Callable[[Page], None]


class Camera:
    """Pages as one person or another sees them; pictures are `NAME-THEME-WIDTH.webp`."""

    def __init__(
        self,
        browser: Browser,
        address: str,
        passwords: dict[str, str],
        folder: Path,
        words: Sequence[str],
    ) -> None:
        self._browser = browser
        self._address = address
        self._passwords = passwords
        self._folder = folder
        self._words = words
        self._contexts: dict[tuple[str, str, int], BrowserContext] = {}
        self.taken: list[Path] = []

    def shoot(self, name: str, path: str, person: str = "creator", act: Act | None = None) -> None:
        """Eight pictures of one address as this person ("" is nobody), after `act(page)`.

        None where words were given and the name has none of them.
        """
        if self._words and not any(word in name for word in self._words):
            return
        for theme in THEMES:
            for widths in EACH if act else TOGETHER:
                page = self._context(person, theme, widths[0]).new_page()
                page.goto(path)
                if act:
                    act(page)
                for width in widths:
                    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
                    page.wait_for_load_state("networkidle")
                    page.evaluate(DECODED)
                    self._keep(page, f"{_slug(name)}-{theme}-{width}")
                page.close()

    def _context(self, person: str, theme: str, width: int) -> BrowserContext:
        key = (person, theme, width)
        if key not in self._contexts:
            known = next((c for k, c in self._contexts.items() if k[0] == person), None)
            context = self._browser.new_context(
                base_url=self._address,
                viewport={"width": width, "height": HEIGHTS[width]},
                is_mobile=width < TOUCH,
                has_touch=width < TOUCH,
                color_scheme="dark" if theme == "dark" else "light",
                storage_state=known.storage_state() if known else None,
            )
            context.set_default_timeout(WAIT_MS)
            if person and not known:
                self._sign_in(context, person)
            self._contexts[key] = context
        return self._contexts[key]

    def _sign_in(self, context: BrowserContext, person: str) -> None:
        page = context.new_page()
        page.goto("/sign-in/")
        page.get_by_label("User name").fill(person)
        page.get_by_label("Password").fill(self._passwords[person])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/")
        page.close()

    def _keep(self, page: Page, name: str) -> None:
        content = page.screenshot(animations="disabled", caret="hide")
        file = self._folder / f"{name}.webp"
        with Image.open(io.BytesIO(content)) as picture:
            picture.convert("RGB").save(file, quality=QUALITY, method=4)
        self.taken.append(file)


def _slug(name: str) -> str:
    return "-".join(name.replace(",", "").split())
