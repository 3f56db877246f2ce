"""Edited files that come back: matched, validated, a version of their own, checked."""

import hashlib
import io
import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image

from characters import describing
from jobs.models import Job, JobStatus
from people.models import User
from studio.integrity import faults
from studio.lib.errors import StudioError
from studio.lib.files import read
from studio.lib.pictures import Limits
from tests import make
from variants import exporting, importing
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus

LIMITS = Limits(max_bytes=60 * 2**20)


@pytest.fixture
def variant(db, creator, character):
    make.ready(creator, character)
    return make.generated(creator, character, 1)[0]


def fresh(variant):
    return ImageVariant.objects.for_cards().get(pk=variant.pk)


def edited(data, shade=0, size=None, kind="PNG", *, keep_label=False):
    """The picture as an editor saves it: some pixels painted, our metadata kept or lost."""
    image = Image.open(io.BytesIO(data))
    info = {"xmp": image.info.get("xmp")} if keep_label and kind != "PNG" else {}
    painted = image.convert("RGB")
    painted.paste((shade, 10, 20), (0, 0, 40, 40))
    out = io.BytesIO()
    (painted.resize(size) if size else painted).save(out, kind, **info)
    return out.getvalue()


def file(data, name="edit.png"):
    return {"file": SimpleUploadedFile(name, data, "image/png")}


def url(variant, verb=""):
    base = f"/api/v1/characters/{variant.character_id}/variants/{variant.pk}"
    return f"{base}/{verb}" if verb else base


def drop_url(variant):
    return f"/api/v1/characters/{variant.character_id}/reimport"


def post(client, address, body):
    return client.post(address, body, format="multipart")


def stored(variant):
    return read(variant.file_path)


def test_a_file_for_a_picked_variant_becomes_the_next_version(api, creator, variant):
    client = api(creator)
    client.post(url(variant, "export"))
    before = ImageVariant.objects.filter(pk=variant.pk).values().get()
    data = edited(stored(variant))
    answer = post(client, url(variant, "reimport"), file(data, "../a/Jane edit.png"))
    assert answer.status_code == 201, answer.json()
    made = fresh(ImageVariant(pk=answer.json()["id"]))
    assert (made.parent_variant_id, made.root_id, made.version) == (variant.pk, variant.pk, 2)
    assert (made.provenance, made.state) == ("manually_edited", VariantStatus.GENERATED)
    assert made.sha256 == hashlib.sha256(data).hexdigest()
    assert (made.created_by, made.original_name) == (creator, "Jane edit.png")
    assert made.source_image_id == variant.source_image_id
    assert made.variant_type_id == variant.variant_type_id
    assert (made.seed, made.is_hero) == (None, False)
    after = ImageVariant.objects.filter(pk=variant.pk).values().get()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"status_id", "revision", "updated_at"}, "the original is untouched"
    assert fresh(variant).state is VariantStatus.GENERATED
    assert not fresh(variant).is_out
    assert variant.exports.get().returned_as == made


def test_its_checks_run(api, creator, variant):
    client = api(creator)
    answer = post(client, url(variant, "reimport"), file(edited(stored(variant))))
    make.run_jobs("cpu", "gpu")
    shown = client.get(url(ImageVariant(pk=answer.json()["id"], character=variant.character)))
    assert shown.json()["qa_verdict"] in {"pass", "warn", "fail"}
    assert shown.json()["qa"]["checks"]


def test_versions_count_on_over_the_whole_family(api, creator, variant):
    client = api(creator)
    first = post(client, url(variant, "reimport"), file(edited(stored(variant), 1))).json()
    second = post(client, url(variant, "reimport"), file(edited(stored(variant), 2))).json()
    child = ImageVariant(pk=first["id"], character=variant.character)
    third = post(client, url(child, "reimport"), file(edited(stored(variant), 3))).json()
    assert [row["version"] for row in (first, second, third)] == [2, 3, 4]
    assert third["parent_variant"] == first["id"]
    history = client.get(url(child, "history")).json()["results"]
    assert [row["version"] for row in history] == [4, 3, 2, 1]
    assert [row["provenance"] for row in history] == [*["manually_edited"] * 3, "generated"]
    assert {row["created_by"] for row in history} == {"cleo"}
    assert {"qa_verdict", "created_at"} <= set(history[0])


