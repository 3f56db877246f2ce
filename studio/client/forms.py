"""A file and fields as multipart/form-data. Pure but for reading the file."""

import mimetypes
import secrets
from collections.abc import Mapping
from pathlib import Path


def multipart(file: Path, fields: Mapping[str, object]) -> tuple[str, bytes]:
    """The content type and the body: the fields, then the file as the field `file`."""
    boundary = secrets.token_hex(16)
    parts = [
        _part(boundary, f'name="{name}"', "text/plain; charset=utf-8", str(value).encode())
        for name, value in fields.items()
    ]
    name = file.name.replace("\\", "_").replace('"', "_")
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    parts.append(_part(boundary, f'name="file"; filename="{name}"', kind, file.read_bytes()))
    return (
        f"multipart/form-data; boundary={boundary}",
        b"".join(parts) + f"--{boundary}--\r\n".encode(),
    )


def _part(boundary: str, disposition: str, kind: str, content: bytes) -> bytes:
    head = (
        f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n"
        f"Content-Type: {kind}\r\n\r\n"
    )
    return head.encode() + content + b"\r\n"
