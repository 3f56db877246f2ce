"""Who is this: by a picture that is not kept, or by an image of the studio; for one's own eyes."""

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now

from audit.models import AuditEvent
from characters import finding
from characters.models import ContentRating, SourceImage
from identity.actors import KEPT, PICTURE_KEPT, forget_searches
from identity.models import LikenessSearch
from jobs.models import Job, JobStatus
from people import managing
from tests import make, rated
from tests.faces import give_face, vector
from tests.qa.pictures import encoded


@pytest.fixture(autouse=True)
def nothing_kept():
    finding.forget()
    yield
    finding.forget()


def upload(data=None):
    return SimpleUploadedFile("who.png", data or make.portrait(), "image/png")


def person(creator, project, name, *leading):
    owner = make.character(creator, project, name=name)
    give_face(make.passed_source(creator, owner), vector(*leading))
    return owner


def asked(client, project, **body):
    body = body or {"file": upload()}
    kind = "multipart" if "file" in body else "json"
    path = f"/api/v1/projects/{project.pk}/likeness-searches"
    answer = client.post(path, body, format=kind)
    assert answer.status_code == 202, answer.content
    return answer.json()


def answered(client, search):
    make.run_jobs("gpu")
    return client.get(f"/api/v1/likeness-searches/{search['id']}").json()


def test_a_picture_finds_its_character_and_is_let_go(creator, project, api, own_media):
    jane = make.character(creator, project, name="Jane")
    make.checked_source(creator, jane)
    person(creator, project, "Joan", 0.9)
    before = {path for path in own_media.rglob("*") if path.is_file()}
    search = asked(api(creator), project)
    assert (search["status"], search["results"]) == ("queued", [])
    assert LikenessSearch.objects.get().picture is not None
    done = answered(api(creator), search)
    assert (done["status"], done["faces"], done["model"]) == ("succeeded", 1, "dlib-resnet")
    first = done["results"][0]
    assert (first["character"]["name"], first["likeness_band"]) == ("Jane", "match")
    assert first["likeness"] > 0.95
    assert "vector" not in str(done)
    assert "embedding" not in str(done)
    assert LikenessSearch.objects.get().picture is None
    assert {path for path in own_media.rglob("*") if path.is_file()} == before
    event = AuditEvent.objects.get(verb="likeness.search")
    assert (event.actor, event.after) == (creator, {"by": "a picture"})


def test_a_picture_without_a_face_says_so(creator, project, api, page):
    search = asked(api(creator), project, file=upload(encoded(np.full((80, 80, 3), 90, np.uint8))))
    done = answered(api(creator), search)
    assert (done["status"], done["faces"], done["results"]) == ("succeeded", 0, [])
    html = page(creator).get(f"/who/{search['id']}/").content.decode()
    assert "No face was found" in html


def test_an_image_of_the_studio_is_asked_for_by_its_id(creator, project, api):
    jane, joan = person(creator, project, "Jane", 0.0), person(creator, project, "Joan", 0.3)
    search = asked(api(creator), project, image=f"s-{jane.current_source_id}")
    done = answered(api(creator), search)
    assert [hit["character"]["id"] for hit in done["results"]] == [jane.pk, joan.pk]
    assert [hit["likeness_band"] for hit in done["results"]] == ["match", "match"]


def test_only_characters_that_the_person_may_see_are_found(admin, creator, project, api):
    jane = person(creator, project, "Jane", 0.0)
    elsewhere = make.project(admin, "Southlight")
    person(admin, elsewhere, "Secret", 0.0)
    image = f"s-{jane.current_source_id}"
    mine = answered(api(creator), asked(api(creator), project, image=image))
    assert [hit["character"]["name"] for hit in mine["results"]] == ["Jane"]
    everybody = answered(api(admin), asked(api(admin), project, image=image))
    assert {hit["character"]["name"] for hit in everybody["results"]} == {"Jane", "Secret"}


def test_what_a_person_may_see_is_asked_again_when_they_look(admin, creator, project, api):
    elsewhere = make.project(admin, "Southlight")
    membership = elsewhere.memberships.create(user=creator)
    jane = person(creator, project, "Jane", 0.0)
    person(admin, elsewhere, "Joan", 0.1)
    search = asked(api(creator), project, image=f"s-{jane.current_source_id}")
    assert len(answered(api(creator), search)["results"]) == 2
    membership.delete()
    body = api(creator).get(f"/api/v1/likeness-searches/{search['id']}").json()
    assert [hit["character"]["name"] for hit in body["results"]] == ["Jane"]


