"""A page's socket carries HTML for the parts that the page shows, and no JSON."""

from asgiref.sync import sync_to_async

from tests.people import world
from tests.studio.socket_of import opened, push
from variants import reviewing, trashing


async def test_only_the_parts_that_were_asked_for_come(committed, creator, character):
    parts = {"tray": "<i>tray</i>", f"character-{character.pk}": "<i>mine</i>", "x": "<i>x</i>"}
    group = [f"project-{character.project_id}"]
    async with opened(creator, "fragments=tray") as socket:
        await push("x", group, fragments=parts)
        assert await socket.receive_from(timeout=10) == "<i>tray</i>"
    async with opened(creator, f"fragments=character-{character.pk}") as socket:
        await push("x", group, fragments={"tray": "<i>tray</i>"})
        await push("x", group, fragments=parts)
        assert await socket.receive_from(timeout=10) == "<i>mine</i>"


async def test_a_page_that_asks_for_a_foreign_character_gets_nothing_of_it(committed):
    cast = await sync_to_async(world.build)()
    foreign = f"character-{cast.theirs.ready.pk}"
    async with opened(cast.creator, f"fragments=tray&fragments={foreign}") as socket:
        await push("x", [foreign], fragments={foreign: "<i>foreign</i>"})
        await push("x", [f"project-{cast.theirs.project.pk}"], fragments={foreign: "<i>f</i>"})
        await push("x", [f"user-{cast.creator.pk}"], fragments={"tray": "<i>own</i>"})
        assert await socket.receive_from(timeout=10) == "<i>own</i>"


async def test_a_decision_arrives_as_the_cards_new_face(committed):
    cast = await sync_to_async(world.build)()
    variant, page = cast.ours.candidate, f"character-{cast.ours.ready.pk}"
    async with opened(cast.reviewer, f"fragments={page}") as socket:
        await sync_to_async(reviewing.approve)(cast.creator, variant)
        html = await socket.receive_from(timeout=10)
        assert "hx-swap-oob" in html
        assert "Hero" in html
        assert str(variant.pk) in html
        assert "csrfmiddlewaretoken" not in html, "one rendering is sent to many"


async def test_a_deletion_takes_the_card_away_and_a_restored_one_is_fetched(committed):
    cast = await sync_to_async(world.build)()
    variant, page = cast.ours.candidate, f"character-{cast.ours.ready.pk}"
    async with opened(cast.reviewer, f"fragments={page}") as socket:
        await sync_to_async(trashing.trash)(cast.creator, variant)
        html = await socket.receive_from(timeout=10)
        assert f'id="variant-{variant.pk}" hx-swap-oob="delete"' in html
        await sync_to_async(trashing.restore)(cast.creator, variant)
        assert 'data-signal="refresh"' in await socket.receive_from(timeout=10)
