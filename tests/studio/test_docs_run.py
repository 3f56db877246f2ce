"""The examples of docs/api.md run from top to bottom against a live server; the command works."""

import json
import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from studio.lib import pictures
from tests import make

ROOT = Path(__file__).parent.parent.parent
BLOCK = re.compile(r"^```(bash|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = BLOCK.findall((ROOT / "docs" / "api.md").read_text())


def test_there_are_examples_of_both_kinds():
    assert {kind for kind, _ in EXAMPLES} == {"bash", "python"}


def test_every_example_of_the_page_runs(committed, live_server, settings):
    make.user("docs", "Admin")
    database = connection.settings_dict
    url = f"sqlite:///{database['NAME']}" if connection.vendor == "sqlite" else _url(database)
    environment = {
        **os.environ,
        "STUDIO": live_server.url, "WHO": "docs", "PASSWORD": make.PASSWORD,
        "PICTURE": str(make.PORTRAIT), "DATABASE_URL": url, "PYTHONPATH": str(ROOT),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }  # fmt: skip
    programs = {"bash": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}
    for kind, text in EXAMPLES:
        done = subprocess.run(
            [*programs[kind], text], env=environment, cwd=ROOT, capture_output=True, text=True,
            timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"


def _url(database) -> str:
    host, port = database["HOST"] or "127.0.0.1", database["PORT"] or 5432
    return f"postgres://{database['USER']}:{database['PASSWORD']}@{host}:{port}/{database['NAME']}"


def said(*words):
    out = StringIO()
    call_command("studio", "--as", *words, stdout=out)
    return json.loads(out.getvalue())


def test_the_command_does_the_main_job_by_its_verbs(project, creator, monkeypatch):
    jane = said("cleo", "create-character", str(project.pk), "Jane", "--depicts", "fictional")
    assert said("cleo", "characters")[0]["id"] == jane["id"]
    picture = pictures.vet(make.portrait(), "portrait.png")
    monkeypatch.setattr("characters.receiving.vet", lambda *_: picture)
    assert said("cleo", "upload", str(jane["id"]), str(make.PORTRAIT))["version"] == 1
    with pytest.raises(CommandError, match="qa_pending"):
        said("cleo", "approve-baseline", str(jane["id"]))
    assert [row["kind"] for row in said("cleo", "jobs")] == ["source.embed", "source.qa"]


def test_the_command_decides_and_exports(project, creator, character):
    make.ready(creator, character)
    one, two = make.generated(creator, character, 2)
    assert said("cleo", "approve", str(one.pk))["is_hero"] is True
    assert said("cleo", "reject", str(two.pk), "--note", "no")["status"] == "rejected"
    assert {row["id"] for row in said("cleo", "variants", str(character.pk))} == {one.pk, two.pk}
    assert said("cleo", "export", str(one.pk))["variant"] == one.pk
    assert len(said("cleo", "generate", str(character.pk), "--count", "3")["variant_ids"]) == 3


def test_the_command_draws_the_same_wall(project, creator, outsider, character):
    with pytest.raises(CommandError, match="not theirs to see"):
        said("otto", "variants", str(character.pk))
    assert said("otto", "characters") == []
    with pytest.raises(CommandError, match="Nobody here"):
        said("nobody", "projects")
