"""Where an image shows several faces, a person says which one counts; the choice is kept."""

import numpy as np
import pytest

from audit.models import AuditEvent
from characters import approving, choosing, receiving
from characters.errors import AppearanceLocked
from qa.errors import NoSuchFace
from qa.policy import Verdict
from tests import make
from tests.qa.pictures import drawn_face, encoded, portrait


def two_faces():
    """The portrait, and beside it a smaller face of nobody."""
    beside = np.full((512, 300, 3), 128, np.uint8)
    beside[100:400] = drawn_face(1, 300)
    return encoded(np.concatenate([portrait(), beside], axis=1))


@pytest.fixture
def source(creator, character):
    made = make.source(creator, character, two_faces(), "")
    make.run_jobs("cpu", "gpu")
    made.refresh_from_db()
    assert len(made.qa_report.faces) == 2
    return made


def other_face(source):
    """The number of the face that does not count so far."""
    boxes = [face["box"] for face in source.qa_report.faces]
    return next(number for number, box in enumerate(boxes) if box != source.embedding.box)


def count_of_faces(source):
    return source.qa_report.results.get(qa_check__name="face_count")


def test_the_chosen_face_is_embedded_and_holds_for_every_later_check(creator, source):
    before = source.embedding
    number = other_face(source)
    box = source.qa_report.faces[number]["box"]
    assert count_of_faces(source).verdict_id == Verdict.WARN
    choosing.choose(creator, source, number)
    source.refresh_from_db()
    assert source.embedding is None
    assert source.qa_report.verdict_id is None
    make.run_jobs("gpu")
    source.refresh_from_db()
    assert source.embedding.box == box
    assert not np.array_equal(source.embedding.values, before.values)
    assert count_of_faces(source).verdict_id == Verdict.PASS
    assert source.qa_report.verdict_id is not None
    receiving.rerun_checks(creator, source)
    make.run_jobs("cpu", "gpu")
    source.refresh_from_db()
    assert source.embedding.box == pytest.approx(box, abs=1)
    assert count_of_faces(source).verdict_id == Verdict.PASS
    event = AuditEvent.objects.get(verb="source.choose_face")
    assert (event.actor, event.after["face"]) == (creator, number)


def test_the_page_has_a_button_for_each_face_and_needs_no_script(creator, source, page):
    visitor = page(creator)
    assert (
        f"/sources/{source.pk}/faces/"
        in visitor.get(source.character.get_absolute_url()).content.decode()
    )
    html = visitor.get(f"/sources/{source.pk}/faces/").content.decode()
    assert html.count('type="radio"') == 2
    assert html.count("<script") == visitor.get("/settings/").content.decode().count("<script")
    number = other_face(source)
    answer = visitor.post(f"/sources/{source.pk}/faces/", {"face": number})
    assert (answer.status_code, answer.url) == (302, source.character.get_absolute_url())
    source.qa_report.refresh_from_db()
    x0, y0, x1, y1 = source.qa_report.faces[number]["box"]
    assert source.qa_report.face_at == pytest.approx([(x0 + x1) / 2, (y0 + y1) / 2])
    assert visitor.post(f"/sources/{source.pk}/faces/", {"face": ""}).status_code == 400


def test_the_api_lists_the_faces_without_vectors_and_takes_a_number(creator, source, api):
    client = api(creator)
    body = client.get(f"/api/v1/characters/{source.character_id}/source-image").json()
    assert [face["counts"] for face in body["faces"]].count(True) == 1
    assert set(body["faces"][0]) == {"number", "box", "landmarks", "confidence", "counts"}
    path = f"/api/v1/source-images/{source.pk}/face"
    assert client.post(path, {"number": other_face(source)}, format="json").status_code == 202
    refused = client.post(path, {"number": 9}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "no_such_face")


def test_a_locked_source_keeps_its_face(creator, source):
    approving.approve_baseline(creator, source.character)
    with pytest.raises(AppearanceLocked):
        choosing.choose(creator, source, 0)


def test_a_number_without_a_face_changes_nothing(creator, source):
    with pytest.raises(NoSuchFace):
        choosing.choose(creator, source, 2)
    source.refresh_from_db()
    assert source.embedding is not None
