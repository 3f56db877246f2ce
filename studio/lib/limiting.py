"""How often one person may do a thing in a minute. Counted in the cache, for all processes.

A cache that is away counts nothing: a limit is there to spare the studio, not to stop it.
"""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import caches
from redis.exceptions import RedisError

from studio.lib.errors import TooMany

log = logging.getLogger(__name__)

V = TypeVar("V", bound=Callable[..., Any])
WINDOW_S = 60
READS = ("GET", "HEAD", "OPTIONS")


def limited(thing: str, *, reads: bool = False) -> Callable[[V], V]:
    """Count a view's changes (with `reads` its reads too) against `RATE_LIMITS`.

    Stands below `@api_view` or `@login_required`, so that there is a person. Raises TooMany.
    """

    def wrap(view: V) -> V:
        @wraps(view)
        def counted(request: Any, *args: Any, **kwargs: Any) -> Any:
            if reads or request.method not in READS:
                spend(thing, request.user.pk)
            return view(request, *args, **kwargs)

        return counted  # type: ignore[return-value]  # what it wraps, called as before

    return wrap


def spend(thing: str, person_id: int) -> None:
    """Count one more; TooMany beyond the limit, with the seconds until it goes on."""
    now = time.time()
    window = int(now // WINDOW_S)
    key = f"rate:{thing}:{person_id}:{window}"
    cache = caches["rates"]
    try:
        cache.add(key, 0, timeout=2 * WINDOW_S)
        count = cache.incr(key)
    except (RedisError, OSError, ValueError) as error:
        log.warning("the rate of %s was not counted: %s", thing, error)
        return
    limit = settings.RATE_LIMITS[thing]
    if count > limit:
        wait_s = max(1, round((window + 1) * WINDOW_S - now))
        raise TooMany(
            f"That is more than {limit:,} times a minute. Go on in {wait_s} s.",
            retry_after_s=wait_s,
            limit=limit,
        )
