"""Serving stored files after the permission check: own content type, no sniffing, no scripts."""

from urllib.parse import quote

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags

RENDITIONS = ("display", "w256", "w512", "w1280")
CONTENT_TYPES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "webp": "image/webp",
}


def serve(
    request: HttpRequest, key: str, *, etag: str, filename: str, download: bool = False
) -> HttpResponseBase:
    """Answer with the file of `key`; the caller has checked the permission.

    Content keys never change their content, so the browser may keep a rendition for a day.
    Remote storages answer with a signed address (60 s). `filename` is ours and ASCII.
    """
    quoted = f'"{etag}"'
    if quoted in parse_etags(request.headers.get("If-None-Match", "")):
        return _guard(HttpResponse(status=304), quoted)
    ext = key.rsplit(".", 1)[-1]
    if not _is_local():
        return HttpResponseRedirect(default_storage.url(key))
    try:
        handle = default_storage.open(key, "rb")
    except FileNotFoundError as error:
        raise Http404("The file is missing from the storage.") from error
    response = FileResponse(handle, content_type=CONTENT_TYPES[ext])
    kind = "attachment" if download else "inline"
    response["Content-Disposition"] = f'{kind}; filename="{quote(filename)}"'
    return _guard(response, quoted)


def _is_local() -> bool:
    try:
        default_storage.path("x")
    except NotImplementedError:
        return False
    return True


def _guard(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    response["ETag"] = etag
    response["Cache-Control"] = "private, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
