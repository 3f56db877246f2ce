"""Backup and restore: everything comes back, and what is damaged or does not fit is refused."""

import fcntl
import json
import os
import subprocess

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from audit.models import AuditEvent
from characters.models import Character, SourceImage
from jobs.actors import TIMING
from jobs.claiming import claim
from jobs.models import Job, JobStatus
from people.models import User
from studio.embedded import lock_file
from studio.lib import triggers
from studio.lib.files import put, read, walk
from tests import make
from variants import reviewing
from variants.models import ImageVariant


@pytest.fixture
def studio(committed, creator, character):
    """A character with a source, two candidates and a hero; one job is running."""
    make.ready(creator, character)
    variants = make.generated(creator, character, 2)
    made = Job.objects.filter(kind__name="variant.generate")
    made.update(status_id=JobStatus.SUCCEEDED, finished_at="2026-01-01T00:00Z")
    reviewing.approve(creator, variants[0])
    return character


@pytest.fixture
def move_media(settings, tmp_path):
    """`move_media(name)` makes an empty storage the default one."""

    def move(name):
        default = {
            "BACKEND": "studio.lib.files.WholeFileStorage",
            "OPTIONS": {"location": tmp_path / name},
        }
        settings.STORAGES = {**settings.STORAGES, "default": default}

    return move


@pytest.fixture
def wipe(committed):
    """`wipe()` makes the database what it is after `migrate`."""
    return committed


def backup(place, *options):
    call_command("backup", str(place), *options)
    return place


def restore(place, *options):
    call_command("restore", str(place), *options)


def contents():
    """Everything that a restored studio must have: rows as they are, and files by key."""
    rows = {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in (User, Character, SourceImage, ImageVariant)
    }
    keys = [f"{folder}/{name}".lstrip("/") for folder, names in walk() for name in names]
    return rows, {key: read(key) for key in keys}


@pytest.mark.parametrize("name", ["kept", "kept.tar"])
def test_everything_comes_back(studio, wipe, move_media, tmp_path, name):
    before = contents()
    events = AuditEvent.objects.count()
    backup(tmp_path / name)
    wipe()
    move_media("restored")
    restore(tmp_path / name)
    assert contents() == before
    assert AuditEvent.objects.count() == events + 1, "the restore is recorded too"
    assert AuditEvent.objects.filter(verb="studio.restore").count() == 1
    assert triggers.missing_triggers() == []
    again = make.character(User.objects.get(username="cleo"), studio.project, name="Next")
    assert again.pk > studio.pk, "no number is given twice"


def test_a_job_that_ran_waits_again(studio, wipe, move_media, tmp_path):
    lease = claim("cpu", "gone", TIMING)
    backup(tmp_path / "kept")
    wipe()
    move_media("restored")
    restore(tmp_path / "kept")
    assert Job.objects.get(pk=lease.job.pk).state is JobStatus.QUEUED


def test_the_next_backup_copies_only_what_is_new(studio, creator, tmp_path, own_media):
    place = backup(tmp_path / "kept")
    files = {f: f.stat().st_ino for f in (place / "files").rglob("*") if f.is_file()}
    for file in own_media.rglob("*"):
        age(file)
    gone = ImageVariant.objects.order_by("pk").last()
    added = f"variant/{studio.pk}/{'a' * 64}.png"
    put(added, b"new")
    backup(place)
    after = {f: f.stat().st_ino for f in (place / "files").rglob("*") if f.is_file()}
    assert {f: after[f] for f in files} == files
    assert set(after) - set(files) == {place / "files" / added}
    (own_media / added).unlink()
    backup(place)
    assert not (place / "files" / added).exists()
    assert gone.sha256 in "".join(map(str, after))
    assert len(list(place.glob("database-*"))) == len(list(place.glob("files-*"))) == 1


def age(file, hours=2):
    if file.is_file():
        then = file.stat().st_mtime - hours * 3600
        os.utime(file, (then, then))


def test_the_list_of_files_is_one_that_sha256sum_reads(studio, tmp_path):
    place = backup(tmp_path / "kept")
    (listing,) = place.glob("files-*.sha256")
    checked = subprocess.run(["sha256sum", "--check", "--quiet", listing], cwd=place)
    assert checked.returncode == 0


@pytest.mark.parametrize("what", ["files", "database", "listing"])
def test_a_flipped_byte_is_found_before_anything_is_changed(
    studio, wipe, move_media, tmp_path, what
):
    place = backup(tmp_path / "kept")
    pattern = {"files": "files/**/*.png", "database": "database-*", "listing": "files-*.sha256"}
    file = next(iter(place.glob(pattern[what])))
    data = file.read_bytes()
    file.write_bytes(data[:70] + bytes([data[70] ^ 1]) + data[71:])
    wipe()
    move_media("restored")
    with pytest.raises(CommandError, match=r"damaged|has no"):
        restore(place)
    assert not User.objects.exists()
    assert list(walk()) == []


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_backup_that_was_cut_short_is_refused(studio, wipe, move_media, tmp_path, share):
    place = backup(tmp_path / "kept.tar")
    data = place.read_bytes()
    end = len(data.rstrip(b"\0"))
    place.write_bytes(data[: int(end * share)])
    wipe()
    move_media("restored")
    with pytest.raises(CommandError, match=r"cut short|has no|damaged"):
        restore(place)
    assert not User.objects.exists()


