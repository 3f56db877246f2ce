"""Brings a running product into the states worth a picture, and has them taken.

`python -m script.launch.picturing ADDRESS SANDBOX PASSWORDS FOLDER CHROMIUM [WORD ...]`
"""

import io
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx
from PIL import Image, ImageEnhance
from playwright.sync_api import Page, sync_playwright

from script.launch.camera import Camera
from script.launch.main_job import MainJob
from script.launch.places import PORTRAIT
from script.launch.telling import say
from studio.client import Client
from studio.client.rows import Variant
from tests.browser.addresses import ADMINISTRATION, Shown, addresses

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class Scenes:
    """The states of one product, made through its API and the sandbox's switches."""

    def __init__(self, address: str, sandbox: str, passwords: dict[str, str]) -> None:
        self._address = address
        self._sandbox = sandbox
        self._passwords = passwords
        self._creator = Client(address, "creator", passwords["creator"])
        self.character = 0

    @property
    def page(self) -> str:
        """The address of the character's gallery."""
        return f"/characters/{self.character}/"

    def main_job(self) -> None:
        """The demo's main job: a project, a character, four candidates, a hero."""
        job = MainJob(self._address, self._passwords, PORTRAIT, None, [self._sandbox])
        job.run(lambda: None)
        self.character = int(job.page.strip("/").rpartition("/")[2])
        self._creator.send("PATCH", f"characters/{self.character}", {"name": "Eileen"})

    def another_character(self) -> int:
        """A character without a source image; its id."""
        project = next(self._creator.projects())["id"]
        return self._creator.create_character(project, "Mae")["id"]

    def ask(self, count: int, workflow: str) -> int:
        """Ask for candidates; the request's id."""
        number = self._creator.workflow(workflow)["id"]
        prompt = "three quarter portrait in a leather jacket, overcast street, evening"
        wish: dict[str, Any] = {"count": count, "prompt": prompt}
        return self._creator.generate(self.character, "clothed", number, **wish)["request_id"]

    def settle(self, request: int) -> None:
        """Wait until its candidates are made and judged, or failed."""
        self._creator.wait_for_request(request)

    def reject(self, variant: Variant) -> None:
        """Reject a candidate."""
        self._creator.reject(variant)

    def variants(self) -> list[Variant]:
        """All variants of the character."""
        return list(self._creator.variants(self.character))

    def export(self, variant: Variant) -> None:
        """Give a candidate out for editing and take its own file back as the next version."""
        given = self._creator.export(variant)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / given["file_name"]
            content = self._creator.download(given["download_url"])
            with Image.open(io.BytesIO(content)) as picture:
                ImageEnhance.Color(picture.convert("RGB")).enhance(0.2).save(file)
            self._creator.reimport(variant, file)

    def pages(self, request: int, empty: int) -> dict[str, str]:
        """Every page, by name, on the hero, another candidate and one that goes to the trash."""
        rows = self.variants()
        hero = next(row["id"] for row in rows if row["is_hero"])
        other, trashed = [row["id"] for row in rows if row["status"] == "generated"][:2]
        admin = Client(self._address, "admin", self._passwords["admin"])
        admin.send("DELETE", f"characters/{self.character}/variants/{trashed}")
        project = next(self._creator.projects())["id"]
        search = admin.post(f"projects/{project}/likeness-searches", {"image": f"v-{hero}"})
        told = {"name": "Wall", "url": "https://1.1.1.1/", "events": ["variant.approved"]}
        return addresses(
            Shown(
                project=project,
                character=self.character,
                empty=empty,
                source=self._creator.source(self.character)["id"],
                request=request,
                variant=hero,
                other=other,
                trashed=trashed,
                search=search["id"],
                webhook=admin.post("webhooks", told | {"project": project})["id"],
                job=admin.get("jobs?limit=1")["results"][0]["id"],
            )
        )

    def faults(self, **switches: object) -> None:
        """Turn the sandbox's switches; the others go off."""
        body = {"reset": True, **switches}
        httpx.post(f"{self._sandbox}/sandbox/faults", json=body).raise_for_status()


def take(camera: Camera, scenes: Scenes) -> None:
    """All pictures, in the order in which the states come about."""
    camera.shoot("sign in", "/sign-in/", "")
    camera.shoot("home, empty", "/")
    scenes.main_job()
    hero = next(row for row in scenes.variants() if row["is_hero"])
    scenes.export(hero)
    scenes.reject([row for row in scenes.variants() if row["status"] == "generated"][-1])
    more = scenes.ask(4, "modelfree_img2img")
    scenes.settle(more)
    other = scenes.another_character()
    say("      Pictures of the pages")
    for name, address in (scenes.pages(more, other) | ADMINISTRATION).items():
        camera.shoot(name, address, "admin")
    camera.shoot("upload, refused", f"/characters/{other}/", act=_drop_a_text_file)
    camera.shoot("cards", scenes.page, act=_scroll_to_cards)
    camera.shoot("large", scenes.page, act=_look_at_the_first)
    camera.shoot("findings", f"/variants/{hero['id']}/", act=_draw_the_findings)
    say("      Pictures of work that goes on, and of work that failed")
    scenes.faults(slow=40)
    asked = scenes.ask(3, "sd_img2img")
    camera.shoot("generating", scenes.page, act=_wait_for_a_preview)
    scenes.faults()
    scenes.settle(asked)
    scenes.faults(down=True)
    scenes.settle(scenes.ask(2, "sd_img2img"))
    camera.shoot("failed", scenes.page, act=_scroll_to_cards)


def _drop_a_text_file(page: Page) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "portrait.png"
        file.write_text("This is not a picture.\n", encoding="utf-8")
        page.locator("input[type=file]").set_input_files(file)
        page.get_by_role("alert").filter(has_text=".").first.wait_for()


def _scroll_to_cards(page: Page) -> None:
    page.locator("[data-cards] .card").first.wait_for()
    page.locator(".gallery").evaluate("(one) => one.scrollIntoView()")
    page.mouse.wheel(0, -64)
    page.locator("[data-cards] .card").nth(1).hover()


def _look_at_the_first(page: Page) -> None:
    page.locator(".card:has(a.pic)").first.focus()
    page.keyboard.press("Space")
    page.locator("#look[open]").wait_for()


def _draw_the_findings(page: Page) -> None:
    page.keyboard.press("q")
    page.locator(".finding-counts").wait_for()


def _wait_for_a_preview(page: Page) -> None:
    page.locator(".card .progress img").first.wait_for()
    page.locator("[data-cards] .card").first.scroll_into_view_if_needed()


def main(arguments: list[str]) -> int:
    """Take them all and say what they weigh; 0 when every picture was taken."""
    address, sandbox, passwords_file, into, chromium, *words = arguments
    passwords: dict[str, str] = json.loads(Path(passwords_file).read_text("utf-8"))
    folder = Path(into)
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        camera = Camera(browser, address, passwords, folder, words)
        take(camera, Scenes(address, sandbox, passwords))
        browser.close()
    if not camera.taken:
        say(f"      No page has any of these words in its name: {', '.join(words)}.")
        return 1
    sizes = [file.stat().st_size for file in camera.taken]
    say(f"      {len(sizes)} pictures, {sum(sizes) / 1e6:.1f} MB, the largest {max(sizes):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
