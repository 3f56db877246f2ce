"""Every page of the product, by name, with the address it has for one character."""

from tests.browser.product import Candidates


def pages_of(project: int, made: Candidates) -> dict[str, str]:
    """Name to address, of all pages that a signed-in admin can open."""
    one = made.variants[0]
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
        "history": f"{made.page}history/",
        "variant": f"/variants/{one}/",
        "versions": f"/variants/{one}/versions/",
        "compare": f"/variants/{one}/compare/?with={made.variants[-1]}",
        "editing": f"{made.page}editing/",
        "import a folder": f"/projects/{project}/import/",
        "inpaint": f"/variants/{one}/inpaint/",
        "jobs": "/jobs/",
        "jobs, failed": "/jobs/?status=failed",
        "operations": "/operations/",
        "settings": "/settings/",
        "password": "/settings/password/",
        "not found": "/characters/99999999/",
    }
