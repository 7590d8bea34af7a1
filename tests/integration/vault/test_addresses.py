"""Base URLs: what a key may be bound to."""

import itertools
from collections.abc import Callable

import httpx
import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.accounts.models import User
from playground.errors import Refused
from playground.vault.addresses import allow_host, allowed_hosts, check_base_url, forbid_host
from playground.vault.errors import AddressRejected
from playground.vault.models import ApiKey, HostAllowance
from playground.wire.addresses import origin_of

pytestmark = pytest.mark.django_db

NOT_PUBLIC = """
    127.0.0.1 127.1 127.0.1 0.0.0.0 0 2130706433 0x7f000001 0x7f.1 0x7F.0x0.0x0.0x1 0177.0.0.1 017700000001
    127.000.000.001 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 169.254.170.2 2852039166
    0xa9fea9fe 0251.0376.0251.0376 168.63.129.16 100.100.100.200 100.64.0.1 192.0.0.192 198.18.0.1 224.0.0.1
    255.255.255.255 240.0.0.1 [::] [::1] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1]
    [::ffff:169.254.169.254] [::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::127.0.0.1] [64:ff9b::a9fe:a9fe]
    [2002:7f00:1::] [2002:a9fe:a9fe::] [fe80::1] [fe80::1%25eth0] [fec0::1] [fc00::1] [fd00:ec2::254] [ff02::1]
    [2001:db8::1] localhost LOCALHOST localhost. sub.localhost ip6-localhost ollama printer.local
    metadata.google.internal router.lan nas.home.arpa 127。0。0。1 １２７.0.0.1 ⓛocalhost ①②⑦.0.0.1 127.0.0.1.
    %31%32%37.0.0.1 127.0.0.1%00.example.com
"""
NOBODYS = """
    169.254.169.254 168.63.129.16 fd00:ec2::254 100.100.100.200 0.0.0.0 224.0.0.1 :: 2130706433 127.1 a/b a@b a?b a#b
    a:b * *.example.com
"""
SPELLINGS = ["http://{}/v1", "https://{}/v1", "http://{}:11434/v1", "HTTP://{}/", "https://{}:443"]


@pytest.mark.parametrize("url", [form.format(host) for form, host in itertools.product(SPELLINGS, NOT_PUBLIC.split())])
def test_no_spelling_of_a_private_address_is_accepted(url: str) -> None:
    with pytest.raises(AddressRejected) as refused:
        check_base_url(url)
    assert refused.value.code in ("bad_address", "private_address")


@pytest.mark.parametrize(
    "url",
    [
        "", " ", "api.example.com", "//api.example.com/v1", "ftp://api.example.com", "file:///etc/passwd",
        "javascript:1", "gopher://api.example.com", "https://", "https:///v1", "https:api.example.com",
        "https:/api.example.com",
        "https://user:pass@api.example.com/v1", "https://user@api.example.com", "https://@api.example.com",
        "https://api.example.com@127.0.0.1/", "https://127.0.0.1#@api.example.com/",
        "https://api.example.com\\@127.0.0.1/",
        "https://api.example.com?key=1", "https://api.example.com/v1?", "https://api.example.com/v1#",
        "https://a b.com",
        "https://api.example.com/v 1", "https://api.example.com/\n/v1", "https://api.exa\tmple.com",
        "https://api.example.com:0", "https://api.example.com:65536", "https://api.example.com:99999",
        "https://api.example.com:-1", "https://api.example.com:8a",
        "https://api..example.com", "https://.example.com", "https://-a.example.com", "https://api.example.com.", "https://[::1",
        "https://exämple.com", "https://例え.jp", "https://api.example.com/密", "https://" + "a" * 64 + ".com",
        "https://" + "a." * 130 + "com", "https://api.example.com/" + "p" * 500, "https://${SECRET_KEY}.example.com",
        "https://api.example.com\x00", "https://api.example.com\ud800",
    ],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRejected) as refused:
        check_base_url(url)
    assert refused.value.code == "bad_address"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://api.z.ai/api/paas/v4/", "https://api.z.ai/api/paas/v4"),
        (" HTTPS://API.Z.ai:443/api ", "https://api.z.ai/api"),
        ("http://api.example.com:80", "http://api.example.com"),
        ("http://api.example.com:443/v1", "http://api.example.com:443/v1"),
        ("https://xn--fiq228c.example:8443//v1//", "https://xn--fiq228c.example:8443//v1"),
        ("https://1.1.1.1/v1", "https://1.1.1.1/v1"),
        ("https://[2606:4700:4700:0:0:0:0:1111]:8443/v1", "https://[2606:4700:4700::1111]:8443/v1"),
        ("https://api.example.com/${SECRET_KEY}", "https://api.example.com/${SECRET_KEY}"),
    ],
)
def test_an_address_is_kept_in_one_spelling(url: str, kept: str) -> None:
    assert check_base_url(url) == kept
    assert check_base_url(kept) == kept


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(alphabet="htps:/@#?%\\[].0127afx-_ \t\n：。．＠éⓛ", max_size=24).map(lambda tail: "https://" + tail)
    | st.text(max_size=30)
    | st.from_regex(r"https?://[a-z0-9.@:\[\]\\#?/-]{1,40}", fullmatch=True)
)
def test_the_client_reads_a_kept_address_as_it_was_read_here(url: str) -> None:
    try:
        kept = check_base_url(url)
    except AddressRejected:
        return
    read = httpx.URL(kept)
    port = read.port or {"http": 80, "https": 443}[read.scheme]
    host = f"[{read.host}]" if ":" in read.host else read.host
    assert origin_of(kept) == f"{read.scheme}://{host}:{port}"
    assert not read.userinfo
    assert not read.query
    assert not read.fragment
    assert str(read).rstrip("/") == kept.rstrip("/")


