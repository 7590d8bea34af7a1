"""What an operator writes into the environment is understood, or refused in one sentence that names the variable."""

import datetime as dt
import os
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from playground.environment import Environment

env = Environment()


@pytest.mark.parametrize(("text", "value"), [("on", True), ("YES", True), ("1", True), ("off", False), ("", False)])
def test_a_switch_is_on_or_off(monkeypatch: pytest.MonkeyPatch, text: str, value: bool) -> None:
    monkeypatch.setenv("SWITCH", text)
    assert env.bool("SWITCH", not value) is value


@pytest.mark.parametrize("text", ["maybe", "2", "o n"])
def test_another_word_is_no_switch(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SWITCH", text)
    with pytest.raises(ImproperlyConfigured, match=r'^SWITCH: ".*" does not fit; give "on" or "off"\.$'):
        env.bool("SWITCH", False)


@pytest.mark.parametrize("text", ["abc", "-1", "", "8 s", "nan", "inf"])
def test_a_number_is_finite_and_not_below_zero(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SECONDS", text)
    with pytest.raises(ImproperlyConfigured, match=r"^SECONDS: "):
        env.float("SECONDS", 1.0)
    with pytest.raises(ImproperlyConfigured, match=r"^SECONDS: "):
        env.int("SECONDS", 1)


def test_numbers_lists_and_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECONDS", "0.5")
    monkeypatch.setenv("URLS", "http://a,http://b")
    assert env.float("SECONDS", 1.0) == 0.5
    assert env.list("URLS", default=[]) == ["http://a", "http://b"]
    assert env.int("ABSENT", 7) == 7
    assert env.str("ABSENT", "x") == "x"


def test_a_secret_from_a_file_ends_before_the_line_break(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("$pa ss\n")
    monkeypatch.setenv("SECRET_FILE", str(tmp_path / "password"))
    assert Environment().str("SECRET", "") == "$pa ss"


def test_a_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ABSENT_SECRET_FILE", str(tmp_path / "absent"))
    with pytest.raises(ImproperlyConfigured, match=r"^ABSENT_SECRET_FILE: "):
        Environment().str("ABSENT_SECRET", "")


def test_a_dollar_sign_is_a_character(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSWORD", "$HOME")
    assert os.environ["HOME"] != "$HOME"
    assert env.str("PASSWORD", "") == "$HOME"


def test_mail_leaves_by_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", "smtp+tls://me:p%40ss@mail.example.org:587")
    mail = env.email("EMAIL_URL", default="consolemail://")
    assert mail["EMAIL_HOST"] == "mail.example.org"
    assert mail["EMAIL_PORT"] == 587
    assert mail["EMAIL_HOST_PASSWORD"] == "p@ss"
    assert mail["EMAIL_USE_TLS"] is True


@pytest.mark.parametrize("text", ["mail.example.org", "pigeon://mail.example.org", "smtp://host:port"])
def test_another_address_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("EMAIL_URL", text)
    with pytest.raises(ImproperlyConfigured, match=r"^EMAIL_URL: give an address like "):
        env.email("EMAIL_URL", default="consolemail://")


def test_a_choice_is_one_of_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB", "oracle")
    with pytest.raises(ImproperlyConfigured, match=r'^DB: "oracle" does not fit; give one of sqlite, postgres\.$'):
        env.choice("DB", "sqlite", among=("sqlite", "postgres"))
    assert env.choice("ABSENT", "sqlite", among=("sqlite", "postgres")) == "sqlite"


def test_a_clock_is_a_time_of_the_day_or_off(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.clock("ABSENT", "03:15") == dt.time(3, 15)
    for text, value in (("23:59", dt.time(23, 59)), ("off", None), ("OFF", None)):
        monkeypatch.setenv("NIGHTLY_AT", text)
        assert env.clock("NIGHTLY_AT", "03:15") == value


@pytest.mark.parametrize("text", ["", "3 am", "24:00", "03:15:00", "on"])
def test_another_word_is_no_clock(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("NIGHTLY_AT", text)
    with pytest.raises(ImproperlyConfigured, match=r'^NIGHTLY_AT: ".*" does not fit; give a time like 03:15'):
        env.clock("NIGHTLY_AT", "03:15")


@pytest.mark.parametrize("text", ["", "Mars/Olympus", "../etc/passwd", "Asia"])
def test_a_time_zone_is_known_by_its_name(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    assert env.zone("ABSENT", "Asia/Shanghai").key == "Asia/Shanghai"
    monkeypatch.setenv("ZONE", text)
    with pytest.raises(ImproperlyConfigured, match=r'^ZONE: ".*" does not fit; give a time zone like '):
        env.zone("ZONE", "UTC")
