"""S3 as a file system would behave: an object is whole or not there, failures are OSErrors.

Imported only where STORAGE_URL is set; nothing else here knows boto.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile, File
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

NOT_FOUND = 404
NO_ROOM = 507


class WholeObjectStorage(S3Storage):
    """Private objects, one request each, with short timeouts and few tries."""

    def __init__(
        self,
        *,
        connect_timeout_s: float = 3,
        read_timeout_s: float = 20,
        attempts: int = 3,
        addressing_style: str = "auto",
        **settings: Any,
    ) -> None:
        config = Config(
            connect_timeout=connect_timeout_s,
            read_timeout=read_timeout_s,
            retries={"total_max_attempts": attempts, "mode": "standard"},
            signature_version="s3v4",
            s3={"addressing_style": addressing_style},
            # What is stored is read back and hashed; not every S3 knows the newer checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(client_config=config, file_overwrite=True, default_acl=None, **settings)

    def exists(self, name: str) -> bool:
        with _as_a_disk(name):
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        with _as_a_disk(name):
            super().delete(name)

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        """Names of folders and files in a folder; one that is not there is empty."""
        with _as_a_disk(name):
            folders, files = super().listdir(name)
        return folders, files

    def size(self, name: str) -> int:
        with _as_a_disk(name):
            return int(super().size(name))

    def get_modified_time(self, name: str) -> datetime:
        with _as_a_disk(name):
            modified: datetime = super().get_modified_time(name)
        return modified

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        if mode != "rb":
            raise ValueError("A stored object is written once, as a whole, and then only read.")
        with _as_a_disk(name):
            answer = self._client.get_object(Bucket=self.bucket_name, Key=self._key(name))
            return ContentFile(answer["Body"].read(), name)

    def _save(self, name: str, content: File[Any]) -> str:
        parameters = self._get_write_parameters(name, content)
        content.seek(0)
        with _as_a_disk(name):
            self._client.put_object(
                Bucket=self.bucket_name, Key=self._key(name), Body=content.read(), **parameters
            )
        return name

    @property
    def _client(self) -> Any:
        return self.connection.meta.client  # one a thread

    def _key(self, name: str) -> str:
        return str(self._normalize_name(clean_name(name)))


@contextmanager
def _as_a_disk(name: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        code = error.response.get("Error", {}).get("Code")
        if status == NOT_FOUND and code != "NoSuchBucket":
            raise FileNotFoundError(errno.ENOENT, "no such object", name) from error
        number = errno.ENOSPC if status == NO_ROOM else errno.EIO
        raise OSError(number, str(error), name) from error
    except (BotoCoreError, Boto3Error) as error:
        raise OSError(errno.EIO, str(error), name) from error
