"""The lifecycle over REST: verbs, ETag and If-Match, refusals that say who, trash, batches."""

import pytest

from characters import approving
from tests import make
from variants import reviewing
from variants.models import ImageVariant


@pytest.fixture
def two(db, creator, character):
    make.ready(creator, character)
    return make.generated(creator, character, 2)


def url(variant, verb=""):
    base = f"/api/v1/characters/{variant.character_id}/variants/{variant.pk}"
    return f"{base}/{verb}" if verb else base


def fresh(variant):
    return ImageVariant.objects.get(pk=variant.pk)


VERBS = {
    "approve": {},
    "reject": {"reasons": ["framing"]},
    "shortlist": {},
    "unshortlist": {},
    "reconsider": {},
    "keep": {},
    "tags": {"add": ["night"]},
    "undo": {},
    "redo": {},
    "regenerate": {},
    "recheck": {},
    "rerun-qa": {},
    "cancel": {},
    "retry": {},
    "export": {},
    "cancel-edit": {},
    "reproduce": {},
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_stale_look_is_412_and_says_who_chose_what(api, creator, reviewer, two, verb):
    variant = two[0]
    seen = api(creator).get(url(variant))["ETag"]
    reviewing.reject(reviewer, variant)
    ImageVariant.objects.filter(pk=variant.pk).update(shortlisted=True, recheck=True)
    if verb == "reject":  # rejecting the rejected changes nothing, however old the look
        reviewing.reconsider(reviewer, variant)
    if verb in ("reconsider", "unshortlist"):
        seen = '"99"'
    if verb == "shortlist":
        ImageVariant.objects.filter(pk=variant.pk).update(shortlisted=False)
    before = fresh(variant)
    answer = api(creator).post(url(variant, verb), VERBS[verb], headers={"If-Match": seen})
    assert answer.status_code == 412, answer.json()
    body = answer.json()
    assert body["code"] == "stale_revision"
    assert "by rex" in body["detail"]
    assert (body["by"], body["revision"]) == ("rex", before.revision)
    assert body["state"] == before.state.label
    after = fresh(variant)
    assert (after.revision, after.status_id) == (before.revision, before.status_id)
    assert ImageVariant.objects.count() == 2


def test_the_etag_is_the_revision_and_a_fitting_one_passes(api, creator, two):
    client = api(creator)
    tag = client.get(url(two[0]))["ETag"]
    answer = client.post(url(two[0], "shortlist"), headers={"If-Match": tag})
    assert answer.status_code == 200
    assert answer.json()["shortlisted"] is True
    assert answer["ETag"] != tag
    assert client.post(url(two[0], "approve"), headers={"If-Match": "*"}).status_code == 200


def test_an_illegal_move_is_409_with_the_state_and_who(api, creator, reviewer, two):
    reviewing.reject(reviewer, two[0])
    body = api(creator).post(url(two[0], "approve")).json()
    assert (body["code"], body["state"], body["by"]) == ("illegal_move", "rejected", "rex")


def test_an_unknown_reason_is_400_and_names_the_known_ones(api, creator, two):
    answer = api(creator).post(url(two[0], "reject"), {"reasons": ["ugly"]})
    body = answer.json()
    assert (answer.status_code, body["code"]) == (400, "unknown_reason")
    assert "framing" in body["choices"]
    assert fresh(two[0]).state.label == "generated"


def test_undo_answers_what_came_back(api, creator, two):
    client = api(creator)
    for variant in two:
        client.post(url(variant, "approve"))
    body = client.post(url(two[1], "undo")).json()
    assert (body["verb"], body["undone"], body["refused"]) == ("approve", True, [])
    assert {(row["id"], row["is_hero"]) for row in body["variants"]} == {
        (two[0].pk, True),
        (two[1].pk, False),
    }
    character = f"/api/v1/characters/{two[0].character_id}"
    assert client.post(f"{character}/redo").json()["undone"] is False
    assert fresh(two[1]).is_hero
    assert client.post(f"{character}/undo/").status_code == 200
    assert fresh(two[0]).is_hero
    client.post(f"{character}/undo")
    answer = client.post(f"{character}/undo")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_do")


def test_undoing_a_creators_decision_is_403_for_a_reviewer(api, creator, reviewer, two):
    reviewing.reject(creator, two[0])
    answer = api(reviewer).post(url(two[0], "undo"))
    assert (answer.status_code, answer.json()["code"]) == (403, "decided_by_creator")


def test_delete_goes_to_the_trash_and_restore_brings_it_back(api, creator, reviewer, two):
    client = api(creator)
    assert client.delete(url(two[0])).status_code == 204
    assert client.get(url(two[0])).status_code == 404
    for place in ("characters", "projects"):
        pk = two[0].character_id if place == "characters" else two[0].project_id
        (row,) = client.get(f"/api/v1/{place}/{pk}/trash").json()["results"]
        assert row["id"] == two[0].pk
        assert row["purge_at"] > row["deleted_at"]
        assert client.get(row["thumbnails"]["w256"]).status_code == 200
        assert api(reviewer).get(f"/api/v1/{place}/{pk}/trash").status_code == 403
    assert api(reviewer).get(row["thumbnails"]["w256"]).status_code == 404
    assert client.post(url(two[0], "restore")).status_code == 200
    assert client.get(url(two[0])).json()["deleted_at"] is None


def test_a_stale_delete_and_restore_are_412(api, creator, two):
    client = api(creator)
    for wanted in ("", "?purge=1"):
        answer = client.delete(url(two[0]) + wanted, headers={"If-Match": '"99"'})
        assert (answer.status_code, answer.json()["code"]) == (412, "stale_revision")
    client.delete(url(two[0]))
    answer = client.post(url(two[0], "restore"), headers={"If-Match": '"1"'})
    assert answer.status_code == 412
    assert fresh(two[0]).is_trashed


def test_purge_is_for_good_from_the_gallery_and_from_the_trash(api, creator, two):
    client = api(creator)
    assert client.delete(f"{url(two[0])}?purge=1").status_code == 204
    client.delete(url(two[1]))
    assert client.delete(url(two[1])).status_code == 404
    answer = client.delete(f"{url(two[1])}?purge=perhaps")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_value")
    assert client.delete(f"{url(two[1])}?purge=1").status_code == 204
    assert not ImageVariant.objects.exists()


def test_a_hero_is_not_deleted(api, creator, two):
    reviewing.approve(creator, two[0])
    for wanted in ("", "?purge=1"):
        answer = api(creator).delete(url(two[0]) + wanted)
        assert (answer.status_code, answer.json()["code"]) == (409, "is_hero")


def test_scene_seeds_are_heroes_and_say_which_are_stale(api, creator, character, two):
    reviewing.approve(creator, two[0])
    seeds = f"/api/v1/characters/{character.pk}/scene-seeds"
    (row,) = api(creator).get(seeds).json()["results"]
    assert (row["id"], row["recheck"], row["recheck_reason"]) == (two[0].pk, False, "")
    make.ready(creator, approving.unlock_baseline(creator, two[0].character))
    (row,) = api(creator).get(seeds).json()["results"]
    assert row["recheck"] is True
    assert "replaced by v2" in row["recheck_reason"]
    assert api(creator).post(url(two[0], "keep")).json()["recheck"] is False


def test_a_batch_answers_for_each_and_has_one_undo(api, creator, reviewer, two):
    reviewing.approve(creator, two[1])
    client = api(reviewer)
    body = {"verb": "reject", "ids": [two[0].pk, two[1].pk], "reasons": ["framing"]}
    answer = client.post("/api/v1/variants/batch", body).json()
    assert [row["status"] for row in answer["done"]] == ["rejected"]
    (refused,) = answer["refused"]
    assert (refused["id"], refused["code"]) == (two[1].pk, "illegal_move")
    assert "approved by cleo" in refused["detail"]
    undone = client.post(f"/api/v1/review-steps/{answer['step']}/undo").json()
    assert [row["id"] for row in undone["variants"]] == [two[0].pk]
    assert client.post(f"/api/v1/review-steps/{answer['step']}/redo").status_code == 200
    assert api(creator).post(f"/api/v1/review-steps/{answer['step']}/undo").status_code == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"verb": "burn"}, "unknown_verb"),
        ({"verb": "reject", "reasons": ["ugly"]}, "unknown_reason"),
        ({"verb": "tag"}, "bad_batch"),
        ({"verb": "tag", "tags": ["x" * 61]}, "bad_tag"),
        ({"verb": "reject", "ids": []}, "bad_batch"),
        ({}, "invalid"),
    ],
)
def test_a_batch_that_makes_no_sense_is_400(api, creator, two, body, code):
    answer = api(creator).post("/api/v1/variants/batch", {"ids": [two[0].pk], **body})
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert fresh(two[0]).revision == two[0].revision


