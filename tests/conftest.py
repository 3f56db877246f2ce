"""The cast: an admin, a creator, a reviewer and an outsider, and a project with a character."""

import copy
import shutil

import pytest
from django.conf import settings as django_settings
from django.test import TransactionTestCase, override_settings
from rest_framework.test import APIClient

from comfy_bridge import pacing
from studio.lib.env import s3_options
from tests import make, pristine
from tests.fakes.s3 import BUCKET, KEYS, open_bucket, start_server
from tests.people import world

# Here a test that asks for no database speaks to none, and to no Redis, or starts a product on
# SQLite, whatever the tests run on.
ALIKE_ANYWHERE = (
    "tests/comfy_bridge/",
    "tests/flow/test_restart",
    "tests/qa/",
    "tests/scripts/",
    "tests/studio/test_behind_tls",
    "tests/studio/test_compose",
    "tests/studio/test_decoding_",
    "tests/studio/test_labels",
    "tests/studio/test_masks",
    "tests/studio/test_pictures_",
    "tests/studio/test_storing_on_",
    "tests/studio/test_templates_",
    "tests/studio/test_tokens_",
    "tests/studio/test_ui_tags",
    "tests/test_architecture",
    "tests/webhooks/test_addresses",
)


def pytest_addoption(parser):
    parser.addoption(
        "--on-services",
        action="store_true",
        help="leave out what PostgreSQL and Redis have no part in: SQLite's run has it",
    )


def pytest_collection_modifyitems(config, items):
    if not config.getoption("on_services"):
        return
    left_out = [item for item in items if _is_alike_anywhere(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


def _is_alike_anywhere(item):
    if item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(item.fixturenames):
        return False
    return item.nodeid.startswith(ALIKE_ANYWHERE)


FAST_PASSWORDS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def fast_passwords(settings):
    settings.PASSWORD_HASHERS = FAST_PASSWORDS


@pytest.fixture(autouse=True)
def static_files_one_by_one(settings):
    """Each test client loads the middleware anew: it looks for a static file when asked for one."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    """Each test stores its files in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = _storages(settings.MEDIA_ROOT)
    return settings.MEDIA_ROOT


def _storages(folder):
    backend = "studio.lib.files.WholeFileStorage"
    default = {"BACKEND": backend, "OPTIONS": {"location": folder}}
    return {**django_settings.STORAGES, "default": default}


@pytest.fixture(scope="session")
def s3_server():
    with start_server() as url:
        yield url


@pytest.fixture
def s3(s3_server, settings, own_media, monkeypatch):
    """The default storage is a real local S3, reached through a door that can be shut."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    with open_bucket(s3_server) as running:
        options = s3_options(f"s3://{BUCKET}/likeness?endpoint_url={running.door.url}")
        options |= {"connect_timeout_s": 0.5, "read_timeout_s": 0.5, "attempts": 2}
        backend = "studio.lib.objects.WholeObjectStorage"
        settings.STORAGES = {
            **settings.STORAGES,
            "default": {"BACKEND": backend, "OPTIONS": options},
        }
        yield running


@pytest.fixture(autouse=True)
def quiet_wakes(monkeypatch):
    """No worker runs in a test: wake-ups are counted, jobs are run by `make.run_jobs`."""
    woken = []
    monkeypatch.setattr("jobs.waking.wake", woken.append)
    return woken


@pytest.fixture(autouse=True)
def own_paces(monkeypatch):
    """No test knows how quick the servers of another were."""
    monkeypatch.setattr(pacing, "paces", pacing.Paces())


@pytest.fixture(autouse=True)
def no_attendance(monkeypatch):
    """No process reports itself in a test: what would do so in a thread of its own is told here."""
    told = []
    monkeypatch.setattr("jobs.attending.attend", lambda *said, **more: told.append((*said, more)))
    return told


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """As pytest-django's; what a test commits is taken back as `pristine` does it."""
    with django_db_blocker.unblock():
        put_back = pristine.remember()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: put_back())
        yield put_back


@pytest.fixture
def committed(transactional_db, django_db_setup):
    """A database with real commits, for threads and processes; calling it empties that again."""
    return django_db_setup


@pytest.fixture(scope="module")
def world_of_the_file(request, django_db_setup, django_db_blocker, tmp_path_factory):
    """Two projects with everything in them, and their files, until the file's last test ended.

    Its transaction is around those of all the file's tests.
    """
    for item in request.session.items:
        uses = {"cast", "db", "transactional_db"} & set(item.fixturenames)
        if item.path == request.path and uses not in (set(), {"cast", "db"}):
            pytest.fail(f"{item.name} is beside tests of `cast` and would find its rows")
    media = tmp_path_factory.mktemp("world")
    stored = override_settings(PASSWORD_HASHERS=FAST_PASSWORDS, STORAGES=_storages(media))
    with django_db_blocker.unblock(), world.undone():
        with stored:
            built = world.build()
        yield built, media


@pytest.fixture
def cast(world_of_the_file, db, own_media):
    """`world.build()`, done once for a file: what a test makes of it, the next does not see."""
    built, media = world_of_the_file
    shutil.copytree(media, own_media)
    return copy.deepcopy(built)


@pytest.fixture
def admin(db):
    return make.user("ada", "Admin")


@pytest.fixture
def project(admin):
    return make.project(admin, "Northlight")


@pytest.fixture
def creator(project):
    return make.member(project, "cleo", "Creator")


@pytest.fixture
def reviewer(project):
    return make.member(project, "rex", "Reviewer")


@pytest.fixture
def outsider(db):
    return make.user("otto", "Creator")


@pytest.fixture
def character(project, creator):
    return make.character(creator, project)


@pytest.fixture
def api():
    """`api(user)` is an API client signed in as that user."""

    def client(user=None):
        signed = APIClient()
        if user:
            signed.force_authenticate(type(user).objects.get(pk=user.pk))
        return signed

    return client


@pytest.fixture
def page(client):
    """`page(user)` is Django's test client signed in as that user."""

    def signed_in(user):
        client.force_login(user, "people.backends.PeopleBackend")
        return client

    return signed_in
