"""The same request sent a hundred times at once, as by an impatient client: it is made once."""

import asyncio
import uuid

import httpx
import pytest

TIMES = 100


async def _send(studio, character, workflow, key):
    token = studio.post(
        "auth/token",
        json={"username": "creator", "password": studio.password("creator")},
    )["access"]
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    wish = {"variant_type": "clothed", "workflow_id": workflow, "count": 2, "prompt": "x"}
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(limits=limits, timeout=120, headers=headers) as http:
        url = f"{studio.address}/api/v1/characters/{character}/variants/generate"
        return await asyncio.gather(*(http.post(url, json=wish) for _ in range(TIMES)))


@pytest.mark.chaos
async def test_one_key_a_hundred_times_at_once_is_one_request(studio):
    character = studio.approved_character()
    rows = studio.get("workflows")["results"]
    workflow = next(row["id"] for row in rows if row["name"] == "modelfree_img2img")
    answers = await _send(studio, character, workflow, str(uuid.uuid4()))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["request_id"] for answer in answers}) == 1
    assert studio.rows("SELECT count(*) FROM generation_requests") == [(1,)]
    assert studio.rows("SELECT count(*) FROM image_variants") == [(2,)]
    studio.until(studio.is_idle, "every job to end")
    (request,) = {answer.json()["request_id"] for answer in answers}
    assert studio.get(f"requests/{request}")["statuses"] == {"generated": 2}
