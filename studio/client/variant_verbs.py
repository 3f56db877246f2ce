"""Verbs about variants: asking for them, following, deciding, editing elsewhere."""

from argparse import Namespace
from itertools import islice
from pathlib import Path
from typing import Any

from studio.client import ApiError, Client
from studio.client.rows import Job, Variant
from studio.client.verbs import CHARACTER, FILE, KEY, LIMIT, WAIT, arg, verb

VARIANT = arg("variant", type=int, help="its id")
NOTE = arg("--note", default="", help="kept with the decision")
INTO = arg("--into", type=Path, default=Path(), metavar="FOLDER", help="default: this one")
SEEN = arg("--revision", type=int, metavar="N", help="refuse when it has changed since")
COUNT = arg("--count", type=int, default=1, metavar="N", help="how many; default: 1")
SEED = arg("--seed", type=int, metavar="N", help="of the first; without it, drawn")
KEEP_SIZE = arg("--keep-size", action="store_true", help="take a file of another size too")
OF_VARIANT = (
    "id", "variant_type", "status", "is_hero", "shortlisted", "version", "seed", "qa_verdict",
    "likeness", "revision",
)  # fmt: skip
OF_CANDIDATE = ("request", *OF_VARIANT, "error")
OF_STEP = ("step", "verb", "undone", "changed", "refused")


@verb(
    "generate",
    CHARACTER,
    arg("--type", default="clothed", help="the variant type; default: clothed"),
    arg("--workflow", required=True, metavar="NAME", help="one of `workflows`"),
    arg("--prompt", default=""),
    COUNT, SEED, KEY, WAIT,
    shows=OF_CANDIDATE,
)  # fmt: skip
def generate(studio: Client, asked: Namespace) -> list[Variant]:
    """Ask for candidates."""
    workflow = studio.workflow(asked.workflow)["id"]
    wish = {"count": asked.count, "prompt": asked.prompt, "seed": asked.seed}
    made = studio.generate(asked.character, asked.type, workflow, key=asked.key, **wish)
    return _candidates(studio, made["request_id"], wait=asked.wait)


@verb(
    "inpaint",
    CHARACTER,
    arg("image", help="s-12 for source image 12, v-34 for variant 34"),
    arg("mask", type=Path, help="a grey PNG of the image's size: white is what changes"),
    arg("--prompt", required=True),
    COUNT, SEED, KEY, WAIT,
    shows=OF_CANDIDATE,
)  # fmt: skip
def inpaint(studio: Client, asked: Namespace) -> list[Variant]:
    """Change what a mask covers of an image."""
    wish = {"count": asked.count, "seed": asked.seed}
    made = studio.inpaint(
        asked.character, asked.image, asked.prompt, asked.mask, key=asked.key, **wish
    )
    return _candidates(studio, made["request_id"], wait=asked.wait)


@verb("request", arg("request", type=int, help="its id"), WAIT, shows=OF_CANDIDATE)
def request(studio: Client, asked: Namespace) -> list[Variant]:
    """Show the candidates of a generation request."""
    return _candidates(studio, asked.request, wait=asked.wait)


@verb(
    "job",
    arg("job", type=int, help="its id"),
    arg("--wait", action="store_true", help="until it has ended"),
    shows=("id", "kind", "title", "status", "progress", "error"),
)
def job(studio: Client, asked: Namespace) -> Job:
    """Show a unit of background work."""
    return studio.wait_for_job(asked.job) if asked.wait else studio.job(asked.job)


@verb(
    "variants",
    CHARACTER,
    arg("--type"),
    arg("--status"),
    arg("--verdict", choices=("pass", "warn", "fail", "none")),
    arg("--likeness", choices=("match", "check", "differs", "none")),
    arg("--shortlisted", choices=("yes", "no")),
    LIMIT,
    shows=OF_VARIANT,
)
def variants(studio: Client, asked: Namespace) -> list[Variant]:
    """List the variants of a character, newest first."""
    names = ("type", "status", "verdict", "likeness", "shortlisted")
    filters = {name: getattr(asked, name) for name in names}
    return list(islice(studio.variants(asked.character, **filters), asked.limit))


