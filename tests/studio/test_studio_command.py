"""`manage.py studio`: verbs of the API from a shell, as a table or JSON, with an exit code."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests import make
from variants import retrying
from variants.models import ImageVariant


@pytest.fixture
def studio(committed, live_server, creator, monkeypatch):
    """`studio("projects")` is what it writes; with a code, what it writes to standard error."""
    monkeypatch.setenv("STUDIO_URL", live_server.url)
    monkeypatch.setenv("STUDIO_USER", creator.username)
    monkeypatch.setenv("STUDIO_PASSWORD", make.PASSWORD)
    monkeypatch.delenv("STUDIO_TOKEN", raising=False)

    def said(*words, code=0):
        out, err = StringIO(), StringIO()
        if not code:
            call_command("studio", *map(str, words), stdout=out, stderr=err)
            return out.getvalue()
        with pytest.raises(SystemExit) as ended:
            call_command("studio", *map(str, words), stdout=out, stderr=err)
        assert ended.value.code == code
        return err.getvalue()

    return said


@pytest.fixture
def variants(creator, character):
    make.ready(creator, character)
    return make.generated(creator, character, 3)


def test_a_person_sees_a_table_and_a_program_json(studio, project, character):
    headings, row = studio("characters").splitlines()
    assert headings.split() == ["id", "project", "name", "depicts", "base_image_status"]
    assert row.split() == [
        str(character.pk),
        str(project.pk),
        "Jane",
        "fictional",
        "pending_upload",
    ]
    (found,) = json.loads(studio("characters", "--json"))
    assert (found["id"], found["tags"]) == (character.pk, [])


def test_a_list_without_rows_says_so(studio, project, character):
    assert studio("variants", character.pk) == "Nothing.\n"
    assert json.loads(studio("variants", character.pk, "--json")) == []


def test_variants_are_filtered_and_no_more_than_asked_for(studio, character, variants):
    studio("reject", character.pk, variants[0].pk)
    rows = json.loads(studio("variants", character.pk, "--status", "generated", "--json"))
    assert [row["id"] for row in rows] == [variants[2].pk, variants[1].pk]
    (row,) = json.loads(studio("variants", character.pk, "--limit", "1", "--json"))
    assert row["id"] == variants[2].pk


def test_a_decision_about_what_has_changed_since_is_refused(studio, character, variants):
    first = variants[0]
    studio("shortlist", character.pk, first.pk)
    told = studio("approve", character.pk, first.pk, "--revision", first.revision, code=1)
    assert "(412 " in told
    assert not ImageVariant.objects.get(pk=first.pk).is_hero
    studio("approve", character.pk, first.pk)
    assert ImageVariant.objects.get(pk=first.pk).is_hero


def test_a_whole_character_is_undone_without_naming_the_variant(studio, character, variants):
    studio("reject", character.pk, variants[0].pk, "--reason", "framing", "--note", "too close")
    assert str(variants[0].pk) in studio("undo", character.pk)
    assert ImageVariant.objects.get(pk=variants[0].pk).state.label == "generated"


def test_a_file_is_put_where_it_is_asked_for(studio, character, variants, tmp_path):
    told = studio("download", character.pk, variants[0].pk, "--into", tmp_path, "--json")
    file = tmp_path / f"variant-{variants[0].pk}.png"
    assert json.loads(told)["file"] == str(file)
    assert file.read_bytes() == make.portrait()


def test_a_refusal_is_its_sentence_or_its_json(studio):
    assert "There is no such character" in studio("source", 999999, code=1)
    told = json.loads(studio("source", 999999, "--json", code=1))
    assert (told["status"], told["code"], told["errors"]) == (404, "not_found", {})


def test_a_workflow_that_is_not_there_is_refused(studio, character):
    told = studio("generate", character.pk, "--workflow", "nobody", code=1)
    assert "no workflow 'nobody'" in told


def test_a_file_that_is_not_there_is_a_sentence(studio, character):
    told = studio("upload", character.pk, "/nowhere/a.png", code=1)
    assert told == "/nowhere/a.png: No such file or directory\n"


def test_whoever_cannot_sign_in_has_a_code_of_their_own(studio, monkeypatch):
    monkeypatch.setenv("STUDIO_PASSWORD", "wrong")
    assert "(401 " in studio("projects", code=3)


def test_a_token_stands_for_the_password(studio, project, monkeypatch):
    monkeypatch.setenv("STUDIO_TOKEN", studio("sign-in").strip())
    monkeypatch.delenv("STUDIO_PASSWORD")
    assert project.name in studio("projects")


def test_a_token_that_is_good_no_more_is_followed_by_the_password(studio, project, monkeypatch):
    monkeypatch.setenv("STUDIO_TOKEN", "spent")
    assert project.name in studio("projects")


def test_a_server_that_does_not_answer_has_a_code_of_its_own(studio):
    assert "did not answer" in studio("projects", "--url", "http://127.0.0.1:9", code=4)


def test_work_that_does_not_come_out_has_a_code_of_its_own(studio, creator, character):
    make.ready(creator, character)
    words = ("generate", character.pk, "--workflow", "modelfree_img2img", "--json")
    asked = json.loads(studio(*words))
    retrying.cancel(creator, ImageVariant.objects.get(pk=asked[0]["id"]))
    told = studio("request", asked[0]["request"], "--wait", code=5)
    assert "1 of 1 candidates did not come out" in told


def test_a_verb_that_there_is_not_is_a_wrong_command_line(studio):
    with pytest.raises(CommandError, match="invalid choice: 'dance'"):
        call_command("studio", "dance")
