"""Exporting for editing elsewhere: the file, its sidecar, the status, and taking it back."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
from PIL import Image

from audit.models import AuditEvent
from jobs.models import Job, JobStatus
from studio.integrity import faults
from studio.lib.files import read
from studio.lib.labels import marks_in
from studio.lib.scans import png
from tests import make
from variants import exporting, reviewing
from variants.exports import VariantExport
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(creator, character):
    make.ready(creator, character)
    return make.generated(creator, character, 2)


def fresh(variant):
    return ImageVariant.objects.for_cards().get(pk=variant.pk)


def url(variant, verb):
    return f"/api/v1/characters/{variant.character_id}/variants/{variant.pk}/{verb}"


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def idat(data):
    return [data[begin:end] for kind, begin, end in png.chunks(data) if kind == b"IDAT"]


def test_a_candidate_goes_out_with_every_pixel_and_comes_to_editing(api, creator, two):
    client, variant = api(creator), two[0]
    answer = client.post(url(variant, "export"))
    assert answer.status_code == 201, answer.json()
    said = answer.json()
    assert {"export_path", "download_url", "sidecar_url"} <= set(said)
    file = body(client.get(said["download_url"]))
    stored = read(variant.file_path)
    assert hashlib.sha256(file).hexdigest() == said["sha256"]
    assert len(file) == said["file_size_bytes"]
    assert idat(file) == idat(stored)
    image, before = Image.open(io.BytesIO(file)), Image.open(io.BytesIO(stored))
    assert image.tobytes() == before.tobytes()
    assert b"trainedAlgorithmicMedia" in file
    row = VariantExport.objects.get()
    assert marks_in(file) == [row.token]
    assert fresh(variant).state is VariantStatus.EDITING
    assert fresh(variant).revision == variant.revision + 1
    assert AuditEvent.objects.get(verb="variant.export").after["sha256"] == said["sha256"]


def test_the_sidecar_says_where_it_came_from(api, creator, two):
    client, variant = api(creator), two[0]
    said = client.post(url(variant, "export")).json()
    answer = client.get(said["sidecar_url"])
    assert answer["Content-Disposition"].endswith(f'"{said["file_name"]}.json"')
    found = json.loads(body(answer))
    assert found["schema"] == "likeness-studio/provenance/1"
    assert found["export"]["sha256"] == said["sha256"]
    assert found["export"]["exported_by"] == "cleo"
    assert found["variant"]["sha256"] == variant.sha256
    assert found["source_image"]["sha256"] == variant.source_image.sha256
    assert found["recipe"]["seed"] == str(variant.seed)
    assert [step["variant"] for step in found["lineage"]] == [variant.pk]
    assert found["qa"] is None


def test_a_hero_and_a_rejected_one_keep_their_status_and_are_out(api, creator, two):
    hero, rejected = two
    reviewing.approve(creator, hero)
    reviewing.reject(creator, rejected)
    for variant, status in ((hero, "approved"), (rejected, "rejected")):
        assert api(creator).post(url(variant, "export")).status_code == 201
        shown = api(creator).get(url(variant, "")[:-1]).json()
        assert (shown["status"], shown["is_out"]) == (status, True)
        answer = api(creator).post(url(variant, "cancel-edit"))
        assert answer.status_code == 200
        assert (answer.json()["status"], answer.json()["is_out"]) == (status, False)
    assert fresh(hero).is_hero


def test_cancelling_the_edit_returns_it_and_twice_is_told(api, creator, two):
    client, variant = api(creator), two[0]
    client.post(url(variant, "export"))
    client.post(url(variant, "export"))
    answer = client.post(url(variant, "cancel-edit"))
    assert (answer.status_code, answer.json()["status"]) == (200, "generated")
    rows = VariantExport.objects.all()
    assert all(row.returned_at and row.returned_by == creator for row in rows)
    again = client.post(url(variant, "cancel-edit"))
    assert (again.status_code, again.json()["code"]) == (409, "not_out")


def test_the_export_directory_gets_whole_files_with_their_sidecars(
    api, creator, two, settings, tmp_path
):
    settings.EXPORT_DIR = tmp_path / "out"
    client = api(creator)
    said = client.post(url(two[0], "export")).json()
    folder = tmp_path / "out" / f"character-{two[0].character_id}"
    assert said["export_path"] == str(folder / said["file_name"])
    assert (folder / said["file_name"]).read_bytes() == body(client.get(said["download_url"]))
    beside = (folder / f"{said['file_name']}.json").read_bytes()
    assert beside == body(client.get(said["sidecar_url"]))
    assert len(list(folder.iterdir())) == 2


def test_a_directory_that_takes_nothing_exports_nothing(api, creator, two, settings, tmp_path):
    settings.EXPORT_DIR = tmp_path / "a file"
    settings.EXPORT_DIR.write_text("in the way")
    answer = api(creator).post(url(two[0], "export"))
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_failed")
    assert fresh(two[0]).state is VariantStatus.GENERATED
    assert not VariantExport.objects.exists()


def test_what_was_put_out_is_taken_back_when_the_export_fails(creator, two, tmp_path, monkeypatch):
    def broken(*args, **more):
        raise RuntimeError

    monkeypatch.setattr(exporting, "record", broken)
    with pytest.raises(RuntimeError):
        exporting.export_many(creator, two, tmp_path / "out")
    assert [path for path in (tmp_path / "out").rglob("*") if path.is_file()] == []
    assert fresh(two[0]).state is VariantStatus.GENERATED


def test_a_zip_holds_files_and_sidecars_under_names_of_ours(api, creator, two):
    client = api(creator)
    answer = client.post("/api/v1/variants/export-batch", {"variant_ids": [v.pk for v in two]})
    assert answer.status_code == 201, answer.json()
    packed = client.get(answer.json()["zip_url"])
    archive = zipfile.ZipFile(io.BytesIO(body(packed)))
    assert archive.testzip() is None
    names = [row["file_name"] for row in answer.json()["exports"]]
    folder = f"character-{two[0].character_id}/"
    assert set(archive.namelist()) == {
        folder + name + end for name in names for end in ("", ".json")
    }
    first = answer.json()["exports"][0]
    assert hashlib.sha256(archive.read(folder + names[0])).hexdigest() == first["sha256"]


def test_a_batch_with_one_that_cannot_go_exports_none(api, creator, two):
    ImageVariant.objects.filter(pk=two[1].pk).update(status_id=VariantStatus.QUARANTINED)
    answer = api(creator).post(
        "/api/v1/variants/export-batch", {"variant_ids": [v.pk for v in two]}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "not_exportable")
    assert fresh(two[0]).state is VariantStatus.GENERATED


def test_the_gate_is_asked_at_export_and_at_each_download(api, creator, character, two):
    client = api(creator)
    said = client.post(url(two[0], "export")).json()
    character.depicts = "real_person"
    character.save()
    for answer in (
        client.get(said["download_url"]),
        client.get(said["sidecar_url"]),
        client.get(f"/api/v1/exports/zip?ids={said['id']}"),
        client.post(url(two[1], "export")),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "attestation_required")


def test_reviewers_export_where_the_project_allows(api, reviewer, project, two):
    client = api(reviewer)
    answer = client.post(url(two[0], "export"))
    assert (answer.status_code, answer.json()["code"]) == (403, "reviewers_may_not_export")
    project.reviewers_can_export = True
    project.save()
    said = client.post(url(two[0], "export"))
    assert said.status_code == 201
    assert client.get(said.json()["download_url"]).status_code == 200


def test_an_outsider_finds_no_export(api, creator, outsider, two):
    said = api(creator).post(url(two[0], "export")).json()
    for address in (
        said["download_url"],
        said["sidecar_url"],
        f"/api/v1/exports/zip?ids={said['id']}",
        "/api/v1/exports/zip?ids=nothing",
    ):
        assert api(outsider).get(address).status_code == 404


def test_one_without_an_image_is_told(api, creator, two):
    none = dict.fromkeys(
        ("file_path", "sha256", "file_size_bytes", "width", "height", "format"), None
    )
    ImageVariant.objects.filter(pk=two[0].pk).update(status_id=VariantStatus.PENDING, **none)
    answer = api(creator).post(url(two[0], "export"))
    assert (answer.status_code, answer.json()["code"]) == (409, "no_file")


def test_nothing_is_broken_by_a_round(api, creator, two):
    Job.objects.all().update(status_id=JobStatus.SUCCEEDED, finished_at="2026-01-01T00:00Z")
    client = api(creator)
    client.post(url(two[0], "export"))
    client.post(url(two[0], "cancel-edit"))
    client.post(url(two[1], "export"))
    assert [fault.sentence for fault in faults(grace=timedelta(0), read_files=True)] == []
