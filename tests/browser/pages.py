"""Every page of the product, by name, with the address it has for one character."""

from collections.abc import Callable
from typing import Any

from tests.browser.product import Product


def every(page: Any, shown: dict[str, str], look: Callable[[Any], Any]) -> dict[str, Any]:
    """What `look(page)` finds wrong on each page; {} when nothing is."""
    found = {}
    for name, address in shown.items():
        page.goto(address)
        page.locator("#content, .alone").first.wait_for()
        page.wait_for_load_state("networkidle")
        if wrong := look(page):
            found[name] = wrong
    return found


def pages_of(product: Product) -> dict[str, str]:
    """Name to address, of all pages that a signed-in admin can open.

    They show a character with a hero, a rejected, an open and a trashed candidate.
    """
    admin = product.api("admin")
    project = product.new_project("Pages", "creator", "reviewer")
    made = product.candidates(project, "Eileen", 4)
    one, rejected, _, trashed = made.variants
    base = f"characters/{made.character}/variants"
    admin.post(f"{base}/{one}/approve")
    admin.post(f"{base}/{rejected}/reject")
    admin.send("DELETE", f"{base}/{trashed}")
    empty = product.new_character(project, "Nobody yet")
    search = admin.post(f"projects/{project}/likeness-searches", {"image": f"v-{one}"})
    told = {"name": "Wall", "url": "https://1.1.1.1/", "events": ["variant.approved"]}
    webhook = admin.post("webhooks", told | {"project": project})
    return {
        "home": "/",
        "projects": "/projects/",
        "project": f"/projects/{project}/",
        "new project": "/projects/new/",
        "edit project": f"/projects/{project}/edit/",
        "new character": f"/projects/{project}/characters/new/",
        "edit character": f"/characters/{made.character}/edit/",
        "gallery": made.page,
        "gallery, filtered to nothing": f"{made.page}?status=failed",
        "gallery, filtered and sorted": f"{made.page}?verdict=pass&since=2026-01-01&sort=likeness",
        "archived characters": "/?archived=yes",
        "generate": f"{made.page}generate/",
        "generate for several": f"/projects/{project}/generate/",
        "review": f"{made.page}review/?show=all",
        "review, nothing to decide": f"{made.page}review/?show=shortlist",
        "empty character": f"/characters/{empty}/",
        "history": f"{made.page}history/",
        "drift": f"{made.page}drift/",
        "trash": f"{made.page}trash/",
        "trash of the project": f"/projects/{project}/trash/",
        "variant in the trash": f"/variants/{trashed}/",
        "request": f"/requests/{made.request}/",
        "who is this": f"/projects/{project}/who/",
        "who it may be": f"/who/{search['id']}/",
        "variant": f"/variants/{one}/",
        "versions": f"/variants/{one}/versions/",
        "compare": f"/variants/{one}/compare/?with={made.variants[-1]}",
        "editing": f"{made.page}editing/",
        "import a folder": f"/projects/{project}/import/",
        "inpaint": f"/variants/{one}/inpaint/",
        "jobs": "/jobs/",
        "jobs, failed": "/jobs/?status=failed",
        "operations": "/operations/",
        "webhooks": "/webhooks/",
        "webhook": f"/webhooks/{webhook['id']}/",
        "settings": "/settings/",
        "password": "/settings/password/",
        "not found": "/characters/99999999/",
    }
