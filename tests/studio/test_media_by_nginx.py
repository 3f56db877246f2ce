"""With MEDIA_ACCEL_PREFIX the answer says where nginx finds the file, and all that guards it."""

import pytest
from django.core.files.storage import default_storage

from tests.people import world
from tests.people.asking import signed_in


@pytest.fixture
def cast(db, settings):
    settings.MEDIA_ACCEL_PREFIX = "/_media/"
    return world.build()


def test_the_answer_has_no_bytes_but_names_the_file_below_the_media_root(cast):
    answer = signed_in(cast.creator, api=False).get(
        f"/media/sources/{cast.ours.source.pk}/original/"
    )
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["X-Accel-Redirect"] == f"/_media/{cast.ours.source.file_path}"
    assert default_storage.exists(cast.ours.source.file_path)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "private, max-age=86400"


def test_a_stranger_is_not_told_where_it_lies(cast):
    answer = signed_in(cast.outsider, api=False).get(
        f"/media/sources/{cast.ours.source.pk}/display/"
    )
    assert answer.status_code == 404
    assert "X-Accel-Redirect" not in answer.headers


def test_a_file_that_is_gone_is_a_404_of_ours(cast):
    default_storage.delete(cast.ours.source.file_path)
    answer = signed_in(cast.creator, api=False).get(
        f"/media/sources/{cast.ours.source.pk}/original/"
    )
    assert answer.status_code == 404
