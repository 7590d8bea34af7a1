"""Deeds on API keys: add, replace, disable, remove, open. The only module that seals and opens them."""

import re
import uuid
from urllib.parse import urlsplit

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.accounts.models import Team, User
from playground.catalog.models import Provider
from playground.errors import Refused
from playground.vault import cipher
from playground.vault.errors import AddressRejected, KeyRejected
from playground.vault.models import ApiKey, HostAllowance
from playground.wire.addresses import is_ip_literal, is_public, origin_of
from playground.wire.secret import Secret

LONGEST_KEY = 512
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LOCAL_NAMES = ("localhost", "local", "internal", "lan", "home.arpa")


def add(
    *,
    team: Team,
    user: User | None,
    provider: Provider,
    label: str,
    key: str,
    created_by: User,
    base_url: str = "",
    tier: str = "V0",
) -> ApiKey:
    """Store a key. `user` None: the team's. Raises KeyRejected, AddressRejected."""
    address = check_base_url(base_url or provider.base_url)
    secret = check_key(key, needed=provider.scope == "")
    if tier not in ApiKey.Tier.values:
        raise KeyRejected("bad_key", _("The tier is V0, V1, V2 or V3."))
    row = ApiKey(
        team=team,
        user=user,
        provider=provider,
        label=label.strip()[:100] or provider.name,
        base_url=address,
        bound_origin=origin_of(address),
        tier=tier,
        created_by=created_by,
    )
    _seal(row, secret)
    row.save(force_insert=True)
    return row


def replace(row: ApiKey, *, key: str, base_url: str | None = None) -> None:
    """Put another key in the place of the stored one, possibly for another address."""
    if base_url is not None:
        row.base_url = check_base_url(base_url)
        row.bound_origin = origin_of(row.base_url)
    _seal(row, check_key(key, needed=row.provider.scope == ""))
    row.status, row.tested_at, row.test_code, row.test_ms = ApiKey.Status.UNTESTED, None, "", None
    row.save()


def move(row: ApiKey, *, base_url: str) -> None:
    """Change the path of a key's address. Another scheme, host or port needs the key again: Refused("key_needed")."""
    address = check_base_url(base_url)
    if origin_of(address) != row.bound_origin:
        raise AddressRejected(
            "key_needed", _("The key was entered for another server. Enter it again with the new address.")
        )
    row.base_url = address
    row.save(update_fields=["base_url"])


def set_disabled(row: ApiKey, *, disabled: bool) -> None:
    """Take a key out of use, or back into it."""
    row.disabled_at = timezone.now() if disabled else None
    row.save(update_fields=["disabled_at"])


def remove(row: ApiKey) -> None:
    """Delete a key; its ciphertext is wiped first, so that no copy of the row keeps it."""
    ApiKey.objects.filter(pk=row.pk).update(sealed=b"", disabled_at=timezone.now())
    row.delete()


def reveal(row: ApiKey) -> Secret | None:
    """Open a key for a request; None for a server that needs none. Raises KeyUnreadable."""
    if not row.sealed:
        return None
    return cipher.unseal(bytes(row.sealed), owner=row.owner_tag, origin=origin_of(row.base_url))


def keys_for(*, user: User, team: Team, provider_slug: str) -> list[ApiKey]:
    """The keys a person may use for a provider in a team: their own first, refused ones last, disabled ones never."""
    worst_last = Case(When(status=ApiKey.Status.REFUSED, then=Value(1)), default=Value(0), output_field=IntegerField())
    own_first = Case(When(user=user, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = visible_to(user, team).filter(provider__slug=provider_slug, disabled_at=None)
    return list(rows.order_by(worst_last, own_first, "-created_at"))


def visible_to(user: User, team: Team) -> QuerySet[ApiKey]:
    """The keys a person sees: their own and the team's."""
    return ApiKey.objects.filter(Q(user=user) | Q(user=None), team=team).select_related("provider", "user")


def touch(key_id: uuid.UUID) -> None:
    """A key was used now."""
    ApiKey.objects.filter(pk=key_id).update(last_used_at=timezone.now())


def note_test(row: ApiKey, *, code: str, milliseconds: int | None, refused: bool) -> None:
    """Keep the result of a test. `code` "" means it passed; `refused` that the provider does not accept the key."""
    row.tested_at, row.test_code, row.test_ms = timezone.now(), code, milliseconds
    row.status = ApiKey.Status.VALID if not code else ApiKey.Status.REFUSED if refused else row.status
    row.save(update_fields=["tested_at", "test_code", "test_ms", "status"])


def allowed_hosts() -> frozenset[str]:
    """The private addresses that an owner has let in, as "host:port"."""
    return frozenset(f"{host}:{port}" for host, port in HostAllowance.objects.values_list("host", "port"))


def allow_host(*, user: User, host: str, port: int) -> HostAllowance:
    """Let a private host and port in. Owners only."""
    if not user.is_owner:
        raise Refused("not_allowed", _("Only an owner can allow an address."))
    host = host.strip().strip("[]").lower()
    if not (_HOST.fullmatch(host) or is_ip_literal(host)) or not 0 < port < 65536:
        raise AddressRejected("bad_address", _("Give a host name or IP address and a port, like 127.0.0.1 and 11434."))
    row, _created = HostAllowance.objects.get_or_create(host=host, port=port, defaults={"created_by": user})
    return row


def check_key(key: str, *, needed: bool) -> Secret:
    """The key as it will be sent. Raises KeyRejected for what would break a header or cannot be a key."""
    key = key.strip()
    if not key and needed:
        raise KeyRejected("bad_key", _("Paste the key first."))
    if any(not 33 <= ord(character) <= 126 for character in key):
        raise KeyRejected("bad_key", _("A key has no spaces, line breaks or special characters. Copy it again."))
    if len(key) > LONGEST_KEY:
        raise KeyRejected("bad_key", _("This is too long to be a key."))
    return Secret(key)


def check_base_url(url: str) -> str:
    """The address as it is kept: http(s), a plain host, no credentials, query or fragment, no trailing slash.

    Private hosts must be in HostAllowance. What a name resolves to is checked again at every connection.
    """
    url = url.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    plain = not (parts.username or parts.password or parts.query or parts.fragment or "\\" in url or "@" in url)
    printable = all(33 <= ord(character) <= 126 for character in url)
    literal = is_ip_literal(host)
    if parts.scheme not in ("http", "https") or not plain or not printable or not (literal or _HOST.fullmatch(host)):
        raise AddressRejected("bad_address", _("Give an address like https://api.example.com/v1, without a key in it."))
    port = port or (443 if parts.scheme == "https" else 80)
    private = not is_public(host) if literal else _looks_private(host)
    if private and f"{host}:{port}" not in allowed_hosts():
        raise AddressRejected(
            "private_address",
            _("%(address)s is a private address. An owner can allow it under Settings.")
            % {"address": f"{host}:{port}"},
        )
    return url


def _looks_private(host: str) -> bool:
    """Names that can only be local ones, and numbers that a resolver would read as an address."""
    last = host.rsplit(".", 1)[-1]
    return "." not in host or host.endswith(tuple(f".{name}" for name in _LOCAL_NAMES)) or last[0].isdigit()


def _seal(row: ApiKey, secret: Secret) -> None:
    row.sealed = cipher.seal(secret, owner=row.owner_tag, origin=row.bound_origin) if secret else b""
    row.last_four = secret.reveal()[-4:] if len(secret.reveal()) >= 12 else ""