def test_what_was_put_away_or_withheld_since_is_shown_no_more(admin, creator, project, api):
    elsewhere = make.project(admin, "Southlight")
    elsewhere.memberships.create(user=creator)
    jane, judy = person(creator, project, "Jane", 0.0), person(creator, project, "Judy", 0.1)
    person(admin, elsewhere, "Joan", 0.2)
    search = asked(api(creator), project, image=f"s-{jane.current_source_id}")

    def found():
        hits = answered(api(creator), search)["results"]
        return [hit["character"]["name"] for hit in hits]

    assert found() == ["Jane", "Judy", "Joan"]
    managing.archive_project(admin, elsewhere)
    assert found() == ["Jane", "Judy"]
    SourceImage.objects.filter(pk=judy.current_source_id).update(quarantined_at=Now())
    assert found() == ["Jane"]


def test_a_rated_source_is_named_and_not_shown(admin, creator, project, api, page, settings):
    rated.enable(settings, admin)
    jane = person(creator, project, "Jane", 0.0)
    joan = rated.character(admin, creator, project, name="Joan")
    rated.rate_source(joan.current_source, ContentRating.ADULT)
    give_face(joan.current_source, vector(0.1))
    search = asked(api(creator), project, image=f"s-{jane.current_source_id}")
    hit = answered(api(creator), search)["results"][1]
    assert (hit["character"]["name"], hit["thumbnail_url"]) == ("Joan", None)
    assert "permission" in hit["withheld"]
    media = f"/media/sources/{joan.current_source_id}/"
    assert media not in page(creator).get(f"/who/{search['id']}/").content.decode()
    asking = {"image": f"s-{joan.current_source_id}"}
    path = f"/api/v1/projects/{project.pk}/likeness-searches"
    assert api(creator).post(path, asking, format="json").status_code == 403
    viewer = rated.permit(creator)
    shown = api(viewer).get(f"/api/v1/likeness-searches/{search['id']}").json()["results"][1]
    assert shown["withheld"] == ""


def test_the_page_asks_and_answers_without_a_script(creator, project, page):
    jane = person(creator, project, "Jane", 0.0)
    visitor = page(creator)
    assert 'type="file"' in visitor.get(f"/projects/{project.pk}/who/").content.decode()
    form = {"image": f"s-{jane.current_source_id}"}
    answer = visitor.post(f"/projects/{project.pk}/who/", form)
    assert answer.status_code == 302
    assert "Look again" in visitor.get(answer.url).content.decode()
    asks = {"headers": {"HX-Request": "true"}}
    assert visitor.get(answer.url, **asks).status_code == 200
    make.run_jobs("gpu")
    html = visitor.get(answer.url).content.decode()
    assert jane.get_absolute_url() in html
    assert "Match" in html
    assert visitor.get(answer.url, **asks).status_code == 286
    refused = visitor.post(f"/projects/{project.pk}/who/", {"file": upload(b"no picture")})
    assert refused.status_code == 400
    assert 'role="alert"' in refused.content.decode()


def test_nobody_elses_tray_shows_a_search(creator, reviewer, project, api, page):
    asked(api(creator), project)
    assert "Who is this" not in page(reviewer).get("/jobs/tray/").content.decode()


def test_pictures_and_searches_are_forgotten_in_time(creator, project, api):
    asked(api(creator), project)
    rows = LikenessSearch.objects.all()
    rows.update(created_at=Now() - PICTURE_KEPT * 1.1)
    forget_searches()
    assert rows.get().picture is None
    make.run_jobs("gpu")
    job = Job.objects.get(kind__name="identity.search")
    assert (job.status_id, job.error_code) == (JobStatus.FAILED, "picture_gone")
    rows.update(created_at=Now() - KEPT * 1.1)
    forget_searches()
    assert not rows.exists()


def test_a_cancelled_search_keeps_no_picture(creator, project, api):
    asked(api(creator), project)
    job = Job.objects.get(kind__name="identity.search")
    assert api(creator).post(f"/api/v1/jobs/{job.pk}/cancel").status_code == 200
    assert LikenessSearch.objects.get().picture is None


def test_the_page_of_a_project_leads_there(creator, project, page):
    person(creator, project, "Jane", 0.0)
    html = page(creator).get(project.get_absolute_url()).content.decode()
    assert f"/projects/{project.pk}/who/" in html
