"""The demo runs on data of its own, whatever installation the shell points at."""

from pathlib import Path

import pytest

from script.launch import demo
from script.launch.telling import LaunchError


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(demo, "VAR", tmp_path)
    monkeypatch.setattr(demo, "DEMO", tmp_path / "demo")
    monkeypatch.setattr(demo, "DEMO_PASSWORDS", tmp_path / "demo-passwords.json")
    return tmp_path


def test_another_installations_database_and_redis_are_not_used(
    env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://production/studio")
    monkeypatch.setenv("REDIS_URL", "redis://production")
    monkeypatch.setenv("MEDIA_ROOT", "/production")
    made = demo._environment(8123, [])
    assert {"DATABASE_URL", "REDIS_URL", "MEDIA_ROOT"}.isdisjoint(made)
    assert made["VAR_DIR"] == str(env / "demo")
    assert made["SITE_URL"] == "http://127.0.0.1:8123"


def test_reset_removes_the_demos_data_and_nothing_else(env: Path) -> None:
    for name in ("demo/studio.sqlite3", "studio.sqlite3", "media/a.png", "demo-passwords.json"):
        (env / name).parent.mkdir(exist_ok=True)
        (env / name).touch()
    demo._empty()
    left = sorted(str(p.relative_to(env)) for p in env.rglob("*") if p.is_file())
    assert left == ["media/a.png", "studio.sqlite3"]


def test_only_the_networks_of_the_named_servers_are_opened(
    env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COMFYUI_NETWORKS", raising=False)
    made = demo._environment(8000, ["http://192.0.2.7:8188"])
    assert made["COMFYUI_NETWORKS"] == "127.0.0.0/8,::1/128,192.0.2.7/32"
    assert made["COMFYUI_URLS"] == "http://192.0.2.7:8188"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("127.0.0.1:8188", "http://127.0.0.1:8188"),
        ("http://127.0.0.1:8188/", "http://127.0.0.1:8188"),
        ("https://comfy.example/gpu/", "https://comfy.example:443/gpu"),
        ("http://[::1]:8188", "http://[::1]:8188"),
    ],
)
def test_an_address_is_written_as_the_product_writes_it(typed: str, address: str) -> None:
    assert demo._address(typed) == address


@pytest.mark.parametrize("typed", ["ftp://host:1", "http://", "http://host:port"])
def test_what_is_no_address_is_a_sentence(typed: str) -> None:
    with pytest.raises(LaunchError, match="write an address like"):
        demo._address(typed)
