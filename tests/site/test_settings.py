from __future__ import annotations

import stat

import pytest

from newsapp.config import SETTINGS, WrongSetting, load


def test_a_fresh_instance_runs_on_defaults_and_keeps_its_secret(tmp_path):
    first = load(tmp_path, {})
    second = load(tmp_path, {})

    assert first["DATABASE_URL"] == f"sqlite:///{tmp_path}/news.db"
    assert first["SECRET_KEY"] == second["SECRET_KEY"] and len(first["SECRET_KEY"]) == 64
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_the_environment_wins_over_the_file(tmp_path):
    (tmp_path / "newsapp.toml").write_text('BASE_URL = "https://file.example"\nTHREADS = 2\n')

    settings = load(tmp_path, {"NEWSAPP_BASE_URL": "https://environment.example/"})

    assert settings["BASE_URL"] == "https://environment.example"
    assert settings["THREADS"] == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://localhost/news"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "not an address"),
        ("SECRET_KEY", "short"),
        ("BASE_URL", "news.example.org"),
        ("BASE_URL", "https://news.example.org/paper"),
        ("MEDIA_URL", "s3://bucket"),
        ("MAIL_URL", "mail.example.org"),
        ("MAIL_URL", "smtp://user:secret@mail.example.org:many"),
        ("MAIL_FROM", "The Paper <news@example.org>"),
        ("CORRECTIONS_TO", "The Desk <desk@example.org>"),
        ("NEWSLETTER_PER_MINUTE", "-1"),
        ("BOUNCES_TO", "The Paper <bounces@example.org>"),
        ("BOUNCES_FROM", "maildir://box"),
        ("BOUNCES_FROM", "pop3://me:secret@mail.example.org"),
        ("BOUNCES_FROM", "imaps://mail.example.org"),
        ("BOUNCES_FROM", "imaps://me:secret@mail.example.org:many"),
        ("JOBS", "sometimes"),
        ("SECOND_FACTOR", "2"),
        ("PROXIES", "-1"),
        ("COMMENTS_GUESTS", "some"),
        ("COMMENTS_FIRST_HELD", "-1"),
        ("COMMENTS_CLOSE_DAYS", "soon"),
        ("DISPOSABLE_MAIL", "not a domain!"),
        ("PAGE_CACHE", "perhaps"),
        ("PAGE_CACHE_MB", "0"),
        ("PAGE_CACHE_MB", "many"),
        ("ROBOTS_AI", "maybe"),
        ("WEBSUB_HUB", "hub.example.org"),
        ("OFFLINE_READING", "sometimes"),
        ("WORKERS", "-1"),
        ("THREADS", "1000"),
    ],
)
def test_a_wrong_value_is_one_line_that_says_which_and_why(tmp_path, name, value):
    with pytest.raises(WrongSetting) as told:
        load(tmp_path, {f"NEWSAPP_{name}": value})

    assert str(told.value).startswith(f"NEWSAPP_{name}: ")
    assert "\n" not in str(told.value)
    assert "secret" not in str(told.value)


def test_every_setting_has_a_wrong_value_above_and_a_line_in_the_manual():
    from pathlib import Path

    manual = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()
    for setting in SETTINGS:
        assert f"`{setting.name}`" in manual, setting.name


@pytest.mark.parametrize("text", ["BASE_URLS = 'x'", "THREADS = [", "\xff"])
def test_a_file_that_cannot_be_used_is_named(tmp_path, text):
    (tmp_path / "newsapp.toml").write_bytes(text.encode("latin-1"))

    with pytest.raises(WrongSetting, match=r"newsapp\.toml"):
        load(tmp_path, {})


def test_the_command_ends_with_status_2_and_one_line(tmp_path):
    import os
    import subprocess
    import sys

    run = subprocess.run(
        [sys.executable, "-m", "newsapp.cli", "init"],
        env={**os.environ, "NEWSAPP_INSTANCE": str(tmp_path), "NEWSAPP_THREADS": "many"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert run.returncode == 2
    assert run.stderr == "newsapp: NEWSAPP_THREADS: must be a whole number from 1 to 32, not 'many'\n"
