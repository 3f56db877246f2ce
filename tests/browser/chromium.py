"""Headless Chromium, driven by playwright: where it is, how it is started, and why it cannot be."""

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PATH = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def missing() -> str:
    """What is not there that a browser needs; "" when all is."""
    if not importlib.util.find_spec("playwright"):
        return "the package playwright"
    return "" if PATH.is_file() else f"{PATH} (on Debian: apt-get install chromium)"


@contextmanager
def started() -> Iterator["Browser"]:
    """A browser of our own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=PATH, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