def test_an_owner_lets_one_host_and_port_in(alice: User) -> None:
    row = allow_host(user=alice, host="127.0.0.1", port=11434)
    assert check_base_url("http://127.0.0.1:11434/v1") == "http://127.0.0.1:11434/v1"
    assert allowed_hosts() == {"127.0.0.1:11434"}
    for url in (
        "http://127.0.0.1:11435/v1",
        "http://127.0.0.1/v1",
        "http://127.0.0.2:11434/v1",
        "http://localhost:11434",
    ):
        with pytest.raises(AddressRejected) as refused:
            check_base_url(url)
        assert refused.value.code == "private_address"
    forbid_host(user=alice, allowance_id=row.pk)
    with pytest.raises(AddressRejected):
        check_base_url("http://127.0.0.1:11434/v1")


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("LocalHost", "http://localhost:8000/v1"),
        ("ollama", "http://OLLAMA:8000/v1"),
        ("::1", "http://[::1]:8000/v1"),
        ("[0:0:0:0:0:0:0:1]", "http://[::1]:8000/v1"),
        (" 192.168.1.5 ", "http://192.168.1.5:8000/v1"),
    ],
)
def test_an_allowance_fits_every_spelling_of_its_host(alice: User, host: str, url: str) -> None:
    allow_host(user=alice, host=host, port=8000)
    assert check_base_url(url) == url.lower()


@pytest.mark.parametrize(
    ("host", "port"),
    [
        *((host, 80) for host in NOBODYS.split()),
        *(("127.0.0.1", port) for port in (0, 65536, -1)),
        ("", 80),
        ("a b", 80),
    ],
)
def test_some_addresses_are_for_nobody_to_let_in(alice: User, host: str, port: int) -> None:
    with pytest.raises(AddressRejected):
        allow_host(user=alice, host=host, port=port)
    assert not HostAllowance.objects.exists()


def test_only_owners_allow_and_forbid(alice: User, bob: User, charlie: User) -> None:
    row = allow_host(user=alice, host="localhost", port=8000)
    assert allow_host(user=alice, host="localhost", port=8000) == row
    alice.is_active = False
    for user in (alice, bob, charlie):
        for act in (
            lambda user=user: allow_host(user=user, host="localhost", port=1),
            lambda user=user: forbid_host(user=user, allowance_id=row.pk),
        ):
            with pytest.raises(Refused) as refused:
                act()
            assert refused.value.code == "not_allowed"
    assert HostAllowance.objects.get() == row


def test_an_address_is_allowed_once(alice: User) -> None:
    allow_host(user=alice, host="localhost", port=8000)
    with pytest.raises(IntegrityError), transaction.atomic():
        HostAllowance.objects.create(host="localhost", port=8000)


def test_a_key_for_a_private_server_needs_the_allowance_first(alice: User, add_key: Callable[..., ApiKey]) -> None:
    with pytest.raises(AddressRejected):
        add_key(base_url="http://localhost:11434/v1")
    allow_host(user=alice, host="localhost", port=11434)
    assert add_key(base_url="http://localhost:11434/v1").bound_origin == "http://localhost:11434"
