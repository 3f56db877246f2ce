"""`script/production`: the processes of the Procfile on PostgreSQL and Redis, nginx in front."""

import argparse
import os
import pwd
import shlex
import shutil
import signal
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from string import Template

from script.launch.places import ROOT, VAR, VENV
from script.launch.processes import (
    HOST,
    AlreadyRuns,
    port_number,
    require_free_port,
    sole_launcher,
)
from script.launch.serving import manage
from script.launch.setup import child_environment, prepare
from script.launch.supervising import Service, Supervisor
from script.launch.telling import LaunchError, Steps, say

PROCFILE = ROOT / "Procfile"
PREPARE = "prepare_production"
NEEDED = {
    "DATABASE_URL": "postgres://user:password@127.0.0.1:5432/studio",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}
# Debian keeps nginx where the PATH of a plain user does not look.
PATH = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}/usr/sbin"
SIZES = {"COMFY_THREADS": "4", "CPU_THREADS": "2", "GPU_THREADS": "8"}
NGINX = "nginx"
# Without nginx one Daphne has the door to itself.
BEHIND_NGINX = ("web-", "sockets-", NGINX)
NGINX_MAIN = Template(
    """# Written by script/production at each start.
${user}daemon off;
pid $run_dir/nginx.pid;
error_log stderr warn;
worker_processes auto;
worker_shutdown_timeout 15s;
events { worker_connections 1024; }
http {
    access_log off;
    default_type application/octet-stream;
    sendfile on;
    client_body_temp_path $run_dir/bodies;
    proxy_temp_path $run_dir/answers;
    fastcgi_temp_path $run_dir/unused;
    uwsgi_temp_path $run_dir/unused;
    scgi_temp_path $run_dir/unused;
    include $run_dir/studio.conf;
}
"""
)


class Installation:
    """What this folder and its environment start: which services, and what they need to be there.

    `nginx` says whether nginx is in front; without it Daphne serves everything.
    """

    def __init__(self, host: str, port: int, *, nginx: bool) -> None:
        self.host, self.port, self.nginx = host, port, nginx
        self.folder = Path(os.environ.get("VAR_DIR") or VAR).absolute()
        self.run_dir = self.folder / "run"
        self.env = child_environment(
            **{name: os.environ.get(name) or size for name, size in SIZES.items()},
            VAR_DIR=str(self.folder),
            RUN_DIR=str(self.run_dir),
            SITE_URL=os.environ.get("SITE_URL") or f"http://{host}:{port}",
            PATH=os.pathsep.join([str(VENV / "bin"), PATH]),
        )
        if nginx:
            self.env |= {"TRUSTED_PROXY": "yes", "MEDIA_ACCEL_PREFIX": "/_media/"}

    def renew(self) -> list[Service]:
        """Check the settings, bring tables, static files and nginx up to date; the services.

        Raises LaunchError with the sentence of what is wrong.
        """
        if self.nginx:
            network = os.environ.get("PROXY_NETWORK") or "127.0.0.0/8"
            listen, run_dir = f"--listen={self.host}:{self.port}", f"--run-dir={self.run_dir}"
            manage(PREPARE, run_dir, listen, f"--proxy-network={network}", env=self.env)
            self._write_nginx_main()
        else:
            manage(PREPARE, env=self.env)
        return self._services()

    def clear_run_dir(self) -> None:
        """Sockets of an earlier run must not be taken for living ones. For this user alone."""
        shutil.rmtree(self.run_dir, ignore_errors=True)
        self.run_dir.mkdir(parents=True, mode=0o700)

    def _write_nginx_main(self) -> None:
        # Started by root its workers would be nobody, who may not read here.
        user = f"user {pwd.getpwuid(0).pw_name};\n" if os.geteuid() == 0 else ""
        main = NGINX_MAIN.substitute(user=user, run_dir=self.run_dir)
        (self.run_dir / "nginx.conf").write_text(main, "utf-8")

    def _services(self) -> list[Service]:
        lines = procfile(PROCFILE.read_text("utf-8"), self.env)
        if self.nginx:
            return [self._service(name, command) for name, command in lines.items()]
        door = f"python -m daphne -v 0 -b {self.host} -p {self.port} studio.asgi:application"
        inner = {k: v for k, v in lines.items() if not k.startswith(BEHIND_NGINX)}
        return [Service("server", shlex.split(door)), *(Service(k, v) for k, v in inner.items())]

    def _service(self, name: str, command: Sequence[str]) -> Service:
        if name == NGINX:
            return Service(name, command, signal.SIGQUIT, signal.SIGHUP)
        path = self.run_dir / f"{name}.sock"
        return Service(name, command, answers_at=path if str(path) in " ".join(command) else None)


