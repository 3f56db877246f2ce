"""Admins add, change and take away the words of the studio; what is in use stays."""

import pytest

from tests import make
from variants.vocabulary import RejectReason, VariantType

URL = "/api/v1"


def test_a_word_is_added_changed_and_taken_away(api, admin):
    client = api(admin)
    made = client.post(f"{URL}/presets/scenes", {"name": "Pier", "prompt": "on a pier"}).json()
    one = f"{URL}/presets/scenes/{made['id']}"
    assert client.patch(one, {"prompt": "on a long pier"}).json()["prompt"] == "on a long pier"
    assert client.delete(one).status_code == 204
    assert client.get(one).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["variant-types", "presets/scenes", "presets/environments", "aspect-ratios", "quality-modes",
     "reject-reasons"],
)  # fmt: skip
def test_everybody_reads_and_only_admins_write(api, reviewer, path):
    client = api(reviewer)
    rows = client.get(f"{URL}/{path}").json()["results"]
    assert rows
    assert client.delete(f"{URL}/{path}/{rows[0]['id']}").status_code == 403


def test_a_name_is_there_once(api, admin):
    answer = api(admin).post(f"{URL}/reject-reasons", {"name": RejectReason.objects.first().name})
    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")


def test_a_type_that_is_used_keeps_its_name_and_is_put_away_and_taken_out(
    api, admin, creator, character
):
    make.ready(creator, character)
    make.generated(creator, character, 1)
    client, kind = api(admin), VariantType.objects.get(name="clothed")
    one = f"{URL}/variant-types/{kind.pk}"
    refused = client.patch(one, {"name": "dressed"})
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert client.delete(one).status_code == 204
    wish = {"variant_type": "clothed", "workflow_id": make.workflow().pk}
    asked = api(creator).post(f"{URL}/characters/{character.pk}/variants/generate", wish)
    assert (asked.status_code, asked.json()["code"]) == (400, "unknown_variant_type")
    assert client.patch(one, {"archived": False}).json()["archived"] is False


def test_a_word_that_something_is_named_by_stays(api, admin, creator, character):
    make.ready(creator, character)
    variant = make.generated(creator, character, 1)[0]
    reason = RejectReason.objects.first()
    url = f"{URL}/characters/{character.pk}/variants/{variant.pk}/reject"
    assert api(creator).post(url, {"reasons": [reason.name]}).status_code == 200
    answer = api(admin).delete(f"{URL}/reject-reasons/{reason.pk}")
    assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
