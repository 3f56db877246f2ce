"""`manage.py studio VERB`: the main verbs of the REST API of a running server, from a shell."""

import getpass
import json
import os
import signal
import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from django.core.management.base import BaseCommand

from studio.client import (
    ApiError,
    Client,
    character_verbs,  # noqa: F401  importing registers
    variant_verbs,  # noqa: F401  likewise
)
from studio.client.tables import told
from studio.client.verbs import VERBS

REFUSED, NOT_SIGNED_IN, NO_ANSWER, WORK_FAILED = 1, 3, 4, 5
CODES = """\
The person is STUDIO_USER with STUDIO_PASSWORD, or whoever STUDIO_TOKEN belongs to.
Exit codes: 0 done; 1 refused, with the reason; 2 the command line is wrong; 3 sign in;
4 the server did not answer, or asks to come again later; 5 the work did not succeed."""


class Command(BaseCommand):
    help = "Work with a running studio through its REST API."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = CODES
        verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
        for name, verb in VERBS.items():
            one = verbs.add_parser(name, help=verb.words, description=verb.words, epilog=CODES)
            for argument in verb.arguments:
                one.add_argument(*argument.names, **argument.how)
            group = one.add_argument_group("the server and the person")
            address = os.environ.get("STUDIO_URL", "http://127.0.0.1:8000")
            group.add_argument("--url", default=address, help="or STUDIO_URL; now %(default)s")
            user = os.environ.get("STUDIO_USER", "")
            group.add_argument("--user", default=user, help="or STUDIO_USER")
            group.add_argument("--token", help="or STUDIO_TOKEN: an access token from sign-in")
            one.add_argument("--json", action="store_true", help="JSON, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = Namespace(**options)
        verb = VERBS[asked.verb]
        try:
            found = verb.does(_client(asked), asked)
        except ApiError as error:
            self._tell(error, as_json=asked.json)
            sys.exit(_exit_code(error))
        except OSError as error:
            self.stderr.write(f"{error.filename}: {error.strerror}")
            sys.exit(REFUSED)
        except KeyboardInterrupt:  # the work goes on; only the waiting ends
            sys.exit(128 + signal.SIGINT)
        self.stdout.write(_json(found) if asked.json else told(found, verb.shows))

    def _tell(self, error: ApiError, *, as_json: bool) -> None:
        if as_json:
            said = {"code": error.code, "detail": error.sentence, **error.body}
            self.stderr.write(_json({"status": error.status, **said}))
        else:
            self.stderr.write(str(error))


def _json(found: object) -> str:
    return json.dumps(found, indent=2, ensure_ascii=False)


def _client(asked: Namespace) -> Client:
    token = asked.token or os.environ.get("STUDIO_TOKEN", "")
    password = os.environ.get("STUDIO_PASSWORD", "")
    if asked.user and not (password or token) and sys.stdin.isatty():
        password = getpass.getpass(f"Password of {asked.user}: ")
    return Client(asked.url, asked.user, password, token)


def _exit_code(error: ApiError) -> int:
    if error.status == 401:
        return NOT_SIGNED_IN
    if error.is_passing:
        return NO_ANSWER
    return REFUSED if error.status else WORK_FAILED
