"""Calls about projects, characters, their source images and baselines."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from studio.client.errors import ApiError
from studio.client.following import Following
from studio.client.rows import Character, Project, Source


class Characters(Following):
    """From a project to a character whose baseline is approved."""

    def projects(self) -> Iterator[Project]:
        """My projects, newest first."""
        return self.each("projects")

    def create_project(self, name: str, description: str = "") -> Project:
        """A new project; for admins."""
        return cast("Project", self.post("projects", {"name": name, "description": description}))

    def add_member(self, project: int, username: str) -> Project:
        """Make somebody a member; for admins."""
        return cast("Project", self.post(f"projects/{project}/members", {"username": username}))

    def characters(self, project: int | None = None) -> Iterator[Character]:
        """The characters that I may see, or those of one project, newest first."""
        return self.each("characters", project=project)

    def create_character(
        self, project: int, name: str, depicts: str = "fictional", *, key: str = "", **more: Any
    ) -> Character:
        """A new character; `depicts` is `fictional`, `real_person` or `unknown`."""
        body = {"project": project, "name": name, "depicts": depicts, **more}
        return cast("Character", self.send("POST", "characters", body, key=key))

    def character(self, character: int) -> Character:
        """One character."""
        return cast("Character", self.get(f"characters/{character}"))

    def attest(self, character: int, statement: str, source: str) -> None:
        """Say where the right to use a real person's likeness comes from."""
        said = {"statement": statement, "source": source}
        self.post(f"characters/{character}/attestation", said)

    def upload_source(self, character: int, file: Path, *, key: str = "") -> Source:
        """Make a file the current source image; its checks begin."""
        path = f"characters/{character}/source-image"
        return cast("Source", self.send("POST", path, file=file, key=key))

    def source(self, character: int) -> Source:
        """The current source image and what its checks say."""
        return cast("Source", self.get(f"characters/{character}/source-image"))

    def wait_for_qa(self, character: int) -> Source:
        """The source image once it is checked. Raises ApiError where a check could not be done."""
        jobs = self.source(character)["jobs"]
        for job in (jobs["qa"], jobs["embedding"]):
            ended = self.wait_for_job(job) if job else None
            if ended and ended["status"] != "succeeded":
                raise ApiError(0, ended["error_code"] or ended["status"], ended["error"])
        return self.source(character)

    def approve_baseline(self, character: int, reason: str = "") -> Character:
        """Approve the source image, so that candidates can be asked for."""
        path = f"characters/{character}/seed-image/approve"
        return cast("Character", self.post(path, {"reason": reason}))
