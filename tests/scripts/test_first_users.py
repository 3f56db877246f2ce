"""Who can sign in after script/demo and after script/start."""

import json
import stat
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from comfy_bridge.models import ComfyServer
from people.models import ADMIN, TwoFactor, User

pytestmark = pytest.mark.django_db


def first_admin(monkeypatch: pytest.MonkeyPatch, **env: str) -> str:
    for name in ("ADMIN_USERNAME", "ADMIN_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdin", StringIO())
    out = StringIO()
    call_command("first_admin", stdout=out)
    return out.getvalue()


def test_the_first_admin_gets_a_password_that_is_shown_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = first_admin(monkeypatch)
    admin = User.objects.get()
    assert admin.is_admin
    assert admin.is_staff
    assert admin.check_password(told.split()[-1])

    again = first_admin(monkeypatch)
    assert "There is an admin already" in again
    assert User.objects.count() == 1


def test_the_environment_names_the_first_admin(monkeypatch: pytest.MonkeyPatch) -> None:
    told = first_admin(monkeypatch, ADMIN_USERNAME="chief", ADMIN_PASSWORD="a long password 7")
    assert "a long password" not in told
    assert User.objects.get(username="chief").check_password("a long password 7")


def test_a_weak_password_makes_no_admin(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="too short"):
        first_admin(monkeypatch, ADMIN_USERNAME="chief", ADMIN_PASSWORD="short")
    assert not User.objects.exists()


def test_the_demo_users_keep_their_random_passwords(tmp_path: Path, settings: Any) -> None:
    settings.COMFYUI_URLS = []
    file = tmp_path / "passwords.json"
    call_command("prepare_demo", str(file), stdout=StringIO())
    passwords = json.loads(file.read_text())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert set(passwords) == {"admin", "creator", "reviewer"}
    assert len(set(passwords.values())) == 3
    for username, password in passwords.items():
        person = User.objects.get(username=username)
        assert person.check_password(password)
        assert person.roles == {username.capitalize()}
        assert person.is_staff == (ADMIN in person.roles)

    call_command("prepare_demo", str(file), stdout=StringIO())
    assert json.loads(file.read_text()) == passwords


def test_a_second_factor_turned_on_in_the_demo_does_not_keep_the_next_one_out(
    tmp_path: Path, settings: Any
) -> None:
    settings.COMFYUI_URLS = []
    call_command("prepare_demo", str(tmp_path / "p.json"), stdout=StringIO())
    other = User.objects.create_user("other")
    for user in (User.objects.get(username="reviewer"), other):
        TwoFactor.objects.create(user=user, salt="salt", last_step=0)
    call_command("prepare_demo", str(tmp_path / "p.json"), stdout=StringIO())
    assert [factor.user for factor in TwoFactor.objects.all()] == [other]


def test_the_demo_works_on_the_servers_of_this_run_alone(tmp_path: Path, settings: Any) -> None:
    earlier = ComfyServer.objects.create(name="earlier", url="http://127.0.0.1:9001")
    settings.COMFYUI_URLS = ["http://127.0.0.1:9002"]
    call_command("prepare_demo", str(tmp_path / "p.json"), stdout=StringIO())
    earlier.refresh_from_db()
    assert earlier.paused
    assert not ComfyServer.objects.get(url="http://127.0.0.1:9002").paused
