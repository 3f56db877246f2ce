"""Whether the studio as a whole can work: its parts, each asked for real and briefly."""

import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import Error as DatabaseAway
from django.db import connection
from redis import Redis
from redis.exceptions import RedisError

from comfy_bridge.models import ComfyServer, ServerStatus
from jobs.attending import seen
from jobs.models import QUEUES
from studio.lib.logs import without_secrets

State = Literal["ok", "degraded", "failed"]

LIMIT_S = 2.0
KEEP_S = 1.0


@dataclass(frozen=True)
class Part:
    """One thing that the studio stands on, how it is, and that in a sentence."""

    name: str
    state: State
    sentence: str


@dataclass(frozen=True)
class Report:
    """All parts; without a failed one the studio is ready."""

    parts: tuple[Part, ...]

    @property
    def status(self) -> str:
        states = {part.state for part in self.parts}
        if "failed" in states:
            return "unavailable"
        return "degraded" if "degraded" in states else "ready"


_lock = threading.Lock()
_kept: tuple[float, Report] | None = None
# Storage that hangs may keep these threads; then nobody waits for more of them.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="readiness")


def probe() -> Report:
    """How every part is now; asked at most once a second, for strangers may ask too."""
    global _kept  # noqa: PLW0603  one report for the whole process
    with _lock:
        if _kept is None or time.monotonic() - _kept[0] > KEEP_S:
            database = _database()
            if database.state == "failed":
                unknown = "Unknown: the database does not answer."
                rows = Part("workers", "failed", unknown), Part("servers", "failed", unknown)
            else:
                rows = _workers(), _servers()
            _kept = time.monotonic(), Report((database, _broker(), _storage(), *rows))
        return _kept[1]


def _database() -> Part:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseAway as error:
        return Part("database", "failed", f"It does not answer: {_first_line(error)}")
    return Part("database", "ok", f"It answers ({connection.display_name}).")


def _broker() -> Part:
    if not settings.REDIS_URL:
        return Part("broker", "ok", "Wake-ups stay inside this process.")
    client = Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=LIMIT_S, socket_timeout=LIMIT_S
    )
    try:
        client.ping()
    except (OSError, RedisError) as error:
        return Part("broker", "failed", f"Redis does not answer: {_first_line(error)}")
    finally:
        client.close()
    return Part("broker", "ok", "Redis answers.")


def _storage() -> Part:
    trial = _threads.submit(_write_and_read)
    try:
        error = trial.exception(timeout=LIMIT_S)
    except TimeoutError:
        trial.cancel()
        return Part("storage", "failed", f"It did not take a file within {LIMIT_S:.0f} s.")
    if error is not None:
        return Part("storage", "failed", f"It takes no file: {_first_line(error)}")
    return Part("storage", "ok", "A file was written, read and removed.")


def _write_and_read() -> None:
    content = secrets.token_bytes(32)
    key = default_storage.save(f"probe/{content.hex()[:24]}", ContentFile(content))
    try:
        with default_storage.open(key, "rb") as handle:
            if handle.read() != content:
                raise OSError("what was read is not what was written")
    finally:
        default_storage.delete(key)


def _workers() -> Part:
    there = list(seen().values_list("kind", "queues"))
    served = {queue for _, queues in there for queue in queues}
    missing = [queue for queue in QUEUES if queue not in served]
    if missing:
        return Part("workers", "failed", f"Nobody serves {', '.join(missing)}: start a worker.")
    if not {"sweeper", "embedded"} & {kind for kind, _ in there}:
        return Part("workers", "degraded", "No sweeper is seen: lost jobs stay lost. Start one.")
    return Part("workers", "ok", "Every queue is served.")


def _servers() -> Part:
    servers = list(ComfyServer.objects.values_list("name", "status_id", "paused"))
    online = [name for name, status, paused in servers if status == ServerStatus.ONLINE]
    if not servers:
        return Part("servers", "degraded", "No ComfyUI server is registered.")
    if not online:
        return Part("servers", "degraded", "No ComfyUI server is online.")
    if all(paused for name, status, paused in servers if status == ServerStatus.ONLINE):
        return Part("servers", "degraded", "Every ComfyUI server that is online is paused.")
    return Part("servers", "ok", f"{len(online)} of {len(servers)} ComfyUI servers are online.")


def _first_line(error: BaseException) -> str:
    """What an error says, without secrets that an address may hold."""
    said = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
    return without_secrets(said)
