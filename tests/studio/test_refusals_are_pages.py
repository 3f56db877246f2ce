"""What a page's address refuses is a page with a sentence and a way on, as the API's is JSON."""

import pytest
from django.conf import settings

from tests.people.asking import signed_in

TOO_MUCH = "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)


@pytest.mark.parametrize("path", ["approve", "reject", "retry", "cancel", "more", "rerun-qa"])
def test_a_form_s_address_that_is_opened_says_that_nothing_was_changed(creator, path):
    answer = signed_in(creator, api=False).get(f"/variants/1/{path}/")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    html = answer.content.decode()
    assert "so nothing was changed" in html
    assert 'href="/"' in html


def test_a_form_that_is_too_large_says_how_much_is_taken(creator, character):
    client = signed_in(creator, api=False)
    answer = client.post(f"/characters/{character.pk}/edit/", {"name": TOO_MUCH})
    assert answer.status_code == 413
    assert "more than 2 MB" in answer.content.decode()
    character.refresh_from_db()
    assert character.name != TOO_MUCH


def test_a_json_body_that_is_too_large_does_too(creator, character):
    client = signed_in(creator, api=True)
    answer = client.patch(f"/api/v1/characters/{character.pk}", {"notes": TOO_MUCH})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("back", ["tomorrow", "4:1", "home", "", "//elsewhere.example/", "?page=2"])
def test_a_form_that_names_no_path_to_go_back_to_leads_on_all_the_same(creator, back):
    client = signed_in(creator, api=False)
    for path in ("/jobs/cancel-mine/", "/jobs/tray/whose/"):
        answer = client.post(path, {"next": back, "whose": "all"})
        assert (answer.status_code, answer.url) == (302, "/jobs/")
    answer = client.post("/settings/theme/", {"next": back, "theme": "dark"})
    assert (answer.status_code, answer.url) == (302, "/")
