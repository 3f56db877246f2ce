"""check_integrity: silent on a sound studio, and every kind of damage has its code."""

import json
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from characters.models import BaselineDecision, Character, SourceImage
from comfy_bridge.models import Submission, SubmissionStatus
from comfy_bridge.pool import register_urls
from comfy_bridge.submissions import open_submission
from jobs.actors import TIMING
from jobs.claiming import claim
from jobs.models import Job, JobAttempt, JobStatus
from studio.integrity import faults
from studio.lib.files import put, read
from tests import make, make_masks
from variants import masking, reviewing
from variants.masks import ImageMask
from variants.models import GenerationRequest, ImageVariant, ReviewDecision
from variants.vocabulary import VariantStatus

pytestmark = pytest.mark.django_db
NOW = timedelta(0)


@pytest.fixture
def studio(creator, character):
    """Two candidates with files, one of them the hero; their jobs are done."""
    make.ready(creator, character)
    variants = make.generated(creator, character, 2)
    Job.objects.all().update(status_id=JobStatus.SUCCEEDED, finished_at="2026-01-01T00:00Z")
    reviewing.approve(creator, variants[0])
    return variants


def codes(**options):
    return sorted({fault.code for fault in faults(grace=NOW, **options)})


def repair(*options):
    """What `--repair` says; a fault that stays is no error here."""
    try:
        call_command("check_integrity", "--repair", "--grace-s", "0", *options)
    except CommandError as error:
        return str(error)
    return ""


def change(rows, **columns):
    """An UPDATE by hand. Constraints that forbid it are lifted: the damage came some other way."""
    table = rows.model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for constraint in rows.model._meta.constraints:
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT IF EXISTS "{constraint.name}"')
    rows.update(**columns)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def damage(studio):
    """Code to what causes it; each begins with a sound studio."""
    hero, other = studio
    variants, jobs = ImageVariant.objects, Job.objects
    this, that = variants.filter(pk=hero.pk), variants.filter(pk=other.pk)
    character = Character.objects.filter(pk=hero.character_id)
    job = jobs.filter(pk=other.job_id)
    return {
        "approved_without_source": lambda: change(character, current_source=None),
        "source_versions": lambda: SourceImage.objects.update(version=3),
        "baseline_without_decision": lambda: BaselineDecision.objects.first().delete(),
        "report_without_work": lambda: [
            unfinished(SourceImage.objects.get().qa_report),
            jobs.filter(kind__name__startswith="source").update(status_id=JobStatus.SUCCEEDED),
        ],
        "hero_mismatch": lambda: change(this, is_hero=False),
        "hero_without_decision": lambda: ReviewDecision.objects.all().delete(),
        "wrong_root": lambda: change(that, version=2),
        "version_gap": lambda: that.update(root=hero.pk, version=3),
        "foreign_parent": lambda: that.update(parent_variant=hero.pk),
        "no_file": lambda: change(
            that,
            **dict.fromkeys(("file_path", "sha256", "file_size_bytes", "width", "height")),
            format=None,
        ),
        "file_columns": lambda: change(that, width=None),
        "foreign_mask": lambda: [
            that.update(mask=mask_of(hero), edit_type="inpaint"),
            ImageMask.objects.update(character=another(hero)),
        ],
        "mask_mismatch": lambda: ImageMask.objects.filter(pk=mask_of(hero).pk).update(width=9),
        "request_count": lambda: GenerationRequest.objects.update(count=3),
        "lease_mismatch": lambda: change(job, lease_owner="somebody"),
        "job_end": lambda: job.update(finished_at=None),
        "open_attempt": lambda: JobAttempt.objects.create(
            job=other.job, group=1, fence=9, owner="gone"
        ),
        "variant_without_work": lambda: that.update(status_id=VariantStatus.GENERATING),
        "work_without_variant": lambda: job.update(status_id=JobStatus.QUEUED, finished_at=None),
        "foreign_job": lambda: that.update(job=hero.job),
        "active_models": lambda: connection.cursor().execute(
            "UPDATE embedding_models SET is_active = FALSE"
        ),
        "missing_file": lambda: default_storage.delete(hero.rendition_path("w256")),
        "orphan_file": lambda: put(f"variant/{hero.character_id}/{'a' * 64}.png", b"x"),
        "unknown_file": lambda: put("elsewhere/x.png", b"x"),
        "stale_part": lambda: default_storage.save("variant/.x.part", ContentFile(b"half")),
        "wrong_size": lambda: this.update(file_size_bytes=7),
        "wrong_key": lambda: this.update(file_path="variant/1/x.png"),
        "trigger_missing": drop_a_trigger,
        "constraint_missing": lambda: connection.cursor().execute(
            "DROP INDEX uq_image_variants_character_hero"
        ),
    }


def drop_a_trigger():
    on = " ON audit_events" if connection.vendor == "postgresql" else ""
    connection.cursor().execute(f"DROP TRIGGER audit_events_no_delete{on}")


def mask_of(variant):
    given = masking.GivenMask(make_masks.png())
    taken = masking.take(variant.created_by, variant, given)
    masking.store(variant, taken)
    return masking.keep(variant.created_by, variant, taken)


def another(variant):
    return make.character(variant.created_by, variant.character.project, name="Joan")


def unfinished(report):
    report.finished_at = report.verdict_id = None
    report.save()


NAMES = list(damage((ImageVariant(pk=0, job=Job(pk=0)),) * 2))


def test_a_sound_studio_has_no_faults(studio):
    mask_of(studio[0])
    assert codes(read_files=True) == []
    call_command("check_integrity", "--grace-s", "0", "--read-files")


@pytest.mark.parametrize("code", NAMES)
def test_each_kind_of_damage_has_its_code(studio, code):
    damage(studio)[code]()
    assert code in codes()