@verb("scene-seeds", CHARACTER, shows=OF_VARIANT)
def scene_seeds(studio: Client, asked: Namespace) -> list[Variant]:
    """List the heroes of a character."""
    return list(studio.scene_seeds(asked.character))


@verb("approve", CHARACTER, VARIANT, NOTE, SEEN, shows=OF_VARIANT)
def approve(studio: Client, asked: Namespace) -> Variant:
    """Make a variant the hero of its type."""
    return studio.approve(_seen(studio, asked), asked.note)


@verb(
    "reject",
    CHARACTER, VARIANT,
    arg("--reason", action="append", default=[], help="one of the studio's; as often as needed"),
    NOTE, SEEN,
    shows=OF_VARIANT,
)  # fmt: skip
def reject(studio: Client, asked: Namespace) -> Variant:
    """Reject a variant."""
    return studio.reject(_seen(studio, asked), asked.reason, asked.note)


@verb(
    "shortlist",
    CHARACTER, VARIANT,
    arg("--off", action="store_true", help="take it off the short list"),
    SEEN,
    shows=OF_VARIANT,
)  # fmt: skip
def shortlist(studio: Client, asked: Namespace) -> Variant:
    """Put a variant on the short list."""
    return studio.shortlist(_seen(studio, asked), on=not asked.off)


@verb("undo", CHARACTER, arg("variant", type=int, nargs="?", help="its id"), shows=OF_STEP)
def undo(studio: Client, asked: Namespace) -> dict[str, Any]:
    """Take back my last decision about a variant, or about anything of a character."""
    if asked.variant is None:
        done = studio.undo_last(asked.character)
    else:
        done = studio.undo(studio.variant(asked.character, asked.variant))
    return {**done, "changed": [row["id"] for row in done["variants"]]}


@verb("export", CHARACTER, VARIANT, INTO, shows=("file", "sidecar", "sha256"))
def export(studio: Client, asked: Namespace) -> dict[str, Any]:
    """Give a variant out to be edited: its file and its sidecar, into a folder."""
    made = studio.export(studio.variant(asked.character, asked.variant))
    file = asked.into / Path(made["file_name"]).name
    sidecar = file.with_name(f"{file.name}.json")
    file.write_bytes(studio.download(made["download_url"]))
    sidecar.write_bytes(studio.download(made["sidecar_url"]))
    return {**made, "file": str(file), "sidecar": str(sidecar)}


@verb(
    "reimport",
    CHARACTER, FILE,
    arg("--variant", type=int, metavar="ID", help="what it is an edit of; else the file tells"),
    KEEP_SIZE,
    shows=("id", "parent_variant", "version", "matched_by", "notes"),
)  # fmt: skip
def reimport(studio: Client, asked: Namespace) -> Any:
    """Make an edited file the next version of the variant that it was."""
    if asked.variant is None:
        return studio.reimport_found(asked.character, asked.file, keep_size=asked.keep_size)
    row = studio.variant(asked.character, asked.variant)
    return studio.reimport(row, asked.file, keep_size=asked.keep_size)


@verb("download", CHARACTER, VARIANT, INTO, shows=("file", "sha256"))
def download(studio: Client, asked: Namespace) -> dict[str, Any]:
    """Fetch the file of a variant into a folder."""
    row = studio.variant(asked.character, asked.variant)
    content = studio.file_of(row)
    file = asked.into / f"variant-{row['id']}.{row['format']}"
    file.write_bytes(content)
    return {**row, "file": str(file)}


def _candidates(studio: Client, request_id: int, *, wait: bool) -> list[Variant]:
    """The request's candidates. With `wait` raises ApiError when one has not come out."""
    if not wait:
        return studio.request(request_id)["variants"]
    found = studio.wait_for_request(request_id)
    lost = [row for row in found["variants"] if row["status"] in {"failed", "cancelled"}]
    if lost:
        first, of = lost[0], len(found["variants"])
        words = f"{len(lost)} of {of} candidates did not come out. {first['error']}".rstrip()
        raise ApiError(0, first["error_code"] or first["status"], words, {"request": found})
    return found["variants"]


def _seen(studio: Client, asked: Namespace) -> Variant:
    """The variant as it is, or as it was when somebody looked at it."""
    row = studio.variant(asked.character, asked.variant)
    if asked.revision is not None:
        row["revision"] = asked.revision
    return row
