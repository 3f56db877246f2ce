"""The routes that take and give files: POST /upload/image, GET /view.

Knows headers, ranges and re-encoding; paths are Folders' business.
"""

import io
import mimetypes
from email.utils import formatdate, parsedate_to_datetime
from pathlib import PurePosixPath

from PIL import Image

from comfy_bridge.sandbox import hostility
from comfy_bridge.sandbox.faults import Faults
from comfy_bridge.sandbox.folders import EscapeError, Folders
from comfy_bridge.sandbox.http import Request, Response, multipart

DANGEROUS = {"text/html", "text/javascript", "application/javascript", "image/svg+xml", "text/xml",
             "application/xml", "application/xhtml+xml"}  # fmt: skip
PREVIEW_FORMATS = ("webp", "jpeg")
DEFAULT_QUALITY = 90


class FileRoutes:
    """Handlers over the three folders."""

    def __init__(self, folders: Folders, faults: Faults) -> None:
        self._folders = folders
        self._faults = faults
        self.uploads = 0
        self.views = 0

    def upload(self, request: Request) -> Response:
        """Store an upload; raises KeyError for an unknown type (500, as the real server)."""
        parts = multipart(request)
        image = parts.get("image")
        if image is None or not image.filename:
            return Response(400)
        fields = {name: part.value for name, part in parts.items() if part.filename is None}
        kind, subfolder = fields.get("type", "input"), fields.get("subfolder", "")
        overwrite = fields.get("overwrite") in ("true", "1")
        try:
            name = self._folders.store(kind, subfolder, image.filename, image.content, overwrite)
        except EscapeError:
            return Response(400)
        self.uploads += 1
        return Response.json({"name": name, "subfolder": subfolder, "type": kind})

    def view(self, request: Request) -> Response:
        """One file, whole or in part, as it is or re-encoded."""
        query = request.query
        if "filename" not in query:
            return Response(404)
        filename = query["filename"]
        if not filename or filename.startswith("/") or ".." in filename:
            return Response(400)
        name = PurePosixPath(filename).name
        try:
            path = self._folders.within(
                query.get("type", "output"), query.get("subfolder", ""), name
            )
        except KeyError:
            return Response(400)
        except EscapeError:
            return Response(403)
        if not path.is_file():
            return Response(404)
        self.views += 1
        shown = {"Content-Disposition": f'filename="{name}"'}
        content = path.read_bytes()
        if "preview" in query:
            kind, _, quality = query["preview"].partition(";")
            kind = kind if kind in PREVIEW_FORMATS else "webp"
            level = int(quality) if quality.isdigit() else DEFAULT_QUALITY
            mode = "RGB" if kind == "jpeg" or query.get("channel") == "rgb" else None
            body = _encoded(content, kind, mode, quality=level)
            return Response(200, body, {**shown, "Content-Type": f"image/{kind}"})
        if query.get("channel") == "rgb":
            body = _encoded(content, "png", "RGB")
            return Response(200, body, {**shown, "Content-Type": "image/png"})
        if query.get("channel") == "a":
            return Response(200, _alpha(content), {**shown, "Content-Type": "image/png"})
        return hostility.view(self._plain(request, path.stat().st_mtime_ns, name, content),
                              self._faults)  # fmt: skip

    def _plain(self, request: Request, modified_ns: int, name: str, content: bytes) -> Response:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {"X-Content-Type-Options": "nosniff"}
        if kind in DANGEROUS:
            kind = "application/octet-stream"
            headers |= {"Vary": "Sec-Fetch-Dest", "Cache-Control": "no-store"}
            headers["Content-Disposition"] = f'attachment; filename="{name}"'
        else:
            headers["Content-Disposition"] = f'filename="{name}"'
        modified_s = modified_ns // 10**9
        headers |= {
            "Content-Type": kind,
            "Etag": f'"{modified_ns:x}-{len(content):x}"',
            "Last-Modified": formatdate(modified_s, usegmt=True),
        }
        if _unchanged(request, headers["Etag"], modified_s):
            return Response(304, b"", headers)
        headers["Accept-Ranges"] = "bytes"
        first, last = _range(request.headers.get("range", ""), len(content))
        if first is None:
            return Response(200, content, headers)
        headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
        return Response(206, content[first : last + 1], headers)


def _unchanged(request: Request, etag: str, modified_s: int) -> bool:
    if "if-none-match" in request.headers:
        return etag in request.headers["if-none-match"]
    since = request.headers.get("if-modified-since")
    if not since:
        return False
    try:
        return modified_s <= parsedate_to_datetime(since).timestamp()
    except ValueError:
        return False


def _range(header: str, size: int) -> tuple[int | None, int]:
    start, _, end = header.removeprefix("bytes=").partition("-")
    if not header.startswith("bytes=") or not start.isdigit() or int(start) >= size:
        return None, 0
    return int(start), min(int(end), size - 1) if end.isdigit() else size - 1


def _encoded(content: bytes, kind: str, mode: str | None, **options: int) -> bytes:
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(content)) as opened:
        (opened.convert(mode) if mode else opened).save(buffer, kind, **options)
    return buffer.getvalue()


def _alpha(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(content)) as opened:
        alpha = opened.convert("RGBA").getchannel("A")
    shown = Image.new("RGBA", alpha.size)
    shown.putalpha(alpha)
    shown.save(buffer, "png")
    return buffer.getvalue()
