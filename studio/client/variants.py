"""Calls about variants: asking for them, deciding, editing elsewhere."""

import base64
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from studio.client.errors import ApiError
from studio.client.following import Following
from studio.client.rows import Export, Ordered, Returned, Undone, Variant, Workflow


class Variants(Following):
    """From an approved baseline to a hero. What takes a `Variant` sends the revision it has."""

    def workflows(self) -> Iterator[Workflow]:
        """The workflows that candidates can be asked of."""
        return self.each("workflows")

    def workflow(self, name: str) -> Workflow:
        """The workflow of that name. Raises ApiError where there is none."""
        for row in self.workflows():
            if row["name"] == name:
                return row
        raise ApiError(404, "not_found", f"The studio has no workflow {name!r}.")

    def generate(
        self, character: int, variant_type: str, workflow_id: int, *, key: str = "", **wish: Any
    ) -> Ordered:
        """Ask for candidates: `count`, `prompt`, `seed` and whatever else the API takes."""
        body = {"variant_type": variant_type, "workflow_id": workflow_id, **wish}
        path = f"characters/{character}/variants/generate"
        return cast("Ordered", self.send("POST", path, body, key=key))

    def inpaint(
        self, character: int, image: str, prompt: str, mask: Path, *, key: str = "", **wish: Any
    ) -> Ordered:
        """Change what a mask covers: a grey PNG of the image's size, white is what changes.

        `image` is `s-12` for source image 12, `v-34` for variant 34.
        """
        drawn = base64.b64encode(mask.read_bytes()).decode()
        body = {"prompt": prompt, "mask": drawn, **wish}
        path = f"characters/{character}/images/{image}/inpaint"
        return cast("Ordered", self.send("POST", path, body, key=key))

    def variants(self, character: int, **filters: object) -> Iterator[Variant]:
        """Variants of a character, newest first: `status="generated"`, `type`, `likeness_min` …"""
        return self.each(f"characters/{character}/variants", **filters)

    def variant(self, character: int, variant: int) -> Variant:
        """One variant."""
        return cast("Variant", self.get(f"characters/{character}/variants/{variant}"))

    def file_of(self, variant: Variant) -> bytes:
        """The bytes of its file, as they were made. Raises ApiError where there is none."""
        if variant["file_url"] is None:
            raise ApiError(404, "no_file", f"Variant {variant['id']} has no file to be seen.")
        return self.download(variant["file_url"])

    def scene_seeds(self, character: int) -> Iterator[Variant]:
        """The heroes: one for each type that has one."""
        return self.each(f"characters/{character}/scene-seeds")

    def approve(self, variant: Variant, note: str = "") -> Variant:
        """Make it the hero of its type."""
        return cast("Variant", self._decide(variant, "approve", {"note": note}))

    def reject(self, variant: Variant, reasons: Sequence[str] = (), note: str = "") -> Variant:
        """Reject it, with reasons of the studio's list."""
        return cast(
            "Variant", self._decide(variant, "reject", {"reasons": list(reasons), "note": note})
        )

    def shortlist(self, variant: Variant, *, on: bool = True) -> Variant:
        """Put it on the short list, or take it off."""
        return cast("Variant", self._decide(variant, "shortlist" if on else "unshortlist", {}))

    def undo(self, variant: Variant) -> Undone:
        """Take back my last decision about it."""
        return cast("Undone", self._decide(variant, "undo", {}))

    def undo_last(self, character: int) -> Undone:
        """Take back my last decision about anything of a character."""
        return cast("Undone", self.post(f"characters/{character}/undo"))

    def export(self, variant: Variant) -> Export:
        """Give it out to be edited elsewhere; fetch it with `download(row["download_url"])`."""
        return cast("Export", self.post(_path(variant, "export")))

    def reimport(self, variant: Variant, file: Path, *, keep_size: bool = False) -> Returned:
        """Make an edited file the variant's next version."""
        body = {"keep_size": keep_size}
        return cast("Returned", self.send("POST", _path(variant, "reimport"), body, file=file))

    def reimport_found(self, character: int, file: Path, *, keep_size: bool = False) -> Returned:
        """The same where the file itself tells which variant it is an edit of."""
        path, body = f"characters/{character}/reimport", {"keep_size": keep_size}
        return cast("Returned", self.send("POST", path, body, file=file))

    def _decide(self, variant: Variant, verb: str, body: dict[str, Any]) -> Any:
        return self.send("POST", _path(variant, verb), body, revision=variant["revision"])


def _path(variant: Variant, verb: str) -> str:
    return f"characters/{variant['character']}/variants/{variant['id']}/{verb}"
