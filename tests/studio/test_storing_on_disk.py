"""A key names a whole, proven file or nothing; what fails is told in a sentence."""

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from studio.lib import files
from studio.lib.files import FileMissing, StorageFailed, StorageFull, WholeFileStorage, put, read

KEY = "variant/7/abc.png"
ROOT = Path(__file__).parent.parent.parent


def found(folder):
    return sorted(str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file())


def test_what_is_put_is_read_and_nothing_else_is_left(own_media):
    put(KEY, b"one")
    assert read(KEY) == b"one"
    assert found(own_media) == [KEY]


def test_a_missing_file_is_told_as_missing():
    with pytest.raises(FileMissing, match="check_integrity") as caught:
        read(KEY)
    assert (caught.value.code, caught.value.permanent) == ("file_missing", True)


def test_a_torn_file_under_the_key_is_healed(own_media):
    (own_media / KEY).parent.mkdir(parents=True)
    (own_media / KEY).write_bytes(b"on")
    put(KEY, b"one")
    assert read(KEY) == b"one"


def test_a_whole_young_file_is_not_written_again(own_media):
    put(KEY, b"one")
    before = (own_media / KEY).stat().st_ino
    put(KEY, b"one")
    assert (own_media / KEY).stat().st_ino == before


def test_a_whole_old_file_is_young_again_after_it_was_put(own_media):
    put(KEY, b"one")
    os.utime(own_media / KEY, (1, 1))
    put(KEY, b"one")
    assert files._is_young(KEY)
    assert found(own_media) == [KEY]


class LyingStorage(WholeFileStorage):
    """Takes every file and keeps another: a disk whose errors nobody sees."""

    def _save(self, name, content):
        content.file.getbuffer()[0] ^= 1
        return super()._save(name, content)


def test_other_bytes_than_were_given_are_refused_and_not_kept(own_media, settings):
    backend = f"{__name__}.LyingStorage"
    default = {"BACKEND": backend, "OPTIONS": {"location": own_media}}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    with pytest.raises(StorageFailed, match="gave back other bytes") as caught:
        put(KEY, b"one")
    assert (caught.value.code, caught.value.permanent) == ("storage_failed", False)
    assert found(own_media) == []


def test_a_folder_that_cannot_be_made_is_told(own_media):
    own_media.mkdir()
    (own_media / "variant").write_text("a file where a folder should be")
    with pytest.raises(StorageFailed, match="Try again"):
        put(KEY, b"one")


def test_a_reader_beside_a_writer_sees_the_whole_file_or_none(own_media):
    data = bytes(range(256)) * 8192
    torn, done = [], threading.Event()

    def look():
        while not done.is_set():
            if default_storage.exists(KEY) and read(KEY) != data:
                torn.append(1)

    reader = threading.Thread(target=look)
    reader.start()
    for _ in range(20):
        put(KEY, data)
        os.utime(own_media / KEY, (1, 1))
    done.set()
    reader.join()
    assert torn == []


STORE = """
import django, json, resource, sys
django.setup()
from django.test.utils import override_settings
from studio.lib.files import StorageFailed, put
folder, limit = sys.argv[1], int(sys.argv[2])
default = {"BACKEND": "studio.lib.files.WholeFileStorage", "OPTIONS": {"location": folder}}
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
with override_settings(STORAGES={"default": default}):
    put("variant/7/small.png", b"fits")
    try:
        put("variant/7/large.png", bytes(200_000))
    except StorageFailed as error:
        print(json.dumps([error.code, error.__cause__.errno]))
"""


def store(folder, limit=0, before=()):
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "studio.settings"}
    command = [*before, sys.executable, "-c", STORE, str(folder), str(limit)]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )


def test_a_file_larger_than_the_system_allows_leaves_no_part(tmp_path):
    """RLIMIT_FSIZE, which every system has: the write fails in the middle of the file."""
    made = store(tmp_path / "media", limit=100_000)
    assert made.stdout.strip() == f'["storage_failed", {errno.EFBIG}]', made.stderr
    assert found(tmp_path / "media") == ["variant/7/small.png"]


def test_a_full_disk_is_told_as_full_and_leaves_no_part(tmp_path):
    """A tmpfs of 64 KiB in a mount namespace, where the system lets us make one."""
    script = f'mount -t tmpfs -o size=64k tmpfs {tmp_path} && "$@" && find {tmp_path} -type f'
    before = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]
    try:
        subprocess.run([*before, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no tmpfs of our own can be mounted here: {error}")
    made = store(tmp_path / "media", before=before)
    full = f'["{StorageFull.code}", {errno.ENOSPC}]'
    assert made.stdout.split("\n")[:2] == [full, f"{tmp_path}/media/variant/7/small.png"], (
        made.stderr
    )
