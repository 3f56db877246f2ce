"""Reading a variant's file from a request, for page and API alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from characters.incoming import file_of, variant_limits
from variants.importing import Upload


@contextmanager
def upload_of(request: Any) -> Iterator[Upload]:
    """The file that came along, not vetted yet. Raises what `characters.incoming.file_of` does."""
    with file_of(request) as file:
        yield Upload(file.data, file.name, variant_limits())
