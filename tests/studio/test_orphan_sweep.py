"""The orphan sweep: what no row names goes, by way of a folder of its own; what is named stays."""

import os
from datetime import timedelta
from itertools import zip_longest

import pytest
from django.core.files.storage import default_storage

from characters.models import SourceImage
from studio import orphans
from studio.lib.files import put, read
from tests import make

pytestmark = pytest.mark.django_db
GRACE = timedelta(hours=24)
NOW = timedelta(0)


@pytest.fixture
def source(creator, character):
    return make.source(creator, character)


def age(own_media, hours=25):
    """Make every file that old."""
    for file in own_media.rglob("*"):
        if file.is_file():
            then = file.stat().st_mtime - hours * 3600
            os.utime(file, (then, then))


def found(own_media):
    return sorted(str(f.relative_to(own_media)) for f in own_media.rglob("*") if f.is_file())


def did(grace=GRACE):
    return [step for step in orphans.sweep(grace) if step != "looked"]


def test_what_rows_name_is_never_touched(own_media, source):
    before = found(own_media)
    age(own_media, hours=1000)
    assert did() == []
    assert found(own_media) == before


def test_an_old_orphan_is_set_aside_and_removed_after_another_grace(own_media, source):
    key = f"source/{source.character_id}/{'a' * 64}.png"
    put(key, b"nobody names me")
    age(own_media)
    assert did() == ["set_aside"]
    assert not default_storage.exists(key)
    assert read(f"swept/{key}") == b"nobody names me"
    assert did() == []
    age(own_media)
    assert did() == ["removed"]
    assert not default_storage.exists(f"swept/{key}")


def test_a_young_orphan_may_belong_to_an_upload_that_runs(own_media, source):
    put(f"source/{source.character_id}/{'a' * 64}.png", b"soon to be named")
    assert did() == []


def test_an_old_orphan_that_is_uploaded_again_is_young_again(own_media, creator, source):
    data = make.portrait()
    SourceImage.objects.all().update(sha256="b" * 64, file_path="moved")
    age(own_media)
    again = make.source(creator, source.character, data)
    assert did() == []
    assert read(again.file_path) == data


def test_a_file_that_was_named_while_it_was_set_aside_is_put_back(own_media, source):
    data = read(source.file_path)
    put(f"swept/{source.file_path}", data)
    default_storage.delete(source.file_path)
    assert did() == ["put_back"]
    assert read(source.file_path) == data
    assert not default_storage.exists(f"swept/{source.file_path}")


def test_an_unfinished_part_goes_when_it_is_old(own_media, source):
    part = own_media / f"source/{source.character_id}/.x.png.0a1b2c.part"
    part.write_bytes(b"half")
    assert did() == []
    age(own_media)
    assert did() == ["removed"]
    assert not part.exists()


def test_files_of_a_kind_that_this_code_does_not_know_are_left(own_media, source):
    """Newer code beside it may name them."""
    put("video/1/abc.png", b"of a later version")
    age(own_media)
    assert did() == []


def test_a_character_without_rows_is_swept_too(own_media, source):
    put("variant/99/abc.png", b"its character is gone")
    age(own_media)
    assert did() == ["set_aside"]


def test_two_sweepers_at_once_do_as_one(own_media, source):
    for letter in "abc":
        put(f"source/{source.character_id}/{letter * 64}.png", letter.encode())
    age(own_media)
    pairs = zip_longest(orphans.sweep(GRACE), orphans.sweep(GRACE))
    steps = [step for pair in pairs for step in pair]
    assert steps.count("set_aside") == 3
    assert len([name for name in found(own_media) if name.startswith("swept/")]) == 3
    assert default_storage.exists(source.file_path)


def test_a_walk_goes_on_in_slices_and_the_next_waits_its_time(own_media, source):
    put(f"source/{source.character_id}/{'a' * 64}.png", b"old")
    age(own_media)
    sweeping = orphans.Sweeping(GRACE, every_s=3600, slice_s=0)
    for _ in range(9):
        sweeping.go_on()
    assert sweeping.counted["set_aside"] == 1
    put(f"source/{source.character_id}/{'b' * 64}.png", b"old too")
    age(own_media)
    sweeping.go_on()
    assert sweeping.counted["set_aside"] == 1


def test_it_works_on_s3_too(s3, creator, character):
    source = make.source(creator, character)
    named = s3.listed()
    put("variant/99/abc.png", b"its character is gone")
    assert did() == []
    assert did(NOW) == ["set_aside"]
    assert s3.listed() == sorted([*named, "likeness/swept/variant/99/abc.png"])
    assert did(NOW) == ["removed"]
    assert s3.listed() == named
    assert read(source.file_path) == make.portrait()


def test_a_storage_that_is_away_ends_the_walk_and_breaks_nothing(s3, creator, character):
    make.source(creator, character)
    s3.door.shut("broken")
    sweeping = orphans.Sweeping(NOW)
    sweeping.go_on()
    assert sweeping.counted["set_aside"] == 0
