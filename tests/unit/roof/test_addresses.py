"""The address that people type is kept as browsers write it, or refused in one sentence that names the variable."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from playground.settings import bracketed, origin


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("https://Trial.Example.ORG", "https://trial.example.org"),
        ("HTTPS://trial.example.org", "https://trial.example.org"),
        ("https://trial.example.org:443", "https://trial.example.org"),
        ("http://trial.example.org:80/", "http://trial.example.org"),
        ("https://trial.example.org:80", "https://trial.example.org:80"),
        ("http://trial.example.org:443", "http://trial.example.org:443"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://[::1]:80", "http://[::1]"),
        ("https://体验.example.org", "https://xn--tqqv74p.example.org"),
        (" https://trial.example.org ", "https://trial.example.org"),
    ],
)
def test_an_address_is_kept_as_browsers_write_it(typed: str, kept: str) -> None:
    assert origin(typed, "PLAYGROUND_URL") == kept


@pytest.mark.parametrize(
    "typed",
    [
        *("", "trial.example.org", "localhost:8000", "ftp://trial.example.org", "https://", "http://:8000"),
        *("https://trial.example.org/chat", "https://trial.example.org?a=b", "https://trial.example.org#top"),
        *("https://me@trial.example.org", "http://host:port", "http://host:99999", "http://::1:8000", "http://[::1"),
    ],
)
def test_what_is_no_plain_address_is_refused(typed: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^PLAYGROUND_URL: give scheme, host and port only, like https://"):
        origin(typed, "PLAYGROUND_URL")


def test_hosts_of_requests_are_compared_with_brackets() -> None:
    assert [bracketed(host) for host in ("::1", "localhost")] == ["[::1]", "localhost"]
