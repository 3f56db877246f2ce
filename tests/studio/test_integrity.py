"""check_integrity: silent on a sound studio, and every kind of damage has its code."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from studio.integrity import faults
from studio.lib.files import put
from tests import make
from variants import reviewing
from variants.models import ImageVariant

pytestmark = pytest.mark.django_db
NOW = timedelta(0)


@pytest.fixture
def studio(creator, character):
    make.ready(creator, character)
    variants = make.generated(creator, character, 2)
    reviewing.approve(creator, variants[0])
    return variants


def codes(**options):
    return sorted({fault.code for fault in faults(grace=NOW, **options)})


def test_a_sound_studio_has_no_faults(studio):
    assert codes(read_files=True) == []
    call_command("check_integrity", "--grace-s", "0", "--read-files")


def test_a_missing_file_is_found(studio):
    default_storage.delete(studio[0].rendition_path("w256"))
    assert codes() == ["missing_file"]


def test_a_changed_file_is_found_by_reading(studio):
    with default_storage.open(studio[0].file_path, "r+b") as file:
        file.write(b"xx")
    assert codes() == []
    assert codes(read_files=True) == ["damaged_file"]


def test_an_orphan_is_found_after_its_grace_and_swept(studio):
    put("variant/1/orphan.png", b"nobody names me")
    assert [fault.code for fault in faults()] == []
    assert codes() == ["orphan_file"]
    call_command("check_integrity", "--repair", "--grace-s", "0")
    assert not default_storage.exists("variant/1/orphan.png")


def test_a_variant_that_nobody_makes_is_found(studio):
    ImageVariant.objects.filter(pk=studio[1].pk).update(status_id=1, job=None)
    assert codes() == ["variant_without_work"]
    with pytest.raises(CommandError, match="1 things"):
        call_command("check_integrity", "--grace-s", "0")
