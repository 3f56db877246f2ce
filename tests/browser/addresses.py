"""Every page of the product, by name: the tests of all pages and `script/screenshots` go by it."""

from dataclasses import dataclass

ADMINISTRATION = {
    "admin": "/admin/",
    "admin, variants": "/admin/variants/imagevariant/",
    "admin, characters": "/admin/characters/character/",
    "admin, sources": "/admin/characters/sourceimage/",
    "admin, decisions": "/admin/variants/reviewdecision/",
    "admin, jobs": "/admin/jobs/job/",
    "admin, queues": "/admin/jobs/jobqueue/",
    "admin, users": "/admin/people/user/",
    "admin, new user": "/admin/people/user/add/",
    "admin, thresholds": "/admin/qa/qathreshold/",
    "admin, face models": "/admin/qa/embeddingmodel/",
    "admin, servers": "/admin/comfy_bridge/comfyserver/",
    "admin, server": "/admin/comfy_bridge/comfyserver/1/change/",
    "admin, workflow": "/admin/comfy_bridge/workflow/1/change/",
    "admin, new workflow": "/admin/comfy_bridge/workflow/add/",
    "admin, record": "/admin/audit/auditevent/",
}


@dataclass(frozen=True)
class Shown:
    """The ids of what the pages are about: a hero, another candidate and a trashed one of a
    character, and a character without a source image."""

    project: int
    character: int
    empty: int
    source: int
    request: int
    variant: int
    other: int
    trashed: int
    search: int
    webhook: int
    job: int


def addresses(of: Shown) -> dict[str, str]:
    """Name to address, of all pages that a signed-in admin can open; the admin site is apart."""
    home = f"/characters/{of.character}/"
    return {
        "home": "/",
        "projects": "/projects/",
        "project": f"/projects/{of.project}/",
        "new project": "/projects/new/",
        "edit project": f"/projects/{of.project}/edit/",
        "new character": f"/projects/{of.project}/characters/new/",
        "edit character": f"{home}edit/",
        "gallery": home,
        "gallery, filtered to nothing": f"{home}?status=failed",
        "gallery, filtered and sorted": f"{home}?verdict=pass&since=2026-01-01&sort=likeness",
        "archived characters": "/?archived=yes",
        "generate": f"{home}generate/",
        "generate for several": f"/projects/{of.project}/generate/",
        "review": f"{home}review/?show=all",
        "review, nothing to decide": f"{home}review/?show=shortlist",
        "empty character": f"/characters/{of.empty}/",
        "history": f"{home}history/",
        "drift": f"{home}drift/",
        "trash": f"{home}trash/",
        "trash of the project": f"/projects/{of.project}/trash/",
        "variant in the trash": f"/variants/{of.trashed}/",
        "source": f"/sources/{of.source}/",
        "faces of the source": f"/sources/{of.source}/faces/",
        "request": f"/requests/{of.request}/",
        "who is this": f"/projects/{of.project}/who/",
        "who it may be": f"/who/{of.search}/",
        "variant": f"/variants/{of.variant}/",
        "versions": f"/variants/{of.variant}/versions/",
        "compare": f"/variants/{of.variant}/compare/?with={of.other}",
        "editing": f"{home}editing/",
        "add files": f"{home}add/",
        "import, into which project": "/imports/",
        "import a folder": f"/projects/{of.project}/import/",
        "inpaint": f"/variants/{of.variant}/inpaint/",
        "jobs": "/jobs/?whose=all",
        "jobs, failed": "/jobs/?status=failed",
        "jobs, filtered": "/jobs/?whose=mine&kind=variant.generate",
        "job": f"/jobs/{of.job}/",
        "find": "/find/?q=e",
        "operations": "/operations/",
        "webhooks": "/webhooks/",
        "webhook": f"/webhooks/{of.webhook}/",
        "settings": "/settings/",
        "profile": "/settings/profile/",
        "two-factor": "/settings/two-factor/",
        "password": "/settings/password/",
        "not found": "/characters/99999999/",
    }
