"""Base URLs that keys may be bound to, and the private hosts that an owner lets in.

One parser reads them, wire.addresses, which the client asks again before every connection; what is kept is written
anew from what it read. What a name resolves to is checked at every connection.
"""

import ipaddress
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from playground.accounts.models import User
from playground.errors import Refused
from playground.vault.errors import AddressRejected
from playground.vault.models import HostAllowance
from playground.wire.addresses import check_host_port, is_allowed, is_ip_literal, is_local, is_public
from playground.wire.errors import WireError

LONGEST = 500
_LOCAL_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def check_base_url(url: str) -> str:
    """The address as it is kept: http(s), a plain host, no credentials, query or fragment, no trailing slash.

    Raises AddressRejected: `bad_address`; `private_address` for a private host that no owner has let in.
    """
    url = url.strip()
    host, port = _read(url)
    if len(url) > LONGEST:
        raise _bad()
    private = not is_public(host) if is_ip_literal(host) else _is_local_name(host)
    if is_ip_literal(host) and private and not is_local(host):
        raise _bad()  # a metadata service, multicast, documentation: for nobody to let in
    if private and not is_allowed(host, port, allowed_hosts()):
        raise AddressRejected(
            "private_address",
            _("%(address)s is a private address. An owner can allow it under Settings.")
            % {"address": _joined(host, port)},
        )
    parts = urlsplit(url)
    default = _DEFAULT_PORTS[parts.scheme] == port
    return f"{parts.scheme}://{_bracketed(host) if default else _joined(host, port)}{parts.path.rstrip('/')}"


def allowed_hosts() -> frozenset[str]:
    """The private servers that an owner has let in, as "host:port"."""
    return frozenset(f"{host}:{port}" for host, port in HostAllowance.objects.values_list("host", "port"))


def allow_host(*, user: User, host: str, port: int) -> HostAllowance:
    """Let a private host and port in. Owners only. Raises Refused("not_allowed"), AddressRejected("bad_address")."""
    _check_owner(user)
    given = host.strip().strip("[]").lower()
    host, found = _read(f"http://{_bracketed(given)}:{port}")
    whole = found == port and (host == given or is_ip_literal(host))  # and not the beginning of something longer
    if not whole or (is_ip_literal(host) and not (is_local(host) or is_public(host))):
        raise _bad()
    row, _made = HostAllowance.objects.get_or_create(host=host, port=port, defaults={"created_by": user})
    return row


def forbid_host(*, user: User, allowance_id: int) -> None:
    """Take an allowance back; the next connection to the host is refused. Owners only."""
    _check_owner(user)
    HostAllowance.objects.filter(pk=allowance_id).delete()


def _read(url: str) -> tuple[str, int]:
    """Host and port in their one spelling."""
    try:
        host, port = check_host_port(url)
    except WireError:
        raise _bad() from None
    return (ipaddress.ip_address(host).compressed if is_ip_literal(host) else host), port


def _is_local_name(host: str) -> bool:
    """Names that can only be local ones: without a dot, or under a suffix that the public DNS does not have."""
    return "." not in host or host.endswith(tuple(f".{name}" for name in _LOCAL_NAMES))


def _joined(host: str, port: int) -> str:
    return f"{_bracketed(host)}:{port}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _bad() -> AddressRejected:
    return AddressRejected("bad_address", _("Give an address like https://api.example.com/v1, without a key in it."))


def _check_owner(user: User) -> None:
    if not (user.is_owner and user.is_active):
        raise Refused("not_allowed", _("Only an owner can allow an address."))
