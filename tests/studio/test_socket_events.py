"""What comes through the socket: one's own projects' events, each once, and nothing else."""

from asgiref.sync import sync_to_async

from tests.people import world
from tests.studio.socket_of import heard, opened, push, types_until
from variants import reviewing


async def test_an_event_sent_to_two_groups_comes_once(committed, creator, project):
    async with opened(creator) as socket:
        groups = [f"project-{project.pk}", f"user-{creator.pk}"]
        await push("job.progress", groups, job_id=1, progress=0.5)
        await push("job.finished", groups, job_id=1)
        first, second = await heard(socket), await heard(socket)
        assert (first["type"], second["type"]) == ("job.progress", "job.finished")
        assert set(first) == {"type", "id", "at", "job_id", "progress"}
        assert first["id"] != second["id"]
        assert await socket.receive_nothing(timeout=0.1)


async def test_what_happens_in_another_project_is_not_heard(committed):
    cast = await sync_to_async(world.build)()
    foreign = [
        f"project-{cast.theirs.project.pk}",
        f"character-{cast.theirs.ready.pk}",
        f"user-{cast.outsider.pk}",
    ]
    async with opened(cast.creator) as socket:
        for group in foreign:
            await push("foreign", [group])
        await push("own", [f"user-{cast.creator.pk}"])
        assert await types_until(socket, "own") == ["own"]


async def test_subscribing_to_what_is_not_ones_own_is_ignored(committed):
    cast = await sync_to_async(world.build)()
    mine, other = cast.ours.ready.pk, cast.theirs.ready.pk
    asked = [
        f"character-{mine}",
        f"character-{other}",
        f"project-{cast.theirs.project.pk}",
        f"user-{cast.outsider.pk}",
        "character-0",
        "character-999999999999999999",
        "character-٣",
        "tray",
        "*",
        {"a": 1},
        None,
    ]
    async with opened(cast.creator) as socket:
        await socket.send_json_to({"subscribe": asked})
        answer = await heard(socket)
        assert answer == {
            "type": "subscribed",
            "topics": [f"user-{cast.creator.pk}", f"character-{mine}"],
        }
        await push("foreign", [f"character-{other}"])
        await push("no longer", [f"project-{cast.ours.project.pk}"])
        await push("own", [f"character-{mine}"])
        assert await types_until(socket, "own") == ["own"]


async def test_the_socket_hears_of_exactly_the_projects_that_the_lists_show(committed):
    cast = await sync_to_async(world.build)()
    projects = [cast.ours.project.pk, cast.theirs.project.pk]
    for role, expected in (
        ("creator", projects[:1]),
        ("reviewer", projects[:1]),
        ("outsider", projects[1:]),
        ("admin", projects),
        ("idle", []),
    ):
        person = cast.person(role)
        async with opened(person) as socket:
            for pk in projects:
                await push("project.changed", [f"project-{pk}"], project=pk)
            await push("last", [f"user-{person.pk}"])
            got = []
            while (event := await heard(socket))["type"] != "last":
                got.append(event["project"])
            assert got == expected, role


async def test_a_decision_reaches_the_other_persons_socket_after_its_commit(committed):
    cast = await sync_to_async(world.build)()
    variant = cast.ours.candidate
    async with opened(cast.reviewer) as socket:
        await sync_to_async(reviewing.approve)(cast.creator, variant)
        event = await heard(socket)
        assert event["type"] == "variant.approved"
        assert event["variant_id"] == variant.pk
        assert event["character_id"] == cast.ours.ready.pk
        assert (event["status"], event["is_hero"]) == ("approved", True)
        assert "sha256" not in event
        assert "file_path" not in event
