"""The permission is asked again while the socket is open."""

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session

from people.models import ProjectMembership
from studio import consumers
from tests.studio.socket_of import heard, opened, push, types_until


@pytest.fixture(autouse=True)
def ask_each_time(monkeypatch):
    monkeypatch.setattr(consumers, "RECHECK_S", 0)


async def test_who_leaves_the_project_hears_no_more_of_it(committed, creator, project, character):
    groups = [f"project-{project.pk}", f"character-{character.pk}"]
    async with opened(creator, f"fragments=character-{character.pk}") as socket:
        await push("x", groups, fragments={f"character-{character.pk}": "<p>before</p>"})
        assert await socket.receive_from(timeout=10) == "<p>before</p>"
        await sync_to_async(ProjectMembership.objects.filter(user=creator).delete)()
        await push("x", groups, fragments={f"character-{character.pk}": "<p>after</p>"})
        own = {f"character-{character.pk}": "<p>own</p>"}
        await push("x", [f"user-{creator.pk}"], fragments=own)
        assert await socket.receive_from(timeout=10) == "<p>own</p>"


async def test_who_loses_the_role_hears_no_more_of_the_projects(committed, creator, project):
    async with opened(creator) as socket:
        await sync_to_async(creator.groups.clear)()
        await push("project.changed", [f"project-{project.pk}"])
        await push("own", [f"user-{creator.pk}"])
        assert await types_until(socket, "own") == ["own"]


async def test_the_socket_of_a_deactivated_person_closes(committed, creator, project):
    async with opened(creator) as socket:
        creator.is_active = False
        await sync_to_async(creator.save)()
        await push("project.changed", [f"project-{project.pk}"])
        assert await socket.receive_output(timeout=10) == {
            "type": "websocket.close",
            "code": consumers.SIGNED_OUT,
        }
        await push("project.changed", [f"project-{project.pk}"])
        assert await socket.receive_nothing(timeout=0.1)


@pytest.mark.parametrize("way", ["signing out", "a new password"])
async def test_the_socket_ends_with_the_session_that_opened_it(committed, creator, project, way):
    async with opened(creator) as socket:
        await push("own", [f"user-{creator.pk}"])
        assert (await heard(socket))["type"] == "own"
        if way == "signing out":
            await sync_to_async(Session.objects.all().delete)()
        else:
            creator.set_password("a different horse battery")
            await sync_to_async(creator.save)()
        await push("own", [f"user-{creator.pk}"])
        closed = await socket.receive_output(timeout=10)
        assert closed == {"type": "websocket.close", "code": consumers.SIGNED_OUT}


async def test_subscribing_reads_the_permission_anew(committed, creator, project, character):
    async with opened(creator) as socket:
        await sync_to_async(ProjectMembership.objects.filter(user=creator).delete)()
        await socket.send_json_to({"subscribe": [f"character-{character.pk}"]})
        assert await socket.receive_json_from(timeout=10) == {
            "type": "subscribed",
            "topics": [f"user-{creator.pk}"],
        }
