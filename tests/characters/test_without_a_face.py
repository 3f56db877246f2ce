"""What an image without a face means is the project's to say; what was judged is judged again."""

import pytest

from people import managing
from qa.policy import Verdict
from tests import make
from tests.qa.pictures import encoded, portrait


@pytest.fixture
def source(creator, character):
    made = make.source(
        creator, character, encoded(portrait()[260:, :200].repeat(3, 0).repeat(3, 1)), ""
    )
    make.run_jobs("cpu", "gpu")
    made.refresh_from_db()
    assert made.qa_report.faces == []
    return made


def judged(source):
    return source.qa_report.results.get(qa_check__name="face_count").verdict_id


def test_it_warns_until_the_project_says_otherwise(admin, source):
    assert judged(source) == Verdict.WARN
    for policy, verdict in (
        ("refuse", Verdict.FAIL),
        ("allow", Verdict.PASS),
        ("warn", Verdict.WARN),
    ):
        managing.edit_project(admin, source.character.project, without_face=policy)
        make.run_jobs("cpu")
        assert judged(source) == verdict


def test_a_new_image_is_judged_by_the_rule_of_its_project(admin, creator, project, source):
    managing.edit_project(admin, project, without_face="refuse")
    make.run_jobs("cpu", "gpu")
    source.qa_report.refresh_from_db()
    assert source.qa_report.verdict_id == Verdict.FAIL


def test_admins_edit_it_and_members_read_it(admin, creator, project, api):
    path = f"/api/v1/projects/{project.pk}"
    assert api(creator).get(path).json()["without_face"] == "warn"
    assert api(admin).patch(path, {"without_face": "refuse"}, format="json").status_code == 200
    assert api(creator).patch(path, {"without_face": "allow"}, format="json").status_code == 403
    assert api(admin).patch(path, {"without_face": "x"}, format="json").status_code == 400
