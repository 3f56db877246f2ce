"""The same steps on S3: put, read, list and age; what fails is told in a sentence."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from django.core.files.storage import default_storage

from studio.lib.files import FileMissing, StorageFailed, StorageFull, put, put_all, read

KEY = "variant/7/abc.png"


def test_what_is_put_is_read_and_listed(s3):
    put_all([(KEY, b"one"), ("source/7/def.webp", b"two")])
    assert (read(KEY), read("source/7/def.webp")) == (b"one", b"two")
    assert s3.listed() == ["likeness/source/7/def.webp", f"likeness/{KEY}"]
    assert default_storage.exists(KEY)
    assert not default_storage.exists("variant/7/other.png")
    assert default_storage.listdir("") == (["source", "variant"], [])
    assert default_storage.listdir("variant/7") == ([], ["abc.png"])
    assert default_storage.listdir("nothing") == ([], [])
    assert default_storage.size(KEY) == 3
    age = datetime.now(UTC) - default_storage.get_modified_time(KEY)
    assert abs(age) < timedelta(minutes=5)
    default_storage.delete(KEY)
    default_storage.delete(KEY)
    assert not default_storage.exists(KEY)


def test_a_missing_object_is_told_as_missing(s3):
    with pytest.raises(FileMissing, match="check_integrity"):
        read(KEY)
    with pytest.raises(FileNotFoundError):
        default_storage.size(KEY)


def test_an_object_is_never_opened_for_writing(s3):
    with pytest.raises(ValueError, match="written once"):
        default_storage.open(KEY, "wb")


def test_a_torn_object_under_the_key_is_healed(s3):
    s3.write(f"likeness/{KEY}", b"on")
    put(KEY, b"one")
    assert s3.body(f"likeness/{KEY}") == b"one"


def test_an_object_that_is_there_is_read_and_not_sent_again(s3):
    put(KEY, b"one")
    s3.door.seen.clear()
    put(KEY, b"one")
    assert "PUT" not in s3.door.seen
    assert "GET" in s3.door.seen


@pytest.mark.parametrize(
    ("mode", "method"),
    [("broken", "GET"), ("broken", "PUT"), ("silent", "PUT"), ("silent", "GET"), ("cut", "GET")],
)
def test_a_storage_that_fails_is_told_and_can_be_tried_again(s3, mode, method):
    s3.door.shut(mode, method)
    with pytest.raises(StorageFailed, match="Try again") as caught:
        put(KEY, b"twelve bytes")
    assert (caught.value.status, caught.value.permanent) == (503, False)
    s3.door.shut("pass")
    put(KEY, b"twelve bytes")
    assert read(KEY) == b"twelve bytes"


def test_a_storage_without_room_is_told_as_full(s3):
    s3.door.shut("full", "PUT")
    with pytest.raises(StorageFull, match="made room") as caught:
        put(KEY, b"one")
    assert caught.value.status == 507


def test_other_bytes_than_were_sent_are_refused_and_not_kept(s3):
    s3.door.shut("lying", "GET")
    with pytest.raises(StorageFailed, match="gave back other bytes"):
        put(KEY, b"one")
    assert s3.listed() == []


def test_a_good_file_is_not_given_up_because_a_read_went_wrong(s3):
    put(KEY, b"one")
    s3.door.shut("lying", "GET")
    with pytest.raises(StorageFailed):
        put(KEY, b"one")
    s3.door.shut("pass")
    assert read(KEY) == b"one"


def test_a_bucket_that_is_not_there_is_a_failure_and_no_missing_file(s3, settings):
    options = {**settings.STORAGES["default"]["OPTIONS"], "bucket_name": "elsewhere"}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": options},
    }
    with pytest.raises(StorageFailed):
        put(KEY, b"one")
    with pytest.raises(StorageFailed):
        read(KEY)


def test_a_server_that_is_off_is_told(s3):
    s3.door.shutdown()
    s3.door.server_close()
    with pytest.raises(StorageFailed):
        read(KEY)


def test_a_signed_address_answers_whole_and_in_parts(s3):
    put(KEY, b"0123456789")
    url = default_storage.url(KEY)
    assert httpx.get(url).content == b"0123456789"
    part = httpx.get(url, headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, b"234")
