"""`script/start`: the product without demo data, on embedded defaults or the environment's."""

import argparse
import os
import subprocess
from contextlib import ExitStack

from script.launch.places import PYTHON, ROOT, VAR
from script.launch.processes import HOST, Children, port_number, require_free_port, sole_launcher
from script.launch.serving import migrate, start_sandbox, start_server
from script.launch.setup import child_environment, prepare
from script.launch.telling import LaunchError, Steps, say


def main(arguments: list[str]) -> int:
    """Set up, migrate, make the first admin, serve until Ctrl-C."""
    asked = _parser().parse_args(arguments)
    require_free_port(asked.port)
    steps = Steps(6 if asked.sandbox else 5)
    with ExitStack() as stack:
        lock_fd = stack.enter_context(sole_launcher("start"))
        prepare(steps)
        address = f"http://{HOST}:{asked.port}"
        env = child_environment(SITE_URL=os.environ.get("SITE_URL") or address)
        children = stack.enter_context(Children(lock_fd))
        if asked.sandbox:
            env["COMFYUI_URLS"] = start_sandbox(steps, children, VAR / "sandbox", env)
        migrate(steps, "migrate", "--no-input", env=env)
        _first_admin(steps, env)
        start_server(steps, children, asked.port, env)
        _tell(address, env)
        children.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "script/start",
        description="Run the product without demo data. docs/settings.md lists the environment.",
    )
    parser.add_argument("--port", type=port_number, default=8000, help="default: 8000")
    parser.add_argument(
        "--sandbox", action="store_true", help="with the ComfyUI sandbox instead of COMFYUI_URLS"
    )
    return parser


def _first_admin(steps: Steps, env: dict[str, str]) -> None:
    """One step, with the person's own terminal: it may ask for a name and a password."""
    say(f"{steps.tag()} First admin")
    done = subprocess.run([PYTHON, "manage.py", "first_admin"], check=False, cwd=ROOT, env=env)
    if done.returncode != 0:
        raise LaunchError("Without an admin nobody could sign in; nothing was started.")


def _tell(address: str, env: dict[str, str]) -> None:
    say()
    say(f"Likeness Studio runs at {env['SITE_URL']}")
    if env["SITE_URL"] != address:
        say(f"(it listens on {address}; a web server in front of it has to pass requests on)")
    if not env.get("COMFYUI_URLS"):
        say("No ComfyUI is named in COMFYUI_URLS: set it, or add one in the admin.")
    if env.get("REDIS_URL"):
        say("REDIS_URL is set, so the work is done by processes of their own. Start these too:")
        say("  .venv/bin/dramatiq studio.worker        .venv/bin/python manage.py sweep")
    say("Ctrl-C ends it.")
