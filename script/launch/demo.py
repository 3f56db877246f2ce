"""`script/demo`: the product with demo data of its own, and the main job done from outside."""

import argparse
import ipaddress
import json
import os
import shutil
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from script.launch.main_job import MainJob
from script.launch.places import DEMO, DEMO_PASSWORDS, PORTRAIT, VAR
from script.launch.processes import (
    DIRECT,
    HOST,
    Children,
    port_number,
    require_free_port,
    sole_launcher,
)
from script.launch.serving import migrate, start_sandbox, start_server
from script.launch.setup import child_environment, prepare
from script.launch.telling import LaunchError, Steps, say

PORTS = {"http": 80, "https": 443}
# What the demo decides itself, whatever the shell has: it never touches another installation.
OWN_SETTINGS = (
    "DATABASE_URL",
    "MEDIA_ROOT",
    "STORAGE_URL",
    "REDIS_URL",
    "STUDIO_WORKERS",
    "SITE_URL",
    "ALLOWED_HOSTS",
    "DEBUG",
)


def main(arguments: list[str]) -> int:
    """Set up, serve, do the main job; then stay until Ctrl-C, or end with `--once`."""
    asked = _parser().parse_args(arguments)
    image = _readable(asked.image)
    servers = [_address(url) for url in asked.comfyui]
    require_free_port(asked.port)
    for server in servers:
        _require_comfyui(server)
    steps = Steps(4 if servers else 5)
    with ExitStack() as stack:
        lock_fd = stack.enter_context(sole_launcher("demo"))
        prepare(steps)
        if asked.reset:
            _empty()
        env = _environment(asked.port, servers)
        children = stack.enter_context(Children(lock_fd))
        if not servers:
            env["COMFYUI_URLS"] = start_sandbox(steps, children, DEMO / "sandbox", env)
        migrate(steps, "prepare_demo", str(DEMO_PASSWORDS), env=env)
        passwords = json.loads(DEMO_PASSWORDS.read_text("utf-8"))
        address = start_server(steps, children, asked.port, env)
        say()
        job = MainJob(address, passwords, image, asked.checkpoint, env["COMFYUI_URLS"].split(","))
        job.run(children.check)
        say()
        if asked.once:
            say("The main job is done, every step of it. Ending (--once).")
            return 0
        _tell(address, passwords, job.page)
        children.wait()
        say("Ending.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "script/demo",
        description="Run the product with demo data and do its main job once: upload, QA, "
        "baseline, candidates, hero. Each run makes a new character.",
    )
    parser.add_argument("--once", action="store_true", help="end after the main job")
    parser.add_argument(
        "--comfyui", nargs="+", metavar="URL", default=[], help="real servers, not the sandbox"
    )
    parser.add_argument("--checkpoint", metavar="NAME", help="take the Stable Diffusion workflow")
    parser.add_argument(
        "--image", metavar="FILE", type=Path, default=PORTRAIT, help="a photo that you may use"
    )
    parser.add_argument("--port", type=port_number, default=8000, help="default: 8000")
    parser.add_argument(
        "--reset", action="store_true", help=f"first empty {DEMO.relative_to(VAR.parent)}"
    )
    return parser


def _readable(image: Path) -> Path:
    if not image.is_file():
        raise LaunchError(f"There is no file {image}.")
    if not os.access(image, os.R_OK):
        raise LaunchError(f"The file {image} may not be read by this user.")
    return image.resolve()


def _address(text: str) -> str:
    """A server's address as the product writes it; `host:8188` is enough."""
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        default = PORTS[parts.scheme]
        host, port = parts.hostname, parts.port or default
    except (ValueError, KeyError):
        host, port = None, 0
    if not host:
        raise LaunchError(f"--comfyui {text}: write an address like http://127.0.0.1:8188.")
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}:{port}{parts.path.rstrip('/')}"


def _require_comfyui(server: str) -> None:
    try:
        with DIRECT.open(f"{server}/system_stats", timeout=10) as answer:
            json.loads(answer.read(1_000_000))["system"]
    except (OSError, ValueError, KeyError, TypeError):
        raise LaunchError(
            f"No ComfyUI answers at {server} (asked for {server}/system_stats). Is it running?"
        ) from None


def _environment(port: int, servers: Sequence[str]) -> dict[str, str]:
    """Embedded defaults on data of the demo's own, below `var/demo`."""
    env = child_environment(
        VAR_DIR=str(DEMO),
        MODELS_DIR=os.environ.get("MODELS_DIR") or str(VAR / "models"),
        COMFYUI_URLS=",".join(servers),
    )
    for name in OWN_SETTINGS:
        env.pop(name, None)
    env["SITE_URL"] = f"http://{HOST}:{port}"
    if servers and "COMFYUI_NETWORKS" not in os.environ:
        env["COMFYUI_NETWORKS"] = ",".join(["127.0.0.0/8", "::1/128", *_networks(servers)])
    DEMO.mkdir(parents=True, exist_ok=True)
    return env


def _networks(servers: Sequence[str]) -> list[str]:
    """The addresses of the servers that the person named: what may be asked, and no more."""
    found: set[str] = set()
    for server in servers:
        parts = urlsplit(server)
        for *_kind, place in socket.getaddrinfo(parts.hostname, parts.port):
            found.add(str(ipaddress.ip_network(str(place[0]).split("%", maxsplit=1)[0])))
    return sorted(found)


def _empty() -> None:
    """Remove the demo's own data; the lock says that no server of ours is on it."""
    try:
        if DEMO.exists():
            shutil.rmtree(DEMO)
        DEMO_PASSWORDS.unlink(missing_ok=True)
    except OSError as error:
        raise LaunchError(f"The demo's data could not be removed: {error}") from None
    say(f"      Emptied {DEMO.relative_to(VAR.parent)} and the demo users' passwords (--reset)")


def _tell(address: str, passwords: dict[str, str], page: str) -> None:
    say(f"Likeness Studio runs at {address}/")
    say(f"The character of this run: {address}{page}")
    say("Sign in as")
    for username, password in passwords.items():
        say(f"  {username:<10} {password}")
    say("How programs drive it, by example: docs/api.md")
    say("Ctrl-C ends it. Data and logs lie in var/.")
