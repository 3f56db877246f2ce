"""An age has one upper limit on every database, told at the form and by the API."""

import pytest

from characters.models import MAX_AGE, Character


@pytest.mark.parametrize("age", [MAX_AGE + 1, 32_768, 10**15])
def test_an_age_above_the_limit_is_refused_with_a_sentence(
    client, api, creator, project, character, age
):
    sentence = f"less than or equal to {MAX_AGE}"
    url = f"/api/v1/characters/{character.pk}"
    for refused in (
        api(creator).post("/api/v1/characters", {"name": "J", "project": project.pk, "age": age}),
        api(creator).patch(url, {"age": age}),
    ):
        assert refused.status_code == 400
        assert sentence in refused.json()["errors"]["age"][0]
    client.force_login(creator)
    page = client.post(f"/projects/{project.pk}/characters/new/", {"name": "J", "age": age})
    assert page.status_code == 400
    assert sentence in page.content.decode()
    assert list(Character.objects.values_list("age", flat=True)) == [None]


def test_the_limit_itself_is_an_age(api, creator, character):
    answer = api(creator).patch(f"/api/v1/characters/{character.pk}", {"age": MAX_AGE})
    assert (answer.status_code, answer.json()["age"]) == (200, MAX_AGE)
