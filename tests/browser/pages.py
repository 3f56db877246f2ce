"""The pages of the product on rows made for them, and looking at each."""

from collections.abc import Callable
from pprint import pformat
from typing import Any

from tests.browser.addresses import Shown, addresses
from tests.browser.product import Product


def every(page: Any, shown: dict[str, str], look: Callable[[Any], Any]) -> None:
    """Fail with all that `look(page)` finds wrong, page by page."""
    found = []
    for name, address in shown.items():
        page.goto(address)
        page.locator("#content, .alone").first.wait_for()
        page.wait_for_load_state("networkidle")
        if wrong := look(page):
            found.append(f"{name}: {pformat(wrong)}")
    assert not found, "\n".join(found)


def pages_of(product: Product) -> dict[str, str]:
    """Name to address, of all pages that a signed-in admin can open.

    They show a character with a hero, a rejected, an open and a trashed candidate.
    """
    admin = product.api("admin")
    project = product.new_project("Pages", "creator", "reviewer")
    made = product.candidates(project, "Eileen", 4)
    one, rejected, other, trashed = made.variants
    base = f"characters/{made.character}/variants"
    admin.post(f"{base}/{one}/approve")
    admin.post(f"{base}/{rejected}/reject")
    admin.send("DELETE", f"{base}/{trashed}")
    empty = product.new_character(project, "Nobody yet")
    search = admin.post(f"projects/{project}/likeness-searches", {"image": f"v-{one}"})
    told = {"name": "Wall", "url": "https://1.1.1.1/", "events": ["variant.approved"]}
    webhook = admin.post("webhooks", told | {"project": project})
    source = admin.source(made.character)["id"]
    return addresses(
        Shown(
            project=project,
            character=made.character,
            empty=empty,
            source=source,
            request=made.request,
            variant=one,
            other=other,
            trashed=trashed,
            search=search["id"],
            webhook=webhook["id"],
            job=admin.get("jobs?limit=1")["results"][0]["id"],
        )
    )