@pytest.mark.parametrize("how", ["embedded", "name"])
def test_a_dropped_file_finds_its_variant(api, creator, variant, how):
    client = api(creator)
    said = client.post(url(variant, "export")).json()
    given = client.get(said["download_url"]).content
    if how == "embedded":
        data, name = edited(given, kind="WEBP", keep_label=True), "anything at all.webp"
    else:
        data, name = edited(given), said["file_name"].replace(".png", " copy (1).png").upper()
        name = name.replace(".PNG", ".png")
    answer = post(client, drop_url(variant), file(data, name))
    assert answer.status_code == 201, answer.json()
    assert (answer.json()["matched_by"], answer.json()["parent_variant"]) == (how, variant.pk)
    if how == "embedded":
        assert answer.json()["notes"] == ["It was png and came back as webp."]


def test_the_embedded_id_counts_more_than_the_name(api, creator, character, variant):
    other = make.generated(creator, character, 1)[0]
    client = api(creator)
    mine = client.get(client.post(url(variant, "export")).json()["download_url"]).content
    theirs = client.post(url(other, "export")).json()
    data = edited(mine, kind="JPEG", keep_label=True)
    name = theirs["file_name"].replace(".png", ".jpg")
    answer = post(client, drop_url(variant), file(data, name))
    assert answer.json()["parent_variant"] == variant.pk


def test_a_file_that_nothing_matches_is_told_with_the_choices(api, creator, variant):
    client = api(creator)
    data = edited(stored(variant))
    answer = post(client, drop_url(variant), file(data))
    assert (answer.status_code, answer.json()["code"]) == (409, "no_match")
    assert [choice["id"] for choice in answer.json()["choices"]] == [variant.pk]
    chosen = post(client, drop_url(variant), {**file(data), "variant": variant.pk})
    assert (chosen.status_code, chosen.json()["matched_by"]) == (201, "picked")


def test_the_token_of_another_character_leads_nowhere(api, creator, project, variant):
    client = api(creator)
    said = client.post(url(variant, "export")).json()
    given = client.get(said["download_url"]).content
    other = describing.create_character(creator, project, name="Joan", depicts="fictional")
    address = f"/api/v1/characters/{other.pk}/reimport"
    data = edited(given, kind="WEBP", keep_label=True)
    answer = post(client, address, file(data, said["file_name"].replace("png", "webp")))
    assert (answer.status_code, answer.json()["code"]) == (409, "no_match")
    assert answer.json()["choices"] == []


def test_another_size_is_told_and_kept_on_demand(api, creator, variant):
    client = api(creator)
    data = edited(stored(variant), size=(256, 256))
    answer = post(client, url(variant, "reimport"), file(data))
    assert (answer.status_code, answer.json()["code"]) == (409, "size_differs")
    assert answer.json()["expected"] == [512, 512]
    assert answer.json()["actual"] == [256, 256]
    assert ImageVariant.objects.count() == 1
    kept = post(client, url(variant, "reimport"), {**file(data), "keep_size": "1"})
    assert kept.status_code == 201
    assert (kept.json()["width"], len(kept.json()["notes"])) == (256, 1)


def test_an_unchanged_file_is_told_by_whatever_way_it_comes(api, creator, variant):
    client = api(creator)
    said = client.post(url(variant, "export")).json()
    given = client.get(said["download_url"]).content
    for data in (stored(variant), given):
        for address in (url(variant, "reimport"), drop_url(variant)):
            answer = post(client, address, file(data))
            assert (answer.status_code, answer.json()["code"]) == (409, "unchanged")
            assert answer.json()["variant"] == variant.pk
    assert fresh(variant).state is VariantStatus.EDITING, "it is still out"


def test_the_same_edit_twice_is_told_the_second_time(api, creator, variant):
    client, data = api(creator), edited(stored(variant))
    assert post(client, url(variant, "reimport"), file(data)).status_code == 201
    again = post(client, url(variant, "reimport"), file(data))
    assert (again.status_code, again.json()["version"]) == (409, 2)


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"8BPS\x00\x01", "edit.psd", "bad_extension"),
        (b"8BPS\x00\x01", "edit", "not_allowed_format"),
        (b"", "edit.png", "empty"),
        (b"\x89PNG\r\n\x1a\n broken", "edit.png", "decode_failed"),
    ],
)
def test_the_validator_refuses_with_its_codes(api, creator, variant, data, name, code):
    answer = post(api(creator), url(variant, "reimport"), file(data, name))
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert ImageVariant.objects.count() == 1


