"""Importing a folder: the plan with what is in the way, file by file, resumable, and the report."""

import csv
import hashlib
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from characters import approving
from characters.imports import FolderImport, ImportEntry
from characters.models import Character, SourceImage
from tests import make, make_pictures

pytestmark = pytest.mark.django_db


def picture(seed=0):
    return make_pictures.encoded(make_pictures.photo(seed=seed), "PNG")


def listed(path, data=b"x", *, hashed=True):
    entry = {"path": path, "size": len(data)}
    return entry | ({"sha256": hashlib.sha256(data).hexdigest()} if hashed else {})


@pytest.fixture
def maker(api, creator):
    return api(creator)


@pytest.fixture
def ask(maker, project):
    def ask(entries, **more):
        return maker.post(f"/api/v1/projects/{project.pk}/imports", {"entries": entries, **more})

    return ask


def send(maker, number, path, data):
    body = {"path": path, "file": SimpleUploadedFile("x.png", data, "image/png")}
    return maker.post(f"/api/v1/imports/{number}/files", body, format="multipart")


def codes(answer):
    return {row["path"]: (row["status"], row["code"]) for row in answer.json()["entries"]}


def test_a_dry_run_tells_and_keeps_nothing(ask, project):
    answer = ask([listed("Jane/ref.png")], dry_run=True)
    assert answer.status_code == 200, answer.json()
    assert answer.json()["id"] is None
    assert codes(answer) == {"Jane/ref.png": ("planned", "")}
    assert answer.json()["counts"] == {"planned": 1}
    assert not FolderImport.objects.exists()
    assert not Character.objects.filter(project=project).exists()


def test_each_file_becomes_a_character_of_its_folder(ask, maker, project):
    one, two = picture(1), picture(2)
    made = ask([listed("A/Jane/ref.png", one), listed("B/Jane/x.png", two)])
    assert made.status_code == 201, made.json()
    number = made.json()["id"]
    for path, data in (("A/Jane/ref.png", one), ("B/Jane/x.png", two)):
        assert send(maker, number, path, data).status_code == 201
    both = Character.objects.filter(project=project)
    assert [row.name for row in both] == ["Jane", "Jane"], "two folders are two Janes"
    assert {row.current_source.sha256 for row in both} == {
        hashlib.sha256(data).hexdigest() for data in (one, two)
    }
    assert maker.get(f"/api/v1/imports/{number}").json()["counts"] == {"done": 2}


def test_sending_a_file_again_changes_nothing(ask, maker):
    data = picture()
    number = ask([listed("Jane/ref.png", data)]).json()["id"]
    first = send(maker, number, "Jane/ref.png", data).json()
    assert send(maker, number, "Jane/ref.png", data).json() == first
    assert (Character.objects.count(), SourceImage.objects.count()) == (1, 1)


def test_one_that_was_cut_off_goes_on_where_it_ended(ask, maker):
    data = picture()
    number = ask([listed("Jane/ref.png", data)]).json()["id"]
    entry = ImportEntry.objects.get()
    send(maker, number, "Jane/ref.png", data)
    # The process died after the source was stored and before the entry was marked.
    ImportEntry.objects.filter(pk=entry.pk).update(status="planned", source=None)
    assert send(maker, number, "Jane/ref.png", data).status_code == 201
    assert (Character.objects.count(), SourceImage.objects.count()) == (1, 1)
    again = ask([listed("Jane/ref.png", data)])
    assert codes(again) == {"Jane/ref.png": ("skipped", "duplicate")}


def test_a_bad_file_loses_none_of_the_rest_and_leaves_no_character(ask, maker):
    bad, good = b"\x89PNG\r\n\x1a\n torn", picture()
    entries = [listed("Jane/a.png", bad), listed("Joan/b.png", good)]
    number = ask(entries).json()["id"]
    refused = send(maker, number, "Jane/a.png", bad)
    assert (refused.status_code, refused.json()["code"]) == (400, "decode_failed")
    assert send(maker, number, "Joan/b.png", good).status_code == 201
    assert [row.name for row in Character.objects.all()] == ["Joan"]
    again = send(maker, number, "Jane/a.png", bad)
    assert (again.status_code, again.json()["code"]) == (409, "not_planned")
    shown = maker.get(f"/api/v1/imports/{number}")
    assert codes(shown)["Jane/a.png"] == ("refused", "decode_failed")


