"""`manage.py prepare_demo FILE`: tables, the three demo people, this run's ComfyUI servers.

The demo signs in by password alone: a second factor that was turned on while trying it is taken
away, or no later run could begin.
"""

import json
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction

from comfy_bridge import pool
from comfy_bridge.models import ComfyServer
from people.models import ADMIN, CREATOR, REVIEWER, TwoFactor, User

PEOPLE = (
    ("admin", "Ada", "Admin", ADMIN),
    ("creator", "Clara", "Creator", CREATOR),
    ("reviewer", "Ruth", "Reviewer", REVIEWER),
)


class Command(BaseCommand):
    help = (
        "Migrate; make the users admin, creator and reviewer, whose passwords lie in FILE (mode "
        "0600); pause the ComfyUI servers of earlier runs. For script/demo."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="read when there, written when not")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, stdout=self.stdout)
        passwords = _passwords(options["file"])
        with transaction.atomic():
            for username, first_name, last_name, role in PEOPLE:
                user, _made = User.objects.get_or_create(
                    username=username, defaults={"first_name": first_name, "last_name": last_name}
                )
                if not user.check_password(passwords[username]):
                    user.set_password(passwords[username])
                user.is_active = True
                user.is_staff = role == ADMIN
                user.save()
                user.groups.set([Group.objects.get(name=role)])
            TwoFactor.objects.filter(user__username__in=passwords).delete()
            mine = [server.pk for server in pool.register_urls(settings.COMFYUI_URLS)]
            ComfyServer.objects.filter(pk__in=mine).update(paused=False)
            ComfyServer.objects.exclude(pk__in=mine).update(paused=True)


def _passwords(file: Path) -> dict[str, str]:
    """User name to password: those of the file, and new ones for who is not in it."""
    known: dict[str, str] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    missing = [username for username, *_rest in PEOPLE if not known.get(username)]
    if missing:
        known |= {username: secrets.token_urlsafe(12) for username in missing}
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.chmod(0o600)
        file.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
    return known