def procfile(text: str, env: Mapping[str, str]) -> dict[str, list[str]]:
    """`name: command` lines; `$NAME` comes from the environment (KeyError without)."""
    lines = (line.split(":", maxsplit=1) for line in text.splitlines() if line.strip())
    return {name: shlex.split(Template(command).substitute(env)) for name, command in lines}


def main(arguments: list[str]) -> int:
    """Start, or restart the one that runs."""
    asked = _parser().parse_args(arguments)
    if asked.verb == "restart":
        return _ask_for_restart()
    _require_settings()
    require_free_port(asked.port)
    nginx = not asked.without_nginx and shutil.which(NGINX, path=PATH) is not None
    here = Installation(asked.host, asked.port, nginx=nginx)
    steps = Steps(4)
    with ExitStack() as stack:
        lock_fd = stack.enter_context(sole_launcher("production", here.folder))
        prepare(steps)
        here.clear_run_dir()
        services = here.renew()
        say(f"{steps.tag()} Settings, database and static files are in order")
        supervisor = Supervisor(here.env, lock_fd)
        signal.signal(signal.SIGTERM, supervisor.ask_to_end)
        signal.signal(signal.SIGINT, supervisor.ask_to_end)
        signal.signal(signal.SIGUSR1, supervisor.ask_to_restart)
        stack.callback(supervisor.end, _ended_first(services))
        if supervisor.start_all(services):
            say(f"{steps.tag()} {len(services)} processes are ready")
            _tell(here)
            supervisor.stay(here.renew)
        say("Ending: requests and jobs in hand are finished or handed back.")
    return 0


def _ended_first(services: Sequence[Service]) -> list[str]:
    """The door and the open sockets, so that nothing new comes in while the rest finishes."""
    return [s.name for s in services if s.name == NGINX or s.name.startswith("sockets-")]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "script/production",
        description="Run the production processes (Procfile) on PostgreSQL and Redis, with nginx "
        "in front. docs/operations.md says how; docs/settings.md lists the environment.",
    )
    parser.add_argument(
        "verb", nargs="?", choices=("start", "restart"), default="start",
        help="restart: bring tables up to date and restart one process after the other",
    )  # fmt: skip
    parser.add_argument("--port", type=port_number, default=8000, help="default: 8000")
    parser.add_argument("--host", default=HOST, help=f"address to listen on; default: {HOST}")
    parser.add_argument(
        "--without-nginx", action="store_true", help="Daphne serves everything by itself"
    )
    return parser


def _require_settings() -> None:
    """Before anything is installed: what production cannot do without."""
    for name, example in NEEDED.items():
        if not os.environ.get(name):
            raise LaunchError(
                f"{name} is not set. Production runs on PostgreSQL and Redis: {name}={example}"
            )
    if os.environ["DATABASE_URL"].startswith("sqlite"):
        raise LaunchError(
            "DATABASE_URL names SQLite, which serves one process only. Production needs "
            f"PostgreSQL: DATABASE_URL={NEEDED['DATABASE_URL']}"
        )


def _ask_for_restart() -> int:
    folder = Path(os.environ.get("VAR_DIR") or VAR)
    try:
        with sole_launcher("production", folder):
            raise LaunchError("script/production does not run here: there is nothing to restart.")
    except AlreadyRuns as running:
        os.kill(running.pid, signal.SIGUSR1)
        say(f"Process {running.pid} restarts one after the other; its output tells how.")
    return 0


def _tell(here: Installation) -> None:
    say()
    say(f"Likeness Studio runs at {here.env['SITE_URL']}")
    if not here.nginx:
        say("nginx is not in front: Daphne serves everything, and a restart interrupts requests.")
    say("script/production restart renews it without a pause; Ctrl-C ends it.")
