"""`manage.py first_admin`: makes an admin when the studio has none. Knows people only."""

import getpass
import os
import secrets
import sys
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from people.models import ADMIN, User


class Command(BaseCommand):
    help = (
        "Make the first admin: asks on a terminal, else takes ADMIN_USERNAME and ADMIN_PASSWORD, "
        "else makes a password and prints it once. Does nothing when there is an admin."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        admins = User.objects.filter(Q(is_superuser=True) | Q(groups__name=ADMIN), is_active=True)
        if admins.exists():
            self.stdout.write("      There is an admin already.")
            return
        username, password, how = self._credentials()
        try:
            user = User(username=username, is_staff=True)
            user.full_clean(exclude=["password"])
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        user.set_password(password)
        user.save()
        user.groups.add(Group.objects.get(name=ADMIN))
        self.stdout.write(f"      Admin “{username}” made{how}")

    def _credentials(self) -> tuple[str, str, str]:
        """User name, password, and what to say of them."""
        username = os.environ.get("ADMIN_USERNAME", "")
        password = os.environ.get("ADMIN_PASSWORD", "")
        if username and password:
            return username, password, " from ADMIN_USERNAME and ADMIN_PASSWORD."
        if sys.stdin.isatty():
            try:
                return self._ask(username or "admin")
            except (EOFError, KeyboardInterrupt):
                raise CommandError("No admin was made.") from None
        made = secrets.token_urlsafe(12)
        name = username or "admin"
        return name, made, f"; password, shown this once: {made}"

    def _ask(self, suggestion: str) -> tuple[str, str, str]:
        username = input(f"      User name [{suggestion}]: ").strip() or suggestion
        while True:
            password = getpass.getpass("      Password (at least 12 characters): ")
            if password != getpass.getpass("      Once more: "):
                self.stdout.write("      These were not the same.")
                continue
            try:
                validate_password(password, User(username=username))
            except ValidationError as error:
                self.stdout.write("      " + " ".join(error.messages))
                continue
            return username, password, "."
