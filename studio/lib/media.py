"""Serving stored files after the permission check: own content type, no sniffing, no scripts.

Who sends the bytes is decided here: this process, nginx (X-Accel-Redirect), or S3 by a signed
address.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.files.storage import default_storage
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags

from studio.lib.zips import Member, zip_chunks

CACHING = "private, max-age=86400"
UNKEPT = "private, no-store"
RENDITIONS = ("display", "w256", "w512", "w1280")
CONTENT_TYPES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "webp": "image/webp",
}


def serve(
    request: HttpRequest,
    key: str,
    *,
    etag: str,
    filename: str,
    download: bool = False,
    keep: bool = True,
) -> HttpResponseBase:
    """Answer with the file of `key`; the caller has checked the permission.

    Content keys never change their content, so the browser may keep a rendition for a day, unless
    `keep` is off. Remote storages answer with a signed address (60 s). `filename` is ours, ASCII.
    """
    caching = CACHING if keep else UNKEPT
    quoted = f'"{etag}"'
    if quoted in parse_etags(request.headers.get("If-None-Match", "")):
        return _guard(HttpResponse(status=304), quoted, caching)
    ext = key.rsplit(".", 1)[-1]
    kind = "attachment" if download else "inline"
    disposition = f'{kind}; filename="{quote(filename)}"'
    if not _is_local():
        return _signed(request, key, CONTENT_TYPES[ext], disposition, caching)
    response = _by_nginx(key) if settings.MEDIA_ACCEL_PREFIX else _by_us(key)
    response["Content-Type"] = CONTENT_TYPES[ext]
    response["Content-Disposition"] = disposition
    return _guard(response, quoted, caching)


def give(
    request: HttpRequest, data: bytes, content_type: str, *, etag: str, filename: str
) -> HttpResponseBase:
    """Answer with bytes made for this request, as a download under our own ASCII name."""
    quoted = f'"{etag}"'
    if quoted in parse_etags(request.headers.get("If-None-Match", "")):
        return _guard(HttpResponse(status=304), quoted, UNKEPT)
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{quote(filename)}"'
    return _guard(response, quoted, UNKEPT)


def give_zip(request: HttpRequest, members: Iterable[Member], *, filename: str) -> HttpResponseBase:
    """Answer with a ZIP archive, sent while it is made."""
    chunks = zip_chunks(members)
    under_asgi = hasattr(request, "scope")
    response = StreamingHttpResponse(
        _later(chunks) if under_asgi else chunks, content_type="application/zip"
    )
    response["Content-Disposition"] = f'attachment; filename="{quote(filename)}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


async def _later(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The same chunks for a server's loop, which must not wait for a disk."""
    while (chunk := await sync_to_async(lambda: next(chunks, None))()) is not None:
        yield chunk


def _by_us(key: str) -> HttpResponseBase:
    try:
        return FileResponse(default_storage.open(key, "rb"))
    except FileNotFoundError as error:
        raise Http404("The file is missing from the storage.") from error


def _by_nginx(key: str) -> HttpResponseBase:
    """No bytes, only where they lie; nginx keeps our headers (deploy/nginx.conf.template)."""
    if not default_storage.exists(key):
        raise Http404("The file is missing from the storage.")
    response = HttpResponse()
    response["X-Accel-Redirect"] = quote(f"{settings.MEDIA_ACCEL_PREFIX}{key}")
    return response


def _is_local() -> bool:
    try:
        default_storage.path("x")
    except NotImplementedError:
        return False
    return True


def _signed(
    request: HttpRequest, key: str, content_type: str, disposition: str, caching: str
) -> HttpResponseBase:
    """The way to the storage itself, good for a minute; what it answers is signed with it."""
    said = {
        "ResponseContentType": content_type,
        "ResponseContentDisposition": disposition,
        "ResponseCacheControl": caching,
    }
    method = "HEAD" if request.method == "HEAD" else "GET"
    # Only storages that sign take these; a file system has a path and does not come here.
    sign: Any = default_storage.url
    response = HttpResponseRedirect(sign(key, parameters=said, http_method=method))
    response["Cache-Control"] = UNKEPT
    return response


def _guard(response: HttpResponseBase, etag: str, caching: str) -> HttpResponseBase:
    response["ETag"] = etag
    response["Cache-Control"] = caching
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