def test_without_a_file_it_says_so(api, creator, variant):
    for address in (url(variant, "reimport"), drop_url(variant)):
        answer = post(api(creator), address, {})
        assert (answer.status_code, answer.json()["code"]) == (400, "no_file")


def test_edits_have_a_limit_of_their_own(api, creator, variant, settings):
    settings.MAX_EDIT_BYTES = 1000
    answer = post(api(creator), url(variant, "reimport"), file(edited(stored(variant))))
    assert (answer.json()["code"], answer.json()["limit"]) == ("too_large", 1000)


def test_an_archived_character_takes_nothing_back(api, creator, variant):
    describing.archive_character(creator, variant.character)
    answer = post(api(creator), url(variant, "reimport"), file(edited(stored(variant))))
    assert (answer.status_code, answer.json()["code"]) == (409, "archived")


def test_reviewers_do_not_bring_back(api, reviewer, variant):
    answer = post(api(reviewer), url(variant, "reimport"), file(edited(stored(variant))))
    assert answer.status_code == 403


def test_a_manual_upload_is_a_candidate_beside_the_rest(api, creator, character, variant):
    client = api(creator)
    address = f"/api/v1/characters/{character.pk}/variants"
    answer = post(client, address, {**file(edited(stored(variant))), "variant_type": "casual"})
    assert answer.status_code == 201, answer.json()
    made = fresh(ImageVariant(pk=answer.json()["id"]))
    assert (made.provenance, made.state) == ("manual_upload", VariantStatus.GENERATED)
    assert (made.version, made.root_id, made.variant_type_id) == (1, None, "casual")
    assert made.source_image == character.current_source
    assert Job.objects.filter(kind__name="variant.qa", args__variant_id=made.pk).exists()
    assert client.post(url(made, "approve")).json()["is_hero"] is True


@pytest.mark.parametrize("kind", ["unheard of", ""])
def test_a_manual_upload_names_a_type_that_is_there(api, creator, character, variant, kind):
    address = f"/api/v1/characters/{character.pk}/variants"
    body = {**file(edited(stored(variant))), "variant_type": kind}
    answer = post(api(creator), address, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_variant_type")


def test_nothing_is_broken_by_a_round(api, creator, variant):
    Job.objects.all().update(status_id=JobStatus.SUCCEEDED, finished_at="2026-01-01T00:00Z")
    client = api(creator)
    client.post(url(variant, "export"))
    post(client, url(variant, "reimport"), file(edited(stored(variant))))
    make.run_jobs("cpu", "gpu")
    assert [fault.sentence for fault in faults(grace=timedelta(0), read_files=True)] == []


def test_edits_that_come_back_at_once_have_versions_of_their_own(committed, creator, character):
    make.ready(creator, character)
    variant = make.generated(creator, character, 1)[0]
    exporting.export(creator, variant)
    files = [edited(stored(variant), shade) for shade in range(1, 5)]
    versions, refused = [], []

    def bring(data):
        try:
            person = User.objects.get(pk=creator.pk)
            row = ImageVariant.objects.select_related("character__project").get(pk=variant.pk)
            upload = importing.Upload(data, "edit.png", LIMITS)
            versions.append(importing.reimport(person, row, upload).variant.version)
        except StudioError as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=bring, args=(data,)) for data in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == []
    assert sorted(versions) == [2, 3, 4, 5]


def test_a_file_for_a_variant_that_has_moved_on_is_412_and_leaves_nothing(api, creator, variant):
    client = api(creator)
    seen = client.get(url(variant))["ETag"]
    client.post(url(variant, "export"))
    answer = client.post(
        url(variant, "reimport"),
        file(edited(stored(variant))),
        format="multipart",
        headers={"If-Match": seen},
    )
    assert (answer.status_code, answer.json()["code"]) == (412, "stale_revision")
    assert ImageVariant.objects.count() == 1
    assert fresh(variant).is_out
