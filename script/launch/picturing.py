"""Brings a running product into the states worth a picture, and has them taken.

`python -m script.launch.picturing ADDRESS SANDBOX PASSWORDS FOLDER CHROMIUM`
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright

from script.launch.api_client import Api
from script.launch.camera import Camera
from script.launch.main_job import MainJob
from script.launch.places import PORTRAIT
from script.launch.telling import LaunchError, say

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WORK_S = 180.0
ENDED = {"generated", "failed", "approved", "rejected"}


class Scenes:
    """The states of one product, made through its API and the sandbox's switches."""

    def __init__(self, address: str, sandbox: str, passwords: dict[str, str]) -> None:
        self._address = address
        self._sandbox = sandbox
        self._passwords = passwords
        self._creator = Api(address, "creator", passwords["creator"])
        self.character = 0

    @property
    def page(self) -> str:
        """The address of the character's gallery."""
        return f"/characters/{self.character}/"

    def main_job(self) -> None:
        """The demo's main job: a project, a character, four candidates, a hero."""
        job = MainJob(self._address, self._passwords, PORTRAIT, None, [self._sandbox])
        job.run(lambda: None)
        self._creator.sign_in()
        self.character = int(job.page.strip("/").rpartition("/")[2])
        self._rename("Eileen")

    def _rename(self, name: str) -> None:
        root = f"{self._address}/api/v1"
        who = {"username": "admin", "password": self._passwords["admin"]}
        token = httpx.post(f"{root}/auth/token", json=who).raise_for_status().json()["access"]
        bearer = {"Authorization": f"Bearer {token}"}
        url = f"{root}/characters/{self.character}"
        httpx.patch(url, json={"name": name}, headers=bearer).raise_for_status()

    def another_character(self) -> str:
        """A character without a source image; its page."""
        project = self._creator.get("projects")["results"][0]["id"]
        body = {"project": project, "name": "Mae", "depicts": "fictional"}
        return f"/characters/{self._creator.post('characters', body)['id']}/"

    def ask(self, count: int, workflow: str) -> list[int]:
        """Ask for candidates; their ids."""
        rows = self._creator.get("workflows")["results"]
        wish = {
            "variant_type": "clothed",
            "workflow_id": next(row["id"] for row in rows if row["name"] == workflow),
            "count": count,
            "prompt": "three quarter portrait in a leather jacket, overcast street, evening",
        }
        asked = self._creator.post(f"characters/{self.character}/variants/generate", wish)
        return [int(pk) for pk in asked["variant_ids"]]

    def settle(self, variants: list[int]) -> None:
        """Wait until these are made and judged, or failed."""
        until = time.monotonic() + WORK_S
        while any(not self._settled(variant) for variant in variants):
            if time.monotonic() > until:
                raise LaunchError(f"The variants {variants} did not come to an end.")
            time.sleep(0.2)

    def reject(self, variant: int) -> None:
        """Reject a candidate."""
        self._creator.post(f"characters/{self.character}/variants/{variant}/reject")

    def variants(self) -> list[Any]:
        """All variants of the character."""
        rows: list[Any] = self._creator.get(f"characters/{self.character}/variants")["results"]
        return rows

    def faults(self, **switches: object) -> None:
        """Turn the sandbox's switches; the others go off."""
        body = {"reset": True, **switches}
        httpx.post(f"{self._sandbox}/sandbox/faults", json=body).raise_for_status()

    def _settled(self, variant: int) -> bool:
        row = self._creator.get(f"characters/{self.character}/variants/{variant}")
        if row["status"] == "generated":
            return row["qa_status"] not in {"none", "run"}
        return row["status"] in ENDED


def take(camera: Camera, scenes: Scenes) -> None:
    """All pictures, in the order in which the states come about."""
    camera.shoot("sign-in", "/sign-in/", "")
    camera.shoot("home-empty", "/")
    scenes.main_job()
    first = next(row["id"] for row in scenes.variants() if not row["is_hero"])
    scenes.reject(first)
    more = scenes.ask(4, "modelfree_img2img")
    scenes.settle(more)
    say("      Pictures of the pages")
    hero = next(row["id"] for row in scenes.variants() if row["is_hero"])
    other = scenes.another_character()
    camera.shoot("home", "/")
    camera.shoot("project", "/projects/1/")
    camera.shoot("upload", other)
    camera.shoot("upload-refused", other, act=_drop_a_text_file)
    camera.shoot("character", scenes.page)
    camera.shoot("cards", scenes.page, act=_scroll_to_cards)
    camera.shoot("large", scenes.page, act=_look_at_the_first)
    camera.shoot("generate", f"{scenes.page}generate/")
    camera.shoot("variant", f"/variants/{hero}/")
    camera.shoot("history", f"{scenes.page}history/")
    camera.shoot("settings", "/settings/")
    camera.shoot("admin", "/admin/variants/imagevariant/", "admin")
    say("      Pictures of work that goes on, and of work that failed")
    scenes.faults(slow=40)
    asked = scenes.ask(3, "sd_img2img")
    camera.shoot("generating", scenes.page, act=_wait_for_a_preview)
    scenes.faults()
    scenes.settle(asked)
    scenes.faults(down=True)
    scenes.settle(scenes.ask(2, "sd_img2img"))
    camera.shoot("failed", scenes.page, act=_scroll_to_cards)
    camera.shoot("jobs", "/jobs/")


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


def _wait_for_a_preview(page: Page) -> None:
    page.locator(".card .progress img").first.wait_for()
    page.locator("[data-cards] .card").first.scroll_into_view_if_needed()


def main(arguments: list[str]) -> int:
    """Take them all and say what they weigh; 0 when every picture was taken."""
    address, sandbox, passwords_file, into, chromium = arguments
    passwords: dict[str, str] = json.loads(Path(passwords_file).read_text("utf-8"))
    folder = Path(into)
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        camera = Camera(browser, address, passwords, folder)
        take(camera, Scenes(address, sandbox, passwords))
        browser.close()
    sizes = [file.stat().st_size for file in camera.taken]
    say(f"      {len(sizes)} pictures, {sum(sizes) / 1e6:.1f} MB, the largest {max(sizes):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
