"""compose.yaml, the Dockerfile and the Procfile agree with the code; Docker itself is not run."""

import importlib.util
import re
import shlex
from pathlib import Path
from string import Template

import pytest
import yaml
from django.core.management import get_commands

from jobs.models import QUEUES
from script.launch.production import SIZES, procfile
from studio.lib import nginx

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
OURS = {name: s for name, s in SERVICES.items() if s["image"] != "likeness-studio:nginx"}
OURS = {name: s for name, s in OURS.items() if s["image"].startswith("likeness-studio:")}
TARGETS = set(re.findall(r"^FROM \S+ AS (\S+)$", DOCKERFILE, re.MULTILINE))
PINNED = re.compile(r"[\w./-]+:\d+\.\d+(\.\d+)?(-[\w.]+)+")
TEMPLATE = (ROOT / "deploy" / "nginx.conf.template").read_text()


def words_of(command):
    """The program and its arguments, whether or not a shell starts it."""
    return shlex.split(command[-1].split("&& exec ")[-1]) if command[0] == "sh" else command


def documented():
    return set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text()))


def variables(value):
    return set(re.findall(r"\$\{([A-Z_]+)", yaml.safe_dump(value)))


@pytest.mark.parametrize("name", OURS)
def test_each_command_starts_something_that_exists(name):
    words = words_of(OURS[name]["command"])
    assert words[0] == "python"
    if words[1] == "manage.py":
        assert words[2] in get_commands()
    else:
        assert words[1] == "-m"
        assert importlib.util.find_spec(words[2])
    for module in re.findall(r"\bstudio\.[a-z_]+", " ".join(words)):
        assert importlib.util.find_spec(module), module


@pytest.mark.parametrize("name", OURS)
def test_each_variable_is_a_documented_setting(name):
    assert set(OURS[name]["environment"]) <= documented()


@pytest.mark.parametrize("name", OURS)
def test_each_process_has_no_more_rights_than_it_needs(name):
    service = OURS[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")
    assert "ports" not in service, "nginx alone is reached from outside"


def test_only_nginx_publishes_a_port_and_on_this_machine_by_default():
    published = {name: s["ports"] for name, s in SERVICES.items() if "ports" in s}
    assert published == {"nginx": ["${PUBLISH:-127.0.0.1:8000}:8080"]}


def test_every_queue_has_a_worker_and_one_that_is_chosen_by_profile():
    queues = {}
    for name, service in OURS.items():
        words = service["command"]
        if "--queues" in words:
            queues.setdefault(words[words.index("--queues") + 1], []).append(name)
    assert set(queues) == set(QUEUES)
    assert queues["gpu"] == ["worker-gpu", "worker-gpu-cuda"]
    assert SERVICES["worker-gpu"]["profiles"] == ["cpu"]
    assert SERVICES["worker-gpu-cuda"]["profiles"] == ["gpu"]
    assert all(len(names) == 1 for queue, names in queues.items() if queue != "gpu")


def test_foreign_images_are_pinned_and_ours_are_targets_of_the_dockerfile():
    for name, service in SERVICES.items():
        if "build" in service:
            assert service["build"]["target"] in TARGETS, name
            assert service["image"] == f"likeness-studio:{service['build']['target']}"
        else:
            assert PINNED.fullmatch(service["image"]), name
    for image in re.findall(r"^FROM (\S+:\S+) AS", DOCKERFILE, re.MULTILINE):
        assert PINNED.fullmatch(image), image


def test_everything_starts_again_and_waits_for_what_it_needs():
    for name, service in SERVICES.items():
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped"), name
        for other, how in service.get("depends_on", {}).items():
            assert other in SERVICES
            if how["condition"] == "service_healthy":
                test = SERVICES[other]["healthcheck"]["test"]
                assert test[0] == "CMD"
    for name in set(OURS) - {"migrate"}:
        assert OURS[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        assert int(OURS[name]["stop_grace_period"].removesuffix("s")) > 30, "gunicorn's own grace"


def test_volumes_are_declared():
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in COMPOSE["volumes"], name


def test_the_example_names_every_variable_that_has_to_be_given():
    example = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    required = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "compose.yaml").read_text()))
    assert required <= example
    assert example <= variables(COMPOSE) | documented() | {"COMPOSE_PROFILES"}


def test_nginx_is_given_every_placeholder_of_its_template():
    given = SERVICES["nginx"]["environment"]
    assert set(re.findall(r"\$\{([A-Z_]+)\}", TEMPLATE)) == set(given)
    sockets = set(re.findall(r"unix:(\S+\.sock)", nginx.filled(TEMPLATE, **given)))
    bound = {
        part.removeprefix("unix:")
        for service in OURS.values()
        for part in words_of(service["command"])
        if part.endswith(".sock")
    }
    assert sockets == bound


def test_the_cap_of_nginx_is_the_products(settings):
    assert SERVICES["nginx"]["environment"]["MAX_BODY_BYTES"] == str(settings.MAX_BODY_BYTES)


def test_the_procfile_starts_the_same_processes():
    env = {"RUN_DIR": "/run/studio", **SIZES}
    lines = procfile((ROOT / "Procfile").read_text(), env)
    ours = {
        name: [Template(re.sub(r":-\w+", "", word)).substitute(env) for word in words]
        for name, words in ((n, words_of(s["command"])) for n, s in OURS.items())
        if name not in ("migrate", "worker-gpu-cuda")
    }
    assert ours == {name: words for name, words in lines.items() if name != "nginx"}
    assert "nginx" in lines


def test_the_image_runs_as_nobody_in_particular_and_passes_signals_on():
    product = DOCKERFILE[DOCKERFILE.index("AS product") :]
    assert "USER studio" in product
    assert 'ENTRYPOINT ["tini", "--"]' in product
    for line in re.findall(r"^(?:CMD|ENTRYPOINT) .*$", DOCKERFILE, re.MULTILINE):
        assert line.split(" ", 1)[1].startswith("["), "exec form: no shell between"
    assert DOCKERFILE.count("HEALTHCHECK") == 2
    assert {"cpu", "cuda", "nginx"} <= TARGETS


def test_what_the_image_copies_exists_and_no_secret_gets_in():
    for source in re.findall(r"^COPY (?!--from)(\S+) \S+$", DOCKERFILE, re.MULTILINE):
        assert (ROOT / source).exists(), source
    for source in re.findall(r"^COPY --from=(\S+)", DOCKERFILE, re.MULTILINE):
        assert source in TARGETS
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".venv", "var", ".env", "tests"} <= set(ignored)
    assert not {"deploy", "static", "templates", "manage.py", "requirements.txt"} & set(ignored)


def test_the_image_has_the_programs_that_back_its_database_up():
    (database,) = (s["image"] for s in SERVICES.values() if s["image"].startswith("postgres:"))
    version = re.match(r"postgres:(\d+)\.", database)[1]
    base = DOCKERFILE[: DOCKERFILE.index("FROM base AS packages")]
    assert re.search(rf"apt-get install .*\bpostgresql-client-{version}\b", base)