def test_quarantine_takes_an_admin_and_a_reason(api, admin, creator, two):
    assert api(creator).post(url(two[0], "quarantine"), {"reason": "x"}).status_code == 403
    answer = api(admin).post(url(two[0], "quarantine"))
    assert (answer.status_code, answer.json()["code"]) == (400, "reason_needed")
    body = api(admin).post(url(two[0], "quarantine"), {"reason": "takedown 12"}).json()
    assert body["status"] == "quarantined"


def test_regenerating_answers_what_was_asked_for(api, creator, two):
    answer = api(creator).post(url(two[0], "regenerate"), {"count": 2, "seed": 5})
    assert answer.status_code == 202
    made = ImageVariant.objects.filter(pk__in=answer.json()["variant_ids"])
    assert sorted(made.values_list("seed", flat=True)) == [5, 6]


def test_any_image_of_a_character_is_deleted_by_its_opaque_id(api, creator, character, two):
    client = api(creator)
    current = type(character).objects.get(pk=character.pk).current_source
    images = f"/api/v1/characters/{character.pk}/images"
    answer = client.delete(f"{images}/s-{current.pk}")
    assert (answer.status_code, answer.json()["code"]) == (409, "is_current_source")
    approving.unlock_baseline(creator, two[0].character)
    make.source(creator, type(character).objects.get(pk=character.pk))
    assert client.delete(f"{images}/s-{current.pk}").status_code == 204
    history = f"/api/v1/characters/{character.pk}/source-image/history"
    assert [row["version"] for row in client.get(history).json()["results"]] == [2]
    assert client.post(f"{images}/s-{current.pk}/restore").status_code == 204
    answer = client.delete(f"{images}/s-{current.pk}?purge=1")
    assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
    assert client.delete(f"{images}/v-{two[0].pk}").status_code == 204
    assert client.delete(f"{images}/v-{two[0].pk}").status_code == 404
    assert client.delete(f"{images}/v-{two[0].pk}?purge=1").status_code == 204
    for wrong in ("x-1", "v-0", "v-x", "s-", f"s-{10**30}", f"v-{10**30}", "12"):
        assert client.delete(f"{images}/{wrong}").status_code == 404, wrong
