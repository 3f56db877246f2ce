"""`manage.py prepare_production`: what must be done before production's processes start."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from studio.lib import nginx

TEMPLATE = settings.BASE_DIR / "deploy" / "nginx.conf.template"


class Command(BaseCommand):
    help = "Check the settings (deploy), bring the tables up to date, and configure nginx."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--run-dir", type=Path, help="write studio.conf for nginx here")
        parser.add_argument("--listen", default="127.0.0.1:8000", help="nginx' address and port")
        parser.add_argument(
            "--proxy-network",
            default="127.0.0.0/8",
            help="from where a proxy that speaks TLS comes; default: this machine",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("check", deploy=True, stdout=self.stdout, stderr=self.stderr)
        call_command("migrate", interactive=False, stdout=self.stdout)
        if options["run_dir"]:
            call_command("collectstatic", interactive=False, verbosity=0)
            self._configure_nginx(options["run_dir"], options["listen"], options["proxy_network"])

    def _configure_nginx(self, run_dir: Path, listen: str, proxy_network: str) -> None:
        text = nginx.filled(
            TEMPLATE.read_text("utf-8"),
            LISTEN=listen,
            RUN_DIR=run_dir,
            PROXY_NETWORK=proxy_network,
            MAX_BODY_BYTES=settings.MAX_BODY_BYTES,
            STATIC_ROOT=settings.STATIC_ROOT,
            MEDIA_ROOT=settings.MEDIA_ROOT,
            MEDIA_ACCEL_PREFIX=settings.MEDIA_ACCEL_PREFIX or "/_media/",
        )
        (run_dir / "studio.conf").write_text(text, "utf-8")