def test_another_file_than_the_planned_one_is_told(ask, maker):
    number = ask([listed("Jane/ref.png", picture(1))]).json()["id"]
    answer = send(maker, number, "Jane/ref.png", picture(2))
    assert (answer.status_code, answer.json()["code"]) == (409, "changed_file")
    assert send(maker, number, "Nobody/x.png", picture()).status_code == 404


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("../Jane/ref.png", "refused", "bad_path"),
        ("/Jane/ref.png", "refused", "bad_path"),
        ("C:\\Jane\\ref.png", "refused", "bad_path"),
        ("Jane//ref.png", "refused", "bad_path"),
        ("Ja\u202ene/ref.png", "refused", "bad_path"),
        ("", "refused", "bad_path"),
        ("ref.png", "refused", "no_folder"),
        ("Jane/ref.gif", "refused", "type_refused"),
        ("Jane/ref", "refused", "type_refused"),
        (f"{'J' * 121}/ref.png", "refused", "name_too_long"),
        ("Jane/.DS_Store", "skipped", "hidden"),
        ("__MACOSX/Jane/ref.png", "skipped", "hidden"),
        ("All\\Jane\\ref.png", "planned", ""),
    ],
)
def test_what_a_path_alone_tells(ask, path, status, code):
    answer = ask([listed(path)], dry_run=True)
    (row,) = answer.json()["entries"]
    assert (row["status"], row["code"]) == (status, code)
    assert bool(row["sentence"]) is bool(code)


def test_what_several_files_tell_together(ask, creator, project):
    there = make.character(creator, project, name="Judy")
    source = make.source(creator, there)
    same, other = picture(3), picture(4)
    answer = ask(
        [
            listed("Two/a.png", b"1"),
            listed("Two/b.png", b"2"),
            listed("One/a.png", same),
            listed("Copy/a.png", same),
            listed("New/a.png") | {"sha256": source.sha256},
            listed("JUDY/x.png", other),
            listed("Twice/a.png", b"7"),
            listed("TWICE/A.png", b"8"),
            listed("Large/a.png") | {"size": 10**9},
            listed("Empty/a.png", b""),
        ],
        dry_run=True,
    )
    found = [(row["status"], row["code"]) for row in answer.json()["entries"]]
    assert found == [
        ("refused", "two_sources"),
        ("refused", "two_sources"),
        ("planned", ""),
        ("skipped", "duplicate"),
        ("skipped", "duplicate"),
        ("skipped", "exists"),
        ("planned", ""),
        ("refused", "duplicate_path"),
        ("refused", "too_large"),
        ("refused", "empty"),
    ]


def test_a_character_that_is_there_gets_a_new_version_or_a_namesake_on_demand(
    ask, maker, creator, project
):
    there = make.character(creator, project, name="Jane")
    make.passed_source(creator, there)
    data = picture()
    entries = [listed("jane/ref.png", data)]
    row = ask(entries, existing="new_version", dry_run=True).json()["entries"][0]
    assert (row["status"], row["code"], row["character"]) == ("planned", "exists", there.pk)
    number = ask(entries, existing="new_version").json()["id"]
    assert send(maker, number, "jane/ref.png", data).json()["character"] == there.pk
    there.refresh_from_db()
    assert there.current_source.version == 2
    assert codes(ask([listed("Jane/y.png", picture(5))], existing="create")) == {
        "Jane/y.png": ("planned", "exists")
    }


def test_a_locked_character_and_two_of_one_name_are_left_to_a_person(ask, creator, project):
    there = make.character(creator, project, name="Jane")
    make.passed_source(creator, there)
    approving.approve_baseline(creator, there)
    locked = ask([listed("Jane/y.png")], existing="new_version", dry_run=True)
    assert codes(locked) == {"Jane/y.png": ("refused", "locked")}
    make.character(creator, project, name="JANE")
    two = ask([listed("Jane/y.png")], existing="new_version", dry_run=True)
    assert codes(two) == {"Jane/y.png": ("refused", "ambiguous")}


def test_too_many_files_are_refused_before_anything_is_looked_at(ask):
    answer = ask([{"path": "a/b.png", "size": 1}] * 5001)
    assert (answer.status_code, answer.json()["code"]) == (400, "too_many_entries")
    assert (answer.json()["limit"], answer.json()["actual"]) == (5000, 5001)


def test_the_report_takes_no_name_for_a_formula(ask, maker):
    data = picture()
    number = ask([listed("=cmd()/ref.png", data), listed("+1/x.gif")]).json()["id"]
    send(maker, number, "=cmd()/ref.png", data)
    answer = maker.get(f"/api/v1/imports/{number}/report")
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["path"] for row in rows] == ["'=cmd()/ref.png", "'+1/x.gif"]
    assert [row["status"] for row in rows] == ["done", "refused"]
    assert (rows[0]["character"], rows[0]["source_version"]) == ("'=cmd()", "1")
    assert rows[1]["code"] == "type_refused"


