"""Receiving a source image: rows, files, jobs, and what a refusal leaves behind."""

import hashlib

import pytest

from audit.models import AuditEvent
from characters import approving, receiving
from characters.errors import AppearanceLocked
from characters.models import SourceImage
from jobs.models import Job
from qa.models import QAReport
from studio.lib.files import read
from studio.lib.pictures import ImageRefused
from tests import make

pytestmark = pytest.mark.django_db


def test_every_file_that_the_row_names_is_there(creator, character):
    source = make.source(creator, character, make.portrait())
    assert read(source.file_path) == make.portrait()
    assert source.sha256 == hashlib.sha256(make.portrait()).hexdigest()
    for rendition in ("display", "w256", "w512", "w1280"):
        assert read(source.rendition_path(rendition))


def test_two_jobs_are_asked_for(creator, character):
    source = make.source(creator, character)
    assert {source.qa_job.kind.name, source.embedding_job.kind.name} == {
        "source.qa",
        "source.embed",
    }
    assert source.qa_job.asked_by == creator


def test_a_new_upload_is_the_next_version_and_the_old_one_stays(creator, character):
    first = make.source(creator, character)
    second = make.source(creator, character)
    character.refresh_from_db()
    assert (first.version, second.version) == (1, 2)
    assert character.current_source == second
    assert character.sources.count() == 2


def test_a_refused_file_leaves_nothing_but_a_record(creator, character, own_media):
    with pytest.raises(ImageRefused):
        make.source(creator, character, b"GIF89a not for us")
    assert SourceImage.objects.count() == 0
    assert Job.objects.count() == 0
    assert QAReport.objects.count() == 0
    assert not own_media.exists() or not [p for p in own_media.rglob("*") if p.is_file()]
    assert AuditEvent.objects.get(verb="source.refused").after == {"code": "not_allowed_format"}


def test_nothing_is_stored_before_the_upload_is_checked_twice(creator, character, monkeypatch):
    """The baseline is approved while the file is being decoded: the upload is refused."""

    make.passed_source(creator, character)
    checked = receiving.vet

    def approve_meanwhile(data, name, limits):
        approving.approve_baseline(creator, character)
        return checked(data, name, limits)

    monkeypatch.setattr(receiving, "vet", approve_meanwhile)
    with pytest.raises(AppearanceLocked):
        make.source(creator, character, make.portrait())
    assert character.sources.count() == 1
