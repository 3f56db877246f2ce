"""The examples of docs/api.md run from top to bottom against a real server, as they are printed."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from django.db import connection

from tests.fakes.sandbox import start_sandbox
from tests.jobs.product import ROOT, Product
from tests.webhooks.receiver import receiving

TEXT = (ROOT / "docs" / "api.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PRINTED = "http://127.0.0.1:8000"  # where the page says that script/demo runs
WITHIN_S = 500

pytestmark = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="the product here has a database of its own: SQLite's"
)


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    """A studio as script/demo leaves it: its three people, and the project Demo."""
    with start_sandbox(step_ms=5) as sandbox:
        folder = tmp_path_factory.mktemp("product")
        made = Product(folder, sandbox.url, WEBHOOK_NETWORKS="127.0.0.0/8")
        try:
            made.prepare()
            made.serve()
            made.until(made.online, "the sandbox to be found")
            made.project = made.post("projects", "admin", json={"name": "Demo"})["id"]
            for name in ("creator", "reviewer"):
                body = {"username": name}
                made.post(f"projects/{made.project}/members", "admin", json=body)
            yield made
        finally:
            made.close()


@pytest.fixture(scope="module")
def checkout(product, tmp_path_factory):
    """A checkout in which script/demo runs: this one, with the product's passwords in its var/."""
    folder = tmp_path_factory.mktemp("checkout")
    for entry in ROOT.iterdir():
        if entry.name not in {"var", ".venv", ".git"}:
            (folder / entry.name).symlink_to(entry)
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "var").mkdir()
    shutil.copy(product.folder / "passwords.json", folder / "var" / "demo-passwords.json")
    return folder


def run(product, checkout, *command):
    env = {name: value for name, value in os.environ.items() if not name.startswith("STUDIO_")}
    done = subprocess.run(
        command, cwd=checkout, env={**env, "VAR_DIR": str(product.folder)},
        capture_output=True, text=True, timeout=WITHIN_S,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def examples(kind, product):
    """All blocks of a kind, as somebody copies them one after the other."""
    found = [text for language, text in BLOCK.findall(TEXT) if language == kind]
    return "\n".join(found).replace(PRINTED, product.address)


def is_done(product, name):
    """What the examples leave behind of a character: a hero, its next version, an inpainting."""
    product.until(product.is_idle, "every job to end")
    rows = product.get("characters")["results"]
    character = next(row["id"] for row in rows if row["name"] == name)
    variants = product.get(f"characters/{character}/variants")["results"]
    assert {row["status"] for row in variants} == {"generated", "approved"}
    hero = next(row for row in variants if row["is_hero"])
    assert hero["shortlisted"], "the undo took back the rejection and nothing else"
    (back,) = [row for row in variants if row["parent_variant"] == hero["id"]]
    assert (back["version"], back["provenance"]) == (2, "manually_edited")
    (painted,) = [row for row in variants if row["edit_type"] == "inpaint"]
    assert painted["edit_prompt"] == "sunglasses"


def test_every_block_is_run_or_is_no_example():
    assert {language for language, _ in BLOCK.findall(TEXT)} == {"bash", "python", "json", "http"}
    assert TEXT.count(PRINTED) == 2


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_curl_and_the_command_do_what_the_page_says(product, checkout):
    text = examples("bash", product)
    run(product, checkout, "bash", "-euo", "pipefail", "-c", text)
    is_done(product, "Eileen by curl")
    is_done(product, "Eileen by command")


def test_the_python_client_does_what_the_page_says(product, checkout):
    run(product, checkout, ".venv/bin/python", "-c", examples("python", product))
    is_done(product, "Eileen by Python")


def test_a_delivery_passes_the_check_of_the_page_and_a_forged_one_does_not(product):
    (text,) = [text for _, text in BLOCK.findall(TEXT) if "def is_genuine" in text]
    page = {}
    exec(text, page)  # noqa: S102  our own page
    with receiving() as receiver:
        body = {"name": "Pipeline", "url": receiver.url, "events": ["variant.approved"]}
        hook = product.post("webhooks", "admin", json=body)
        product.post(f"webhooks/{hook['id']}/ping", "admin")
        product.until(lambda: receiver.got, "the delivery")
    _, headers, content = receiver.got[0]
    said = (hook["secret"], headers["Studio-Signature"])
    assert page["is_genuine"](*said, content)
    assert not page["is_genuine"](*said, content + b" ")
    assert not page["is_genuine"](*said, content, tolerance_s=-1)