def packed(*files, compress=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compress) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name), data, compress)
    return out.getvalue()


def post_zip(maker, project, data, **more):
    body = {"file": SimpleUploadedFile("folder.zip", data), **more}
    return maker.post(f"/api/v1/projects/{project.pk}/imports", body, format="multipart")


def test_a_zip_brings_its_files_along(maker, project):
    data = packed(
        ("All/Jane/ref.png", picture(1)),
        ("All/Joan/ref.png", b"no picture"),
        ("../../evil.png", picture(2)),
        ("All/Jim/ref.png", picture(3)),
    )
    told = post_zip(maker, project, data, dry_run="1")
    assert told.status_code == 200
    assert not Character.objects.exists()
    answer = post_zip(maker, project, data)
    assert answer.status_code == 201, answer.json()
    assert answer.json()["counts"] == {"done": 2, "refused": 2}
    assert sorted(row.name for row in Character.objects.all()) == ["Jane", "Jim"]
    assert codes(answer)["All/Joan/ref.png"] == ("refused", "not_allowed_format")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"no archive", "not_a_zip"),
        (packed(*[(f"{n}/a.png", b"x") for n in range(201)]), "too_many_entries"),
        (packed(("a/a.png", b"x"), compress=zipfile.ZIP_LZMA), "bad_archive"),
    ],
)
def test_archives_that_are_not_opened(maker, project, data, code):
    answer = post_zip(maker, project, data)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not FolderImport.objects.exists()


def test_a_bomb_is_refused_by_what_it_claims_and_by_what_it_gives(maker, project):
    big = b"\0" * (60 * 2**20)
    answer = post_zip(maker, project, packed(*[(f"{n}/a.png", big) for n in range(9)]))
    assert (answer.status_code, answer.json()["code"]) == (400, "unpacks_too_large")
    liar = bytearray(packed(("a/a.png", b"\0" * 100_000)))
    at = liar.rfind(b"PK\x01\x02") + 24
    liar[at : at + 4] = (10).to_bytes(4, "little")
    answer = post_zip(maker, project, bytes(liar))
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_archive")


def lying(**lie):
    """An archive whose directory says something else of its file than is there."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a/a.png", b"x")
        for name, value in lie.items():
            setattr(archive.filelist[0], name, value)
    return out.getvalue()


@pytest.mark.parametrize(
    "lie", [{"flag_bits": 0x20}, {"flag_bits": 0x40}, {"header_offset": 2**63}]
)
def test_a_file_of_an_odd_kind_or_at_no_place_is_refused(maker, project, lie):
    answer = post_zip(maker, project, lying(**lie))
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_archive")


def test_a_directory_that_is_too_long_is_not_read(maker, project, monkeypatch):
    """Each entry becomes an object before anybody can count them."""
    data = packed(*[(f"{n}/{'a' * 200}.png", b"") for n in range(5000)])
    monkeypatch.setattr(zipfile, "ZipInfo", None)
    answer = post_zip(maker, project, data)
    assert (answer.status_code, answer.json()["code"]) == (400, "too_many_entries")


def test_who_may_import(api, reviewer, outsider, project, ask, maker):
    body = {"entries": [listed("Jane/ref.png")]}
    address = f"/api/v1/projects/{project.pk}/imports"
    assert api(reviewer).post(address, body).status_code == 403
    assert api(outsider).post(address, body).status_code == 404
    number = ask(body["entries"]).json()["id"]
    for end in ("", "/report"):
        assert api(outsider).get(f"/api/v1/imports/{number}{end}").status_code == 404
        assert api(reviewer).get(f"/api/v1/imports/{number}{end}").status_code == 200
    assert send(api(outsider), number, "Jane/ref.png", b"x").status_code == 404
    assert maker.get(address).json()["results"][0]["id"] == number


def test_the_page_takes_a_zip_or_files_named_after_characters(page, creator, project):
    browser = page(creator)
    address = f"/projects/{project.pk}/import/"
    assert b"data-folder-import" in browser.get(address).content
    file = SimpleUploadedFile("x.zip", packed(("Jane/ref.png", picture(1))))
    answer = browser.post(address, {"file": file})
    assert answer.status_code == 302, answer.content
    shown = browser.get(answer.url)
    assert b"Jane" in shown.content
    files = [SimpleUploadedFile("Joan.png", picture(2)), SimpleUploadedFile("Jim.png", picture(3))]
    assert browser.post(address, {"files": files}).status_code == 302
    assert {row.name for row in Character.objects.all()} == {"Jane", "Joan", "Jim"}
    refused = browser.post(address, {})
    assert refused.status_code == 400
    assert b"Choose a ZIP archive" in refused.content