def test_a_folder_without_its_manifest_is_refused(studio, tmp_path):
    place = backup(tmp_path / "kept")
    (place / "manifest.json").unlink()
    with pytest.raises(CommandError, match=r"has no manifest\.json"):
        restore(place, "--force")
    with pytest.raises(CommandError, match="something else than a backup"):
        backup(place)


def test_what_is_there_is_not_replaced_unless_forced(studio, move_media, tmp_path):
    place = backup(tmp_path / "kept")
    with pytest.raises(CommandError, match="database has people already"):
        restore(place)
    Character.objects.update(name="Renamed")
    restore(place, "--force")
    assert Character.objects.get().name == "Jane"


def test_files_of_another_studio_are_not_mixed_in(studio, wipe, tmp_path):
    place = backup(tmp_path / "kept")
    wipe()
    with pytest.raises(CommandError, match="storage has files already"):
        restore(place)


def test_a_backup_of_newer_code_is_refused(studio, tmp_path):
    MigrationRecorder(connection).record_applied("variants", "9999_from_the_future")
    place = backup(tmp_path / "kept")
    MigrationRecorder(connection).record_unapplied("variants", "9999_from_the_future")
    with pytest.raises(CommandError, match=r"9999_from_the_future is not known"):
        restore(place, "--force")


def test_a_backup_of_another_engine_is_refused(studio, tmp_path):
    place = backup(tmp_path / "kept")
    file = place / "manifest.json"
    manifest = json.loads(file.read_text())
    manifest["engine"] = {"sqlite": "postgresql", "postgresql": "sqlite"}[manifest["engine"]]
    file.write_text(json.dumps(manifest))
    with pytest.raises(CommandError, match="DATABASE_URL names"):
        restore(place, "--force")


def test_secrets_are_in_it_only_when_asked(studio, tmp_path, settings, move_media):
    settings.SECRET_KEY = "a-very-secret-key-that-nobody-may-find-in-it"
    place = backup(tmp_path / "kept")
    assert not any(settings.SECRET_KEY.encode() in f.read_bytes() for f in files_in(place))
    with pytest.raises(CommandError, match="no secrets in this backup"):
        restore(place, "--force", "--with-secrets")
    backup(place, "--with-secrets")
    settings.VAR_DIR = tmp_path
    restore(place, "--force", "--with-secrets")
    assert (tmp_path / "secret_key").read_text() == settings.SECRET_KEY
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    backup(place)
    assert not (place / "secrets.json").exists()


def files_in(place):
    return [f for f in place.rglob("*") if f.is_file()]


def test_nobody_else_may_read_a_backup(studio, tmp_path):
    place = backup(tmp_path / "kept")
    assert {f.stat().st_mode & 0o077 for f in [place, *files_in(place)]} == {0}


def test_an_original_that_is_damaged_is_said_at_the_end(studio, tmp_path, own_media):
    source = SourceImage.objects.get()
    path = own_media / source.file_path
    data = path.read_bytes()
    path.write_bytes(data[:99] + bytes([data[99] ^ 1]) + data[100:])
    place = backup(tmp_path / "kept")
    with pytest.raises(CommandError, match="1 damaged_file"):
        restore(place, "--force")


def test_from_s3_and_back(s3, studio, wipe, tmp_path):
    """The storage of both is S3; the backup is a file here."""
    before = contents()
    place = backup(tmp_path / "kept.tar")
    wipe()
    for key in s3.listed():
        s3.client.delete_object(Bucket="studio", Key=key)
    restore(place)
    assert contents() == before


def test_from_disk_to_s3(studio, wipe, tmp_path, request):
    before = contents()
    place = backup(tmp_path / "kept")
    wipe()
    s3 = request.getfixturevalue("s3")
    restore(place)
    assert contents() == before
    assert s3.listed() == sorted(f"likeness/{key}" for key in before[1])


def test_a_storage_that_fails_leaves_the_earlier_backup_good(s3, studio, tmp_path):
    place = backup(tmp_path / "kept")
    before = (place / "manifest.json").read_bytes()
    s3.door.shut("broken")
    with pytest.raises(CommandError, match="no new backup"):
        backup(place)
    assert (place / "manifest.json").read_bytes() == before
    s3.door.shut("pass")
    restore(place, "--force")


def test_a_tar_that_could_not_be_finished_is_not_there(s3, studio, tmp_path):
    s3.door.shut("broken")
    with pytest.raises(CommandError, match="no new backup"):
        backup(tmp_path / "kept.tar")
    assert list(tmp_path.glob("*kept*")) == []


def test_without_postgresqls_programs_it_says_what_to_install(studio, tmp_path, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite needs no other program")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="postgresql-client"):
        backup(tmp_path / "kept")


def test_a_running_studio_is_not_restored_into(studio, tmp_path):
    place = backup(tmp_path / "kept")
    if connection.vendor == "postgresql":
        parameters = connection.get_connection_params()
        wanted = {key: parameters[key] for key in ("host", "port", "user", "dbname")}
        with psycopg.connect(**wanted), pytest.raises(CommandError, match="other connections"):
            restore(place, "--force")
    else:
        with lock_file().open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with pytest.raises(CommandError, match="Stop it first"):
                restore(place, "--force")