@pytest.mark.parametrize(
    "code",
    [
        "report_without_work",
        "open_attempt",
        "missing_file",
        "orphan_file",
        "stale_part",
        "trigger_missing",
    ],
)
def test_what_can_be_mended_is_mended(studio, code):
    damage(studio)[code]()
    assert repair() == ""
    assert codes(read_files=True) == []


@pytest.mark.parametrize("code", ["hero_without_decision", "request_count", "version_gap"])
def test_what_takes_a_person_is_left_and_said(studio, code):
    damage(studio)[code]()
    assert "1 things are wrong" in repair()
    assert codes() == [code]


def test_a_changed_original_is_found_by_reading_and_takes_a_backup(studio, own_media):
    path = own_media / studio[0].file_path
    data = path.read_bytes()
    path.write_bytes(data[:99] + bytes([data[99] ^ 1]) + data[100:])
    assert codes() == []
    assert codes(read_files=True) == ["damaged_file"]
    assert "damaged_file" in repair("--read-files")


@pytest.mark.parametrize("rendition", ["display", "w256", "w512", "w1280"])
def test_a_changed_rendition_is_found_by_reading_and_made_again(studio, own_media, rendition):
    path = own_media / studio[0].rendition_path(rendition)
    data = path.read_bytes()
    path.write_bytes(data[:99] + bytes([data[99] ^ 1]) + data[100:])
    assert codes() == []
    assert codes(read_files=True) == ["damaged_file"]
    assert repair("--read-files") == ""
    assert path.read_bytes() == data


def test_a_lost_original_that_was_set_aside_is_put_back(studio):
    key = studio[0].file_path
    data = read(key)
    put(f"swept/{key}", data)
    default_storage.delete(key)
    assert codes() == ["missing_file"]
    assert repair() == ""
    assert read(key) == data


def test_a_lost_original_is_not_made_up(studio):
    default_storage.delete(studio[0].file_path)
    assert "missing_file" in repair()
    assert codes() == ["missing_file"]


def test_all_files_of_a_character_lost_are_all_found(studio, own_media):
    for file in own_media.rglob("*.*"):
        file.unlink()
    found = [fault.code for fault in faults(grace=NOW)]
    assert found == ["missing_file"] * 10, "five of the source, five of the two candidates"


def test_an_orphan_is_found_after_its_grace(studio):
    put("variant/1/orphan.png", b"nobody names me")
    assert [fault.code for fault in faults()] == []
    assert codes() == ["orphan_file"]


def test_a_rated_image_of_whom_no_age_is_recorded_is_found(studio):
    name = "image_variants_rated_update"
    on = " ON image_variants" if connection.vendor == "postgresql" else ""
    connection.cursor().execute(f"DROP TRIGGER {name}{on}")
    ImageVariant.objects.filter(pk=studio[1].pk).update(content_rating=3)
    assert codes() == ["rated_under_age", "trigger_missing"]


def test_two_jobs_that_do_the_same_are_found(studio):
    first = Job.objects.filter(kind__name="variant.generate").first()
    for _ in range(2):
        first.pk, first.status_id, first.finished_at = None, JobStatus.QUEUED, None
        first.save(force_insert=True)
    assert "doubled_job" in codes()


def test_a_job_whose_worker_is_lost_goes_back_to_its_queue(creator, character):
    make.source(creator, character)
    lease = claim("cpu", "gone", TIMING)
    Job.objects.filter(pk=lease.job.pk).update(lease_until="2026-01-01T00:00Z")
    assert codes() == ["stuck_job"]
    assert repair() == ""
    assert codes() == []
    assert Job.objects.get(pk=lease.job.pk).state is JobStatus.QUEUED


def test_a_running_job_without_its_attempt_is_found(creator, character):
    make.source(creator, character)
    claim("cpu", "somebody", TIMING)
    JobAttempt.objects.all().delete()
    assert codes() == ["no_attempt"]


def test_a_submission_that_nobody_follows_is_closed(studio):
    (server,) = register_urls(["http://127.0.0.1:9"])
    kept = open_submission(server, {})
    ImageVariant.objects.filter(pk=studio[1].pk).update(submission=kept)
    open_submission(server, {}, replaces=kept)
    assert codes() == ["open_submission"]
    assert repair() == ""
    assert {row.status_id for row in Submission.objects.all()} == {SubmissionStatus.LOST}


def test_one_submission_for_two_variants_is_found(studio):
    (server,) = register_urls(["http://127.0.0.1:9"])
    ImageVariant.objects.update(submission=open_submission(server, {}))
    assert "shared_submission" in codes()


def test_programs_read_json(studio, capsys):
    default_storage.delete(studio[0].rendition_path("w256"))
    with pytest.raises(CommandError, match="1 things are wrong: 1 missing_file"):
        call_command("check_integrity", "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["left"] == 1
    (fault,) = said["faults"]
    assert (fault["code"], fault["mended"], fault["mendable"]) == ("missing_file", False, True)
    call_command("check_integrity", "--json", "--repair")
    assert json.loads(capsys.readouterr().out)["left"] == 0


def test_a_storage_that_does_not_answer_is_no_clean_bill(s3, creator, character):
    make.source(creator, character)
    s3.door.shut("broken")
    with pytest.raises(CommandError, match="did not answer"):
        call_command("check_integrity")


def test_it_works_on_s3(s3, creator, character):
    source = make.source(creator, character)
    assert codes(read_files=True) == []
    default_storage.delete(source.rendition_path("w512"))
    s3.write(f"likeness/{source.rendition_path('w256')}", b"torn")
    assert codes(read_files=True) == ["damaged_file", "missing_file"]
    assert repair("--read-files") == ""
    assert codes(read_files=True) == []
