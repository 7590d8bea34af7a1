"""What may be connected to, in more than 300 spellings of what may not, and what parsers must agree on."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
import yarl
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.wire.addresses import (
    check_addresses,
    check_host_port,
    is_allowed,
    is_ip_literal,
    is_local,
    is_public,
    may_connect,
    origin_of,
)
from playground.wire.errors import WireError

# Loopback, private, link-local, shared, this network, metadata services, benchmarks, multicast, reserved.
FORBIDDEN = [
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "169.254.170.2",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.192",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - an address that is refused
    "0.1.2.3",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
]
FORBIDDEN_V6 = [
    "::",
    "::1",
    "0:0:0:0:0:0:0:1",
    "0000:0000:0000:0000:0000:0000:0000:0001",
    "fc00::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "100::1",
    "2001::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "8000::1",
    "::2",
    "1::",
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.1", "192.167.1.1", "11.0.0.1", "223.255.255.255"]
PUBLIC_V6 = ["2606:4700:4700::1111", "2a00:1450:4001:81b::200e", "2001:4860:4860::8888", "64:ff9b::808:808"]


def numbers(ip: str) -> Iterator[str]:
    """One IPv4 address in every spelling that some parser or resolver takes for it."""
    a, b, c, d = (int(part) for part in ip.split("."))
    whole = int(ipaddress.IPv4Address(ip))
    yield ip
    yield from (str(whole), f"{whole:#x}", f"0X{whole:X}", f"0{whole:o}", f"{whole:#012x}")
    yield from (f"{a}.{whole & 0xFFFFFF}", f"{a}.{b}.{whole & 0xFFFF}")
    yield from (f"{a:#x}.{b:#x}.{c:#x}.{d:#x}", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"{a:#x}.{b}.0{c:o}.{d}")
    yield from (f"{a:03}.{b:03}.{c:03}.{d:03}", f"{ip}.", f"{a}.{b}.{c}.{d}..", f".{ip}")
    yield from (ip.replace(".", "。"), ip.replace(".", "．"), ip.replace(".", "｡"), ip.replace(".", "%2e"))
    yield ip.translate({ord("0") + n: ord("０") + n for n in range(10)})
    yield ip.translate({ord("1"): "①", ord("2"): "②"}) if "1" in ip else f"{ip} "
    yield from (f"%{ord(ip[0]):02x}{ip[1:]}", f"{ip}%00", f"{ip}\t", f"\n{ip}", f"{ip}\u200b")


def in_ipv6(ip: str) -> Iterator[str]:
    """An IPv4 address in the clothes of IPv6."""
    whole = int(ipaddress.IPv4Address(ip))
    high, low = f"{whole >> 16:x}", f"{whole & 0xFFFF:x}"
    yield from (f"[::ffff:{ip}]", f"[::ffff:{high}:{low}]", f"[0:0:0:0:0:ffff:{high}:{low}]", f"[::FFFF:{high}:{low}]")
    yield from (f"[::{ip}]", f"[::{high}:{low}]", f"[64:ff9b::{ip}]", f"[64:ff9b::{high}:{low}]")
    yield from (f"[64:ff9b:1::{high}:{low}]", f"[::ffff:0:{ip}]", f"[2002:{high}:{low}::]", f"[2002:{high}:{low}::1]")
    yield from (f"[fe80::5efe:{ip}]", f"[::ffff:{ip}%25eth0]", f"[::ffff:{ip}%eth0]", f"::ffff:{ip}")


SPELLINGS = [
    *(spelling for ip in FORBIDDEN for spelling in (*numbers(ip), *in_ipv6(ip))),
    *(f"[{ip}]" for ip in FORBIDDEN_V6),
    *(f"[{ip}%25lo]" for ip in FORBIDDEN_V6),
    *("[::1", "::1]", "[]", "[[::1]]", "[::1].example", "127.0.0.1.[::1]", "0", "00", "0x", "0x0", "1", "127", "0.0"),
]


def refused(host: str) -> bool:
    """Whether a host is refused by its spelling alone, before any resolver is asked."""
    try:
        name, _port = check_host_port(f"http://{host}:8080/v1")
    except WireError as error:
        return error.code == "address_refused" and not error.retryable
    return is_ip_literal(name) and not may_connect(name, local=False)


def test_there_are_enough_spellings() -> None:
    assert len(set(SPELLINGS)) > 900


@pytest.mark.parametrize("ip", FORBIDDEN)
def test_every_spelling_of_a_forbidden_address_is_refused(ip: str) -> None:
    assert [host for host in (*numbers(ip), *in_ipv6(ip)) if not refused(host)] == []


def test_every_spelling_is_refused_without_asking_a_resolver() -> None:
    assert [host for host in SPELLINGS if not refused(host)] == []


@pytest.mark.parametrize("ip", [*PUBLIC, *(f"[{ip}]" for ip in PUBLIC_V6)])
def test_public_addresses_are_not_refused(ip: str) -> None:
    assert not refused(ip)
    assert is_public(ip.strip("[]"))


@pytest.mark.parametrize(
    "text", ["", "x", "localhost", "1.2.3", "8.8.8.8/32", "8.8.8.8%eth0", "2606:4700::1%1", "８.8.8.8"]
)
def test_what_is_no_address_is_not_public(text: str) -> None:
    assert not is_public(text)
    assert not is_local(text)


@given(st.ip_addresses(v=4))
def test_no_ipv6_clothes_make_an_address_public(ip: ipaddress.IPv4Address) -> None:
    mapped = ipaddress.IPv6Address(f"::ffff:{ip}")
    assert is_public(mapped) == is_public(ip)
    assert is_public(ipaddress.IPv6Address((0x64FF9B << 96) | int(ip))) == is_public(ip)
    assert not is_public(ipaddress.IPv6Address(int(ip)))
    assert not is_public(ipaddress.IPv6Address((0x2002 << 112) | (int(ip) << 80)))


@given(st.ip_addresses())
def test_public_is_never_more_than_global(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if is_public(ip) and ip not in ipaddress.ip_network("64:ff9b::/96" if ip.version == 6 else "255.255.255.255/32"):
        assert (getattr(ip, "ipv4_mapped", None) or ip).is_global
    assert not (is_public(ip) and is_local(ip))


# -- allowances --


@pytest.mark.parametrize("ip", ["127.0.0.1", "10.1.2.3", "192.168.1.5", "172.20.0.2", "100.64.0.7", "::1", "fd12::1"])
def test_an_owner_can_let_a_local_server_in(ip: str) -> None:
    assert not may_connect(ip, local=False)
    assert may_connect(ip, local=True)


@pytest.mark.parametrize(
    "ip",
    [
        "169.254.169.254",
        "169.254.170.2",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "fd00:ec2::254",
        "::ffff:169.254.169.254",
        "0.0.0.0",  # noqa: S104 - an address that is refused
        "255.255.255.255",
        "224.0.0.1",
        "198.18.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::1",
    ],
)
def test_nobody_can_let_metadata_services_and_strange_networks_in(ip: str) -> None:
    assert not may_connect(ip, local=True)


@pytest.mark.parametrize(
    ("host", "port", "allowed", "let_in"),
    [
        ("localhost", 11434, "localhost:11434", True),
        ("LOCALHOST", 11434, "localhost:11434", True),
        ("localhost", 11434, "Localhost:11434", True),
        ("127.0.0.1", 80, "127.0.0.1:80", True),
        ("::1", 8080, "::1:8080", True),
        ("::1", 8080, "[::1]:8080", True),
        ("[::1]", 8080, "[::1]:8080", True),
        ("localhost", 1143, "localhost:11434", False),
        ("localhost", 114, "localhost:11434", False),
        ("localhost", 11434, "localhost", False),
        ("localhost", 11434, "localhost:", False),
        ("localhost", 11434, "*:11434", False),
        ("localhost", 11434, "", False),
        ("evil-localhost", 11434, "localhost:11434", False),
        ("localhost.evil.example", 11434, "localhost:11434", False),
        ("a.localhost", 11434, "localhost:11434", False),
        ("good.example.evil", 443, "good.example:443", False),
        ("xgood.example", 443, "good.example:443", False),
        ("127.0.0.1", 80, "127.0.0.1:8080", False),
        ("127.0.0.1", 8080, "27.0.0.1:8080", False),
        ("::1:80", 80, "::1:80", False),
        ("::1", 80, "::1:8080", False),
    ],
)
def test_an_allowance_is_for_one_host_and_port_exactly(host: str, port: int, allowed: str, let_in: bool) -> None:
    assert is_allowed(host, port, frozenset({allowed})) is let_in


def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    with pytest.raises(WireError) as caught:
        check_addresses("api.example", ["8.8.8.8", "127.0.0.1"], local=False)
    assert caught.value.code == "address_refused"
    assert check_addresses("api.example", ["8.8.8.8", "1.1.1.1"], local=False) == ["8.8.8.8", "1.1.1.1"]


def test_a_name_without_an_address_cannot_be_connected_to() -> None:
    with pytest.raises(WireError) as caught:
        check_addresses("api.example", [], local=True)
    assert caught.value.code == "connect_failed"


@pytest.mark.parametrize("address", ["", "localhost", "127.1", "fe80::1%eth0"])
def test_a_resolver_that_answers_nonsense_is_refused(address: str) -> None:
    with pytest.raises(WireError):
        check_addresses("api.example", [address], local=True)


# -- one reading --


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://api.z.ai/api/paas/v4", "api.z.ai", 443),
        ("https://api.z.ai", "api.z.ai", 443),
        ("https://api.z.ai/", "api.z.ai", 443),
        ("HTTPS://Api.Z.AI:8443/v1", "api.z.ai", 8443),
        ("http://localhost:11434/v1", "localhost", 11434),
        ("http://[::1]:8080/v1", "::1", 8080),
        ("http://my_server:80", "my_server", 80),
        ("https://xn--bcher-kva.example/v1", "xn--bcher-kva.example", 443),
        ("https://1.example/v1", "1.example", 443),
        ("https://host/a%20b/~c;d=e,f", "host", 443),
    ],
)
def test_an_ordinary_address_is_read(url: str, host: str, port: int) -> None:
    assert check_host_port(url) == (host, port)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.example",
        "//api.example",
        "/v1",
        "ftp://api.example",
        "file:///etc/passwd",
        "http:/api.example",
        "http:api.example",
        "http:///v1",
        "http://",
        "http://:80",
        "http://user@api.example",
        "http://user:pass@api.example",
        "http://api.example@127.0.0.1",
        "http://api.example:80@127.0.0.1",
        "http://127.0.0.1\\@api.example",
        "http://api.example\\.evil.example",
        "http://api.example/\\evil",
        "http://api.example#@127.0.0.1",
        "http://api.example?@127.0.0.1",
        "http://api.example/?key=1",
        "http://api.example/v1#",
        "http://api.example:0",
        "http://api.example:65536",
        "http://api.example:080808",
        "http://api.example:-1",
        "http://api.example:+80",
        "http://api.example:８０",
        "http://api.example:80:80",
        "http://api.example:",
        " http://api.example",
        "http://api.example ",
        "http://api.example\n",
        "http://api\t.example",
        "http://api.exam\x00ple",
        "http://api.example/\r\nX: y",
        "http://bücher.example",
        "http://ａpi.example",
        "http://api。example",
        "http://api..example",
        "http://.example",
        "http://-api.example",
        "http://api-.example",
        "http://api.example.",
        "http://" + "a" * 64 + ".example",
        "http://" + "a." * 127 + "example",
        "http://api.example/é",
        "http://${HOST}/v1",
        "http://{{host}}/v1",
        "http://%61pi.example",
        "http://[api.example]",
        "http://[::1]x",
        "http://[v1.x]",
    ],
)
def test_what_parsers_could_read_in_two_ways_is_refused(url: str) -> None:
    with pytest.raises(WireError) as caught:
        check_host_port(url)
    assert caught.value.code == "address_refused"


PARTS = [
    "a",
    "b.example",
    "127.0.0.1",
    "[::1]",
    "xn--a",
    "1",
    "0x7f",
    "http://",
    *".:/@\\?#%_-;&=\t\n é。{~",
    "80",
    "443",
]


@settings(max_examples=500)
@given(st.sampled_from(["http://", "https://", "HTTP://"]), st.lists(st.sampled_from(PARTS), min_size=1, max_size=7))
def test_every_parser_reads_what_we_accept_as_we_do(scheme: str, parts: list[str]) -> None:
    url = scheme + "".join(parts)
    try:
        host, port = check_host_port(url)
    except WireError:
        return
    plain, ours, theirs = urlsplit(url), httpx.URL(url), yarl.URL(url)
    default = 443 if url.lower().startswith("https") else 80
    assert ((plain.hostname or "").lower(), plain.port or default) == (host, port)
    assert (ours.raw_host.decode(), ours.port or default) == (host, port)
    assert ((theirs.raw_host or "").lower(), theirs.port) == (host, port)
    assert yarl.URL(str(ours)).raw_host == theirs.raw_host
    assert not plain.username
    assert not ours.userinfo


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://api.z.ai/api/paas/v4", "https://api.z.ai:443"),
        ("http://api.z.ai", "http://api.z.ai:80"),
        ("http://LOCALHOST:11434/v1", "http://localhost:11434"),
        ("http://[::1]:8080/v1", "http://[::1]:8080"),
    ],
)
def test_an_origin_names_scheme_host_and_port(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize("url", ["", "api.z.ai", "ftp://api.z.ai", "http://", "http://api.z.ai:x"])
def test_what_has_no_origin_is_a_value_error(url: str) -> None:
    with pytest.raises(ValueError):
        origin_of(url)
