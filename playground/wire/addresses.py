"""Which addresses this server may connect to. Pure: applied to a URL's host and to what the host resolves to.

`ipaddress.is_global` alone lets through cloud hosts' agents, multicast, NAT64, 6to4 and IPv4 in IPv6 clothes (faults
document, M11), and differs between Python versions: an own list stands on top of it, and IPv4 inside IPv6 is looked
at as well. An owner's allowance opens local addresses for one "host:port", never the metadata services of clouds.
"""

import ipaddress
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from playground.wire.errors import WireError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]


def _networks(*texts: str) -> _Networks:
    return tuple(ipaddress.ip_network(text) for text in texts)


# Not for anybody: agents and metadata services that hand out credentials of the machine they run on.
_METADATA: Final = _networks(
    *("169.254.169.254/32", "169.254.170.2/32", "169.254.170.23/32", "168.63.129.16/32", "100.100.100.200/32"),
    *("192.0.0.192/32", "fd00:ec2::254/128", "fd00:ec2::23/128", "fd20:ce::254/128"),
)
# For an owner to allow: this machine, the local network, shared address space such as an overlay network's.
_LOCAL: Final = _networks(
    *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10"),
    *("::1/128", "fc00::/7", "fe80::/10"),
)
# Beyond what is_global refuses: IANA's special-purpose registries, old and new, and ways to carry IPv4 in IPv6.
_SPECIAL: Final = _networks(
    *("0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15"),
    *("224.0.0.0/4", "240.0.0.0/4"),
    *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
)
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")  # all that is given to anybody so far
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")  # how an IPv6-only network reaches the IPv4 internet

_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME: Final = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*", re.IGNORECASE)
# A last label that is a number makes the whole a number for resolvers: 2130706433, 127.1, 0x7f.1, 0177.0.0.1.
_NUMBER_AT_END: Final = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$", re.IGNORECASE)
_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(?P<port>[0-9]{1,5}))?(?P<path>/[!-~]*)?",
    re.IGNORECASE,
)


def is_public(address: str | IPAddress) -> bool:
    """Whether an IP address is an ordinary one of the public Internet. Text that is no IP address is not."""
    ip = _read(address)
    if ip is None:
        return False
    inner = _inner(ip)
    if inner is not None:
        return is_public(inner)
    assigned = ip.version == 4 or ip in _GLOBAL_UNICAST
    return assigned and ip.is_global and not ip.is_multicast and not _is_in(ip, _SPECIAL)


def is_local(address: str | IPAddress) -> bool:
    """Whether an owner may allow an IP address: loopback, private, shared or link-local, but no metadata service."""
    ip = _read(address)
    if ip is None:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        return is_local(ip.ipv4_mapped)
    return _is_in(ip, _LOCAL) and not _is_in(ip, _METADATA)


def is_ip_literal(host: str) -> bool:
    """Whether a URL's host is an IP address in its ordinary spelling, with or without brackets."""
    return _read(host.removeprefix("[").removesuffix("]")) is not None


def is_allowed(host: str, port: int, allowed: Iterable[str]) -> bool:
    """Whether an owner has let "host:port" in. The match is exact but for case and an IPv6 address's brackets."""
    bare = host.lower().removeprefix("[").removesuffix("]")
    return any(entry.lower() in {f"{bare}:{port}", f"[{bare}]:{port}"} for entry in allowed)


def may_connect(address: str, *, local: bool) -> bool:
    """Whether a connection to an IP address may be made; `local`: for a host and port that an owner has let in."""
    return is_public(address) or (local and is_local(address))


def check_addresses(host: str, addresses: Iterable[str], *, local: bool) -> list[str]:
    """All addresses that a host resolved to. Raises WireError("address_refused") when a single one is not permitted.

    A name with a public and a private address at once is an attack or a mistake; to pick the good one hides it.
    """
    found = list(addresses)
    if not found:
        raise WireError("connect_failed", f"{host} has no address.")
    if not all(may_connect(address, local=local) for address in found):
        raise WireError("address_refused", f"{host} leads to an address that is not public.")
    return found


def check_host_port(base_url: str) -> tuple[str, int]:
    """The host, in lower case and without brackets, and the port of a base URL. Raises WireError("address_refused").

    Only what every URL parser reads in the same way is accepted: http or https, ASCII, no credentials, no query, a
    host that is a plain name or an IP address in its ordinary spelling.
    """
    found = _URL.fullmatch(base_url)
    if found is None or "\\" in base_url or "?" in base_url or "#" in base_url:
        raise WireError("address_refused", "The address is not a plain http or https URL.")
    host = found["host"].lower().removeprefix("[").removesuffix("]")
    port = int(found["port"] or (443 if found["scheme"].lower() == "https" else 80))
    ordinary = is_ip_literal(host) or (_NAME.fullmatch(host) and not _NUMBER_AT_END.search(host))
    if not ordinary or not 0 < port <= 65535:
        raise WireError("address_refused", "The address has no ordinary host name and port.")
    return host, port


def origin_of(url: str) -> str:
    """scheme://host:port of a URL, the port always there: what a key is bound to. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("not an http address")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}"


def _read(address: str | IPAddress) -> IPAddress | None:
    """An IP address; None for text that is none, and for one with a zone: that names an interface of this machine."""
    if not isinstance(address, str):
        return address
    try:
        return ipaddress.ip_address(address) if address.isascii() and "%" not in address else None
    except ValueError:
        return None


def _inner(ip: IPAddress) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a connection to an IPv6 one would reach: mapped or NAT64."""
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None


def _is_in(ip: IPAddress, networks: _Networks) -> bool:
    return any(ip.version == network.version and ip in network for network in networks)
