"""Every line says what it belongs to, in one format, whoever wrote it."""

import io
import json
import logging
import logging.config

import pytest
import structlog
from django.contrib.auth import get_user_model

from jobs.handling import run
from studio.lib import logs
from tests.make import PASSWORD, portrait


def written(form):
    """A stream that gets what the product's own configuration writes."""
    stream = io.StringIO()
    configured = logs.configuration(form, "DEBUG")
    formatter = configured["formatters"]["line"]
    made = logging.config.DictConfigurator({**configured, "version": 1})
    handler = logging.StreamHandler(stream)
    handler.setFormatter(made.configure_formatter(formatter))
    return stream, handler


@pytest.fixture
def lines():
    """`lines()` are the JSON lines so far."""
    stream, handler = written("json")
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    logging.getLogger("jobs").setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)
    logging.getLogger("jobs").setLevel(logging.NOTSET)


def test_a_request_gets_an_id_that_its_lines_and_its_answer_carry(client, lines, db):
    answer = client.get("/sign-in/")
    (line,) = [line for line in lines() if line["logger"] == "studio.requests"]
    assert line["request_id"] == answer["X-Request-ID"]
    assert line["level"] == "info"
    assert (line["event"], line["route"], line["status"]) == ("GET /sign-in/", "sign-in", 200)
    assert line["took_ms"] >= 0


def test_what_django_says_of_a_refusal_belongs_to_the_request(client, lines, db):
    answer = client.get("/nowhere/at/all/")
    (line,) = [line for line in lines() if line["logger"] == "django.request"]
    assert line["request_id"] == answer["X-Request-ID"]


def test_an_id_of_the_proxy_is_taken_over(client, db):
    answer = client.get("/sign-in/", headers={"X-Request-ID": "proxy-17.abc_DEF"})
    assert answer["X-Request-ID"] == "proxy-17.abc_DEF"


@pytest.mark.parametrize(
    "bad", ["short", "a" * 65, 'x"y {"a":1} zzz', "-leading-dash", "ümläut-ümläut"]
)
def test_an_odd_id_is_replaced(client, db, bad):
    assert client.get("/sign-in/", headers={"X-Request-ID": bad})["X-Request-ID"] != bad


def test_whoever_asks_is_named_by_number_once_that_is_known(page, creator, lines):
    page(creator).get("/jobs/")
    line = next(line for line in lines() if "GET /jobs/" in line["event"])
    assert line["user_id"] == creator.pk


def test_a_line_never_asks_the_database_who_it_is(client, lines, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/healthz")
    assert any("/healthz" in line["event"] for line in lines())


def test_the_lines_of_a_job_carry_its_ids(work, lines):
    def says(lease):
        logging.getLogger("anybody").warning("halfway")
        lease.succeed()

    work.does(says)
    work.ask()
    lease = work.claim()
    run(lease)
    line = next(line for line in lines() if line["event"] == "halfway")
    assert {name: line[name] for name in ("job_id", "kind", "queue", "attempt", "fence")} == {
        "job_id": lease.job.pk,
        "kind": "test.work",
        "queue": "cpu",
        "attempt": 1,
        "fence": 1,
    }


def test_after_a_job_its_ids_are_gone(work, lines):
    work.ask()
    run(work.claim())
    logging.getLogger("anybody").warning("later")
    assert "job_id" not in lines()[-1]


def test_an_error_brings_its_traceback_in_the_same_line(lines):
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError:
        logging.getLogger("anybody").exception("it broke")
    line = lines()[-1]
    assert (line["event"], line["level"]) == ("it broke", "error")
    assert "ZeroDivisionError: division by zero" in line["exception"]


@pytest.mark.parametrize(
    "name", ["daphne.server", "gunicorn.error", "dramatiq.worker", "django.request", "channels"]
)
def test_lines_of_libraries_look_the_same(lines, name):
    logging.getLogger(name).error("something of %s", name)
    line = lines()[-1]
    assert (line["logger"], line["event"]) == (name, f"something of {name}")


def test_readable_lines_carry_the_ids_too():
    stream, handler = written("text")
    logger = logging.getLogger("plain")
    logger.addHandler(handler)
    try:
        with structlog.contextvars.bound_contextvars(job_id=7):
            logger.warning("slow")
    finally:
        logger.removeHandler(handler)
    assert "slow" in stream.getvalue()
    assert "job_id=7" in stream.getvalue()


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        ("redis://:hunter2@127.0.0.1/0 is away", "hunter2"),
        ("Authorization: Bearer abc.def-123", "abc.def-123"),
        ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOjF9.c2ln was refused", "eyJhbGciOiJIUzI1NiJ9"),
        ("{'password': 'hunter2'}", "hunter2"),
        ("Cookie: sessionid=k2j3h4; csrftoken=abcdef", "k2j3h4"),
        ("Cookie: sessionid=k2j3h4; csrftoken=abcdef", "abcdef"),
        ("bad row\nDETAIL:  Failing row contains (1, a woman in red).", "woman"),
    ],
)
def test_what_looks_like_a_secret_is_masked(lines, said, secret):
    logging.getLogger("anybody").error(said)
    assert secret not in json.dumps(lines()[-1])


def test_signing_in_and_uploading_leave_no_secret_in_the_log(client, character, creator, lines):
    """The whole log of a page's and a program's day, at the most talkative level."""
    secrets = {PASSWORD, "wrong horse battery"}
    client.post("/sign-in/", {"username": "cleo", "password": "wrong horse battery"})
    client.post("/sign-in/", {"username": "cleo", "password": PASSWORD})
    client.get(f"/characters/{character.pk}/")
    secrets |= {cookie.value for cookie in client.cookies.values()}

    program = type(client)()
    credentials = {"username": "cleo", "password": PASSWORD}
    pair = program.post("/api/v1/auth/token", credentials, "application/json").json()
    headers = {"Authorization": f"Bearer {pair['access']}"}
    refresh = {"refresh": pair["refresh"]}
    again = program.post("/api/v1/auth/token/refresh", refresh, "application/json").json()
    used = program.post("/api/v1/auth/token/refresh", refresh, "application/json")
    secrets |= {*pair.values(), *again.values()}

    file = io.BytesIO(portrait())
    file.name = "portrait.png"
    where = f"/api/v1/characters/{character.pk}/source-image"
    uploaded = program.post(where, {"file": file}, headers=headers)
    broken = io.BytesIO(b"no image at all " * 99)
    broken.name = "broken.png"
    refused = program.post(where, {"file": broken}, headers=headers)
    answers = (used.status_code, uploaded.status_code, refused.status_code)
    assert answers == (401, 201, 400)

    log = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines())
    secrets.add(get_user_model().objects.get(pk=creator.pk).password)
    assert [secret for secret in secrets if secret and secret in log] == []
    assert "no image at all" not in log
    assert log.count("studio.requests") >= 7
