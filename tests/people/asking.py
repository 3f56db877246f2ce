"""Sending one row of the matrix as one person."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from people.models import User
from tests import make
from tests.people.rows import EDITED, FILE, OCTETS, Row
from tests.people.world import Side, edited_portrait, quick_validator


def signed_in(person: User | None, *, api: bool) -> Client:
    """A client with a session, as a browser has it."""
    client = APIClient() if api else Client()
    if person:
        client.force_login(person, "people.backends.PeopleBackend")
    return client


def send(client: Client, row: Row, side: Side, *, slash: bool = False) -> Any:
    """The answer to the row with the things of one project filled in."""
    path, mark, query = row.path.format(**side.names).partition("?")
    path += ("/" if slash else "") + mark + query
    body = {key: _filled(value, side.names) for key, value in row.body.items()}
    with quick_validator():
        if row.method == "GET":
            return client.get(path)
        if OCTETS in row.body.values():
            return client.generic(
                row.method, path, b"123", "application/octet-stream", HTTP_UPLOAD_OFFSET="0"
            )
        if row.is_api:
            has_file = FILE in row.body.values() or EDITED in row.body.values()
            kind = "multipart" if has_file else "json"
            return getattr(client, row.method.lower())(path, body, format=kind)
        return client.post(path, body)


def _filled(value: Any, names: dict[str, int]) -> Any:
    if value is FILE:
        return SimpleUploadedFile("portrait.png", make.portrait(), "image/png")
    if value is EDITED:
        return SimpleUploadedFile("edited.png", edited_portrait(), "image/png")
    if isinstance(value, list):
        return [_filled(one, names) for one in value]
    return value.format(**names) if isinstance(value, str) else value
