"""The main job, done from outside as three people would: through the REST API and nothing else."""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from script.launch.choosing import Choice, choose_workflow
from script.launch.places import PORTRAIT
from script.launch.telling import LaunchError, LiveLine, say
from script.launch.variant_table import table
from studio.client import Client
from studio.client.following import is_settled
from studio.client.rows import Check, Source, Variant

COUNT = 4
PROMPT = "studio portrait in a navy flight jacket, soft daylight, plain background"
POLL_S = 0.3
SERVERS_LIMIT_S = 45.0
OF_THE_PORTRAIT = {
    "statement": "A public-domain photograph of NASA, used to show the software.",
    "source": "NASA; shipped by scikit-image; see samples/README.md",
}
OF_ANOTHER = {
    "statement": "Whoever ran script/demo --image says to have the right to use this photo.",
    "source": "named on the command line of script/demo",
}


class MainJob:
    """One run: a new character from its photo to its hero. `page` is the character's address."""

    def __init__(
        self,
        address: str,
        passwords: Mapping[str, str],
        image: Path,
        checkpoint: str | None,
        servers: Sequence[str],
    ) -> None:
        self._admin = Client(address, "admin", passwords["admin"])
        self._creator = Client(address, "creator", passwords["creator"])
        self._reviewer = Client(address, "reviewer", passwords["reviewer"])
        self._image = image
        self._checkpoint = checkpoint
        self._servers = servers
        self._check: Callable[[], None] = lambda: None
        self._number = 0
        self.page = "/"

    def run(self, check: Callable[[], None]) -> None:
        """Do every step; `check` raises when the server behind it has ended.

        Raises ApiError or LaunchError, with a sentence, at the first step that did not happen.
        """
        self._check = check
        say("The main job, through the REST API:")
        for person in (self._admin, self._creator, self._reviewer):
            person.sign_in()
        self._tell("Signed in as admin, creator and reviewer")
        character = self._new_character(self._project())
        self._upload(character)
        self._approve_baseline(character)
        choice = self._choose()
        request = self._ask(character, choice)
        variants = self._follow(request)
        self._approve(character, variants)

    def _tell(self, text: str) -> None:
        self._number += 1
        say(f" {self._number:>2}  {text}")

    def _project(self) -> int:
        project = next((row for row in self._admin.projects() if row["name"] == "Demo"), None)
        made = "here already" if project else "made"
        project = project or self._admin.create_project("Demo", "Made by script/demo")
        for person in (self._creator, self._reviewer):
            if person.username not in project["members"]:
                project = self._admin.add_member(project["id"], person.username)
        self._tell(f"Project Demo ({made}), members: {', '.join(project['members'])}")
        return project["id"]

    def _new_character(self, project: int) -> int:
        portrait = self._image == PORTRAIT
        name = f"{'Eileen' if portrait else self._image.stem} {time.strftime('%Y-%m-%d %H:%M:%S')}"
        character = self._creator.create_character(project, name[-120:], "real_person")
        number = character["id"]
        self.page = f"/characters/{number}/"
        self._tell(f"Character “{character['name']}” made (id {number}), depicts a real person")
        words = OF_THE_PORTRAIT if portrait else OF_ANOTHER
        self._creator.attest(number, **words)
        self._tell(f"Attested for general use: {words['statement']}")
        return number

    def _upload(self, character: int) -> None:
        source = self._creator.upload_source(character, self._image)
        size = f"{source['width']} x {source['height']} px {source['format'].upper()}"
        self._tell(f"Uploaded {self._image.name}: {size}, sha256 {source['sha256'][:12]}…")
        for name, job in (("qa", source["jobs"]["qa"]), ("embedding", source["jobs"]["embedding"])):
            if job:
                self._follow_job(name, job)
        told = self._creator.source(character)
        report = told["qa"]
        if report is None:
            raise LaunchError("The source image has no report of its checks.")
        checks = report["checks"]
        measured = sum(1 for check in checks if check["verdict"])
        passed = sum(1 for check in checks if check["verdict"] == "pass")
        self._tell(f"QA: {report['verdict']} ({passed} of {measured} checks passed)")
        for check in checks:
            if check["verdict"] in {"warn", "fail"}:
                say(f"       {check['verdict']}: {check['sentence']}")
        self._tell_face(told, checks)

    def _tell_face(self, told: Source, checks: Sequence[Check]) -> None:
        count = next(check for check in checks if check["check"] == "face_count")
        face = told["face"]
        if face is None:
            raise LaunchError(f"{count['sentence']} The demo needs a photo with one face.")
        left, top, right, bottom = (round(edge) for edge in face["box"])
        self._tell(
            f"Face: {right - left} x {bottom - top} px at ({left}, {top}), confidence "
            f"{face['confidence']:.4f}; embedded by {face['model']} {face['model_version']}"
        )

    def _follow_job(self, name: str, job: int) -> None:
        line = LiveLine()
        for row in self._creator.watch_job(job):
            self._check()
            line.show(f"     {name} job {job}: {row['status']}, {row['progress']:.0%}")
        line.clear()
        if row["status"] != "succeeded":
            raise LaunchError(f"The job “{row['title']}” {row['status']}: {row['error']}")
        self._tell(f"Job {job} ({name}) {row['status']}")

    def _approve_baseline(self, character: int) -> None:
        done = self._creator.approve_baseline(character)
        if done["base_image_status"] != "approved":
            raise LaunchError(f"The baseline is {done['base_image_status']}, not approved.")
        self._tell("Baseline approved by creator; the appearance is locked")

    def _choose(self) -> Choice:
        servers = self._online_servers()
        checkpoints = sorted({name for row in servers for name in row["checkpoints"]})
        choice = choose_workflow(list(self._creator.workflows()), checkpoints, self._checkpoint)
        names = ", ".join(f"{row['name']} (ComfyUI {row['version']})" for row in servers)
        self._tell(f"ComfyUI online: {names}")
        self._tell(f"Workflow “{choice.name}”, because {choice.why}")
        return choice

    def _online_servers(self) -> list[Any]:
        """The servers of this run, once the product has found each of them well."""
        until = time.monotonic() + SERVERS_LIMIT_S
        while True:
            self._check()
            mine = [r for r in self._admin.each("comfy-servers") if r["url"] in self._servers]
            if len(mine) == len(self._servers) and all(r["status"] == "online" for r in mine):
                return mine
            if time.monotonic() > until:
                told = "; ".join(f"{r['url']} {r['status']} {r['last_error']}" for r in mine)
                raise LaunchError(f"A ComfyUI server is not online: {told or self._servers}")
            time.sleep(POLL_S)

    def _ask(self, character: int, choice: Choice) -> int:
        wish: dict[str, Any] = {"count": COUNT, "prompt": PROMPT}
        if choice.checkpoint:
            wish["checkpoint"] = choice.checkpoint
        asked = self._creator.generate(character, "clothed", choice.workflow, **wish)
        self._tell(
            f"Asked for {COUNT} candidates (request {asked['request_id']}): variants "
            + ", ".join(str(number) for number in asked["variant_ids"])
        )
        return asked["request_id"]

    def _follow(self, request: int) -> list[Variant]:
        """Until every candidate is made and judged: the variants, all of them with a file."""
        line = LiveLine()
        for row in self._creator.watch_request(request):
            self._check()
            now = "; ".join(f"{one['id']} {_state(one)}" for one in row["variants"])
            line.show(f"     {line.elapsed_s:.0f} s  {now}")
        line.clear()
        variants = row["variants"]
        self._tell(f"Candidates made and checked in {line.elapsed_s:.1f} s:")
        say("\n".join(f"       {one}" for one in table(variants).splitlines()))
        for one in variants:
            if one["status"] != "generated":
                raise LaunchError(f"Variant {one['id']} {one['status']}: {one['error']}")
        return variants

    def _approve(self, character: int, variants: Sequence[Variant]) -> None:
        measured = {row["id"]: row["likeness"] for row in variants if row["likeness"] is not None}
        if not measured:
            raise LaunchError("No candidate has a face whose likeness could be measured.")
        best = max(measured, key=measured.__getitem__)
        self._reviewer.approve(self._reviewer.variant(character, best))
        heroes = [row["id"] for row in self._reviewer.scene_seeds(character)]
        if heroes != [best]:
            raise LaunchError(f"Variant {best} should be the only hero, but there is {heroes}.")
        hero = self._reviewer.variant(character, best)
        self._tell(
            f"Variant {best} approved by reviewer for its likeness {measured[best]:.3f}; "
            "scene-seeds lists it as the only hero"
        )
        content = self._reviewer.file_of(hero)
        found = hashlib.sha256(content).hexdigest()
        if found != hero["sha256"]:
            raise LaunchError(f"The hero's file has sha256 {found}, not {hero['sha256']}.")
        self._tell(f"Hero downloaded: {len(content):,} bytes, sha256 {found[:12]}… as recorded")


def _state(variant: Variant) -> str:
    if variant["status"] in {"pending", "generating"}:
        return f"{variant['progress']:.0%} {variant['note']}".strip()
    return variant["status"] if is_settled(variant) else "checking"
