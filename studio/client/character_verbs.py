"""Verbs about signing in, projects, characters and their source images."""

from argparse import Namespace
from itertools import islice
from typing import Any

from studio.client import Client
from studio.client.rows import Character, Project, Source, Workflow
from studio.client.verbs import CHARACTER, FILE, KEY, LIMIT, arg, verb

OF_CHARACTER = ("id", "project", "name", "depicts", "base_image_status")
OF_SOURCE = ("id", "character", "version", "width", "height", "format", "verdict", "sha256")


@verb("sign-in", shows=("access",))
def sign_in(studio: Client, _: Namespace) -> dict[str, str]:
    """Show an access token, good for ten minutes: STUDIO_TOKEN takes it."""
    return studio.sign_in()


@verb("projects", LIMIT, shows=("id", "name", "members"))
def projects(studio: Client, asked: Namespace) -> list[Project]:
    """List the projects that I am a member of."""
    return list(islice(studio.projects(), asked.limit))


@verb(
    "characters",
    arg("--project", type=int, metavar="ID", help="those of this project"),
    LIMIT,
    shows=OF_CHARACTER,
)
def characters(studio: Client, asked: Namespace) -> list[Character]:
    """List the characters that I may see, newest first."""
    return list(islice(studio.characters(asked.project), asked.limit))


@verb(
    "create-character",
    arg("project", type=int, help="the project's id"),
    arg("name"),
    arg("--depicts", default="fictional", choices=("fictional", "real_person", "unknown")),
    KEY,
    shows=OF_CHARACTER,
)
def create_character(studio: Client, asked: Namespace) -> Character:
    """Make a character."""
    return studio.create_character(asked.project, asked.name, asked.depicts, key=asked.key)


@verb(
    "attest",
    CHARACTER,
    arg("--statement", required=True, help="what gives the right to use the likeness"),
    arg("--source", required=True, help="where that is written, or who says it"),
    shows=OF_CHARACTER,
)
def attest(studio: Client, asked: Namespace) -> Character:
    """Attest the right to use the likeness of the real person whom a character depicts."""
    studio.attest(asked.character, asked.statement, asked.source)
    return studio.character(asked.character)


@verb(
    "upload",
    CHARACTER,
    FILE,
    KEY,
    arg("--wait", action="store_true", help="until it is checked"),
    shows=OF_SOURCE,
)
def upload(studio: Client, asked: Namespace) -> dict[str, Any]:
    """Make a file the source image of a character."""
    made = studio.upload_source(asked.character, asked.file, key=asked.key)
    return _judged(studio.wait_for_qa(asked.character) if asked.wait else made)


@verb("source", CHARACTER, shows=OF_SOURCE)
def source(studio: Client, asked: Namespace) -> dict[str, Any]:
    """Show the source image of a character, and what its checks say."""
    return _judged(studio.source(asked.character))


@verb("approve-baseline", CHARACTER, shows=OF_CHARACTER)
def approve_baseline(studio: Client, asked: Namespace) -> Character:
    """Approve the source image, so that candidates can be asked for."""
    return studio.approve_baseline(asked.character)


@verb("workflows", shows=("id", "name", "kind", "title"))
def workflows(studio: Client, _: Namespace) -> list[Workflow]:
    """List the workflows that candidates can be asked of."""
    return list(studio.workflows())


def _judged(row: Source) -> dict[str, Any]:
    """The row with the verdict of its report beside the rest."""
    return {**row, "verdict": row["qa"]["verdict"] if row["qa"] else None}
