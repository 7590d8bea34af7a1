"""Which addresses this server may connect to. Pure; applied to what a name resolves to, not to the name.

`ipaddress.is_global` alone lets through cloud metadata hosts, NAT64, 6to4 and IPv4 in IPv6 clothes (faults M11), so
that an own list stands on top of it and embedded IPv4 addresses are looked at as well.
"""

import ipaddress
from urllib.parse import urlsplit

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_DENIED = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # shared space; 100.100.100.200 is a metadata host
        "168.63.129.16/32",  # a cloud's host agent
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",  # IPv4-compatible, with :: and ::1
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_6TO4 = ipaddress.ip_network("2002::/16")


def is_public(address: str | IPAddress) -> bool:
    """Whether an IP address is an ordinary one of the public Internet. Text that is no IP address is not."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0] if isinstance(address, str) else address)
    except ValueError:
        return False
    inner = _embedded(ip)
    if inner is not None:
        return is_public(inner)
    return ip.is_global and not any(ip.version == net.version and ip in net for net in _DENIED)


def is_ip_literal(host: str) -> bool:
    """Whether a URL's host is an IP address already (with or without brackets)."""
    try:
        ipaddress.ip_address(host.strip("[]").split("%")[0])
    except ValueError:
        return False
    return True


def may_connect(host: str, port: int, address: str, allowed: frozenset[str]) -> bool:
    """Whether a connection to `address`, which `host` resolved to, may be made.

    `allowed` holds "host:port" of private servers that an owner has let in, exactly as written in the base URL.
    """
    return is_public(address) or f"{host.lower().strip('[]')}:{port}" in allowed


def origin_of(url: str) -> str:
    """scheme://host:port of a URL, with the port always there: what a key is bound to. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not an http address")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}"


def _embedded(ip: IPAddress) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside an IPv6 one: mapped, NAT64 or 6to4."""
    if not isinstance(ip, ipaddress.IPv6Address):
        return None
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip in _6TO4:
        return ipaddress.IPv4Address((int(ip) >> 80) & 0xFFFFFFFF)
    return None
