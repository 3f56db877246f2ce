"""When the storage fails, an upload is answered with a sentence, and a job tries again."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from characters.models import SourceImage
from jobs.models import Job, JobStatus
from tests import make


def send(client, url):
    file = SimpleUploadedFile("portrait.png", make.portrait(), "image/png")
    return client.post(url, {"file": file}, **client_options(client))


def client_options(client):
    return {"format": "multipart"} if hasattr(client, "force_authenticate") else {}


@pytest.mark.parametrize(
    ("mode", "status", "code"), [("broken", 503, "storage_failed"), ("full", 507, "storage_full")]
)
def test_an_upload_by_api_says_so_and_records_nothing(
    s3, api, creator, character, mode, status, code
):
    s3.door.shut(mode, "PUT")
    url = f"/api/v1/characters/{character.pk}/source-image"
    answer = send(api(creator), url)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "Try again" in answer.json()["detail"]
    assert not SourceImage.objects.exists()
    assert not Job.objects.exists()
    assert s3.listed() == []
    character.refresh_from_db()
    assert character.current_source_id is None

    s3.door.shut("pass")
    assert send(api(creator), url).status_code == 201


def test_an_upload_by_page_says_so_in_the_page(s3, page, creator, character):
    s3.door.shut("full")
    answer = send(page(creator), f"/characters/{character.pk}/source/")
    assert answer.status_code == 507
    assert "The storage is full" in answer.content.decode()
    assert not SourceImage.objects.exists()


def test_a_job_that_cannot_read_its_image_is_tried_again(s3, creator, character):
    make.source(creator, character)
    s3.door.shut("broken")
    make.run_jobs("cpu")
    job = Job.objects.get(kind__name="source.qa")
    assert (job.state, job.error_code) == (JobStatus.QUEUED, "storage_failed")
    assert job.attempts == 1


def test_a_job_whose_image_is_gone_says_so_and_ends(s3, creator, character):
    source = make.source(creator, character)
    s3.client.delete_object(Bucket="studio", Key=f"likeness/{source.rendition_path('display')}")
    make.run_jobs("cpu")
    job = Job.objects.get(kind__name="source.qa")
    assert (job.state, job.error_code) == (JobStatus.FAILED, "file_missing")
    assert "check_integrity" in job.error
