"""Deeds on API keys: add, replace, move, disable, remove, open. The only module that seals and opens them."""

import uuid

from django.db import transaction
from django.db.models import Case, Exists, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.accounts import audit
from playground.accounts.models import Team, User
from playground.accounts.people import role_in
from playground.accounts.roles import Act, Role, Thing, may, roles_that_may
from playground.catalog.models import Provider
from playground.errors import Refused
from playground.statements import Param, Update
from playground.vault import cipher
from playground.vault.addresses import allow_host, allowed_hosts, check_base_url, forbid_host
from playground.vault.errors import AddressRejected, KeyRejected, KeyUnreadable
from playground.vault.models import ApiKey
from playground.wire.addresses import origin_of
from playground.wire.secret import Secret, is_sendable
from playground.wire.text import clean

__all__ = [
    "add",
    "allow_host",
    "allowed_hosts",
    "check_base_url",
    "check_key",
    "forbid_host",
    "keys_for",
    "move",
    "note_refused_run",
    "note_test",
    "remove",
    "rename",
    "replace",
    "reveal",
    "set_disabled",
    "set_tier",
    "take_along",
    "touch",
    "visible_to",
    "wipe",
]

_touch = Update(lambda: ApiKey.objects.filter(pk=Param.of(ApiKey, "id")), ("last_used_at", "last_used_by"))

REFUSALS = frozenset({"key_refused", "key_expired", "account_locked", "plan_expired"})  # of the key itself
LIMITS = frozenset({"rate_limited", "concurrency_limited"})  # of the moment
LONGEST_KEY = 512
LONGEST_LABEL = 100
SHORTEST_TO_HINT = 12  # of a shorter key four characters would give too much away


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
    """Store a key. `user` None: the team's. `base_url` empty: the provider's own.

    Raises KeyRejected, AddressRejected; Refused("not_allowed") for whom the team's roles do not let.
    """
    _check_may_add(created_by, team, user, provider)
    secret, flaw = _read_key(key, needed=not provider.is_custom)
    del key  # from here on no traceback of ours can show it
    _refuse(flaw)
    if tier not in ApiKey.Tier.values:
        raise KeyRejected("bad_key", _("The tier is V0, V1, V2 or V3."))
    row = ApiKey(team=team, user=user, provider=provider, tier=tier, created_by=created_by)
    row.label = _label(label, provider)
    _bind(row, base_url)
    _seal(row, secret)
    with transaction.atomic():
        row.save(force_insert=True)
        _note(row, created_by, "key.added")
    return row


def replace(row: ApiKey, *, key: str, by: User, base_url: str | None = None) -> None:
    """Put another key in the place of the stored one, possibly for another address ("" is the provider's own)."""
    secret, flaw = _read_key(key, needed=not row.provider.is_custom)
    del key
    _refuse(flaw)
    _bind(row, row.base_url if base_url is None else base_url)
    _seal(row, secret)
    row.status, row.tested_at, row.test_code, row.test_ms = ApiKey.Status.UNTESTED, None, "", None
    row.limited_at = None
    tested = ("status", "tested_at", "test_code", "test_ms", "limited_at")
    _save(row, by, "key.replaced", "base_url", "bound_origin", "sealed", "last_four", *tested)


def move(row: ApiKey, *, base_url: str, by: User) -> None:
    """Change the path of a key's address. Another scheme, host or port needs the key again: "key_needed"."""
    address = check_base_url(base_url) if base_url else ""
    if origin_of(address or row.provider.base_url) != row.bound_origin:
        raise AddressRejected(
            "key_needed", _("The key was entered for another server. Enter it again with the new address.")
        )
    row.base_url = address
    _save(row, by, "key.moved", "base_url")


def rename(row: ApiKey, *, label: str, by: User) -> None:
    """Give a key another label."""
    row.label = _label(label, row.provider)
    _save(row, by, "key.renamed", "label")


def set_tier(row: ApiKey, *, tier: str, by: User) -> None:
    """Say which concurrency rights the provider gives this key."""
    if tier not in ApiKey.Tier.values:
        raise KeyRejected("bad_key", _("The tier is V0, V1, V2 or V3."))
    row.tier = tier
    _save(row, by, "key.tier", "tier")


def set_disabled(row: ApiKey, *, disabled: bool, by: User) -> None:
    """Take a key out of use, or back into it."""
    row.disabled_at = timezone.now() if disabled else None
    _save(row, by, "key.disabled" if disabled else "key.enabled", "disabled_at")


@transaction.atomic
def remove(row: ApiKey, *, by: User) -> None:
    """Delete a key; its ciphertext is wiped first, so that no copy of the row keeps it."""
    _note(row, by, "key.removed")
    ApiKey.objects.filter(pk=row.pk).update(sealed=b"", last_four="", disabled_at=timezone.now())
    row.sealed, row.last_four = b"", ""
    row.delete()


def take_along(user: User, team: Team) -> None:
    """Somebody goes out of a team: their own keys go with them into their personal team.

    One for a server of that team has nothing to be used with any more and is wiped.
    """
    own = ApiKey.objects.filter(user=user, team=team)
    for row in own.filter(provider__scope=f"team:{team.pk}"):
        remove(row, by=user)
    own.update(team=Team.objects.get(members__user=user, personal=True, members__role=Role.OWNER))


def wipe(team: Team, *, by: User) -> None:
    """The team is deleted, and with it every key that nobody takes along."""
    for row in ApiKey.objects.filter(team=team):
        remove(row, by=by)


def reveal(row: ApiKey) -> Secret | None:
    """Open a key for a request to `row.address`; None for a server that needs none.

    Raises KeyUnreadable: `key_unreadable`; `key_needed` when the provider has moved to another server since.
    """
    if not row.sealed:
        return None
    origin = origin_of(row.address)
    if origin != row.bound_origin:
        raise KeyUnreadable("key_needed", _("The key was entered for another server. Enter it again."))
    return cipher.unseal(bytes(row.sealed), owner=row.owner_tag, origin=origin)


def keys_for(*, user: User, team: Team, provider_slug: str, team_first: bool = False) -> list[ApiKey]:
    """The keys a person may use for a provider in a team: their own before the team's or the other way round, refused
    ones last, disabled ones never.
    """
    worst_last = Case(When(status=ApiKey.Status.REFUSED, then=Value(1)), default=Value(0), output_field=IntegerField())
    is_first = Q(user=None) if team_first else Q(user=user)
    in_order = Case(When(is_first, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = _of(user, team, Act.USE).filter(provider__slug=provider_slug, disabled_at=None)
    return list(rows.order_by(worst_last, in_order, "-created_at"))


def visible_to(user: User, team: Team) -> QuerySet[ApiKey]:
    """The keys a person sees: their own and the team's, while they are in it."""
    return _of(user, team, Act.VIEW)


def touch(key_id: uuid.UUID, *, user_id: int) -> None:
    """Somebody used a key now."""
    _touch.execute(id=key_id, last_used_at=timezone.now(), last_used_by=user_id)


def note_refused_run(key_id: uuid.UUID, *, code: str) -> None:
    """A run with a key was refused: for good (the key is not tried first any more), or for its limits of the moment."""
    now, row = timezone.now(), ApiKey.objects.filter(pk=key_id)
    if code in REFUSALS:
        row.update(status=ApiKey.Status.REFUSED, tested_at=now, test_code=code, test_ms=None)
    elif code in LIMITS:
        row.update(limited_at=now)


def note_test(row: ApiKey, *, code: str, milliseconds: int | None, refused: bool) -> None:
    """Keep the result of a test. `code` "" means it passed; `refused` that the provider does not accept the key.

    A key that was replaced while its predecessor was being tested keeps no foreign result.
    """
    row.tested_at, row.test_code, row.test_ms = timezone.now(), code[:64], milliseconds
    row.status = ApiKey.Status.VALID if not code else ApiKey.Status.REFUSED if refused else row.status
    ApiKey.objects.filter(pk=row.pk, sealed=row.sealed).update(
        tested_at=row.tested_at, test_code=row.test_code, test_ms=row.test_ms, status=row.status
    )


def check_key(key: str, *, needed: bool) -> Secret:
    """The key as it will be sent. Raises KeyRejected for what would break a header or cannot be a key."""
    secret, flaw = _read_key(key, needed=needed)
    del key
    _refuse(flaw)
    return secret


def _read_key(key: str, *, needed: bool) -> tuple[Secret, str]:
    """The key and what is wrong with it. Raises nothing, so that the caller can forget the plaintext first."""
    key = key.strip()
    flaw = _flaw(key, needed)
    return Secret("" if flaw else key), flaw


def _refuse(flaw: str) -> None:
    if flaw:
        raise KeyRejected("bad_key", flaw)


def _flaw(key: str, needed: bool) -> str:
    """What is wrong with a pasted key, in one sentence; "" when nothing is. The first that fits is said."""
    flaws = {
        _("Paste the key first."): needed and not key,
        _("This is too long to be a key."): len(key) > LONGEST_KEY,
        _("The key has a line break in it. Copy it again, in one line."): len(key.splitlines()) > 1,
        _("Paste the key alone, without the word Bearer."): key.casefold().startswith("bearer "),
        _("The key has a space in it. Copy it again."): any(character.isspace() for character in key),
        _("The key has a character in it that no key has. Copy it again."): not is_sendable(key),
    }
    return next((sentence for sentence, is_so in flaws.items() if is_so), "")


def _check_may_add(person: User, team: Team, owner: User | None, provider: Provider) -> None:
    if provider.is_custom and provider.scope != f"team:{team.pk}":
        raise Refused("not_found", _("There is no such provider."))
    role = role_in(person, team)
    if not may(role, Act.MANAGE if owner is None else Act.USE, Thing.KEYS) or owner not in (None, person):
        raise Refused("not_allowed", _("Your role in this team does not let you add this key."))


def _of(user: User, team: Team, act: Act) -> QuerySet[ApiKey]:
    """The person's own keys in a team and the team's, if they are in it with a role that may do `act`."""
    mine_or_ours = Q(user=user) | Q(user=None)
    roles = roles_that_may(act, Thing.KEYS)
    member = Exists(team.members.filter(user=user, user__is_active=True, role__in=roles).values("pk"))
    return ApiKey.objects.filter(mine_or_ours, member, team=team).select_related("provider", "user", "last_used_by")


def _bind(row: ApiKey, base_url: str) -> None:
    """Bind a row to an address. The provider's own is not copied: it follows the catalog on the same server."""
    address = check_base_url(base_url or row.provider.base_url)
    row.base_url = address if base_url else ""
    row.bound_origin = origin_of(address)


def _seal(row: ApiKey, secret: Secret) -> None:
    row.sealed = cipher.seal(secret, owner=row.owner_tag, origin=row.bound_origin) if secret else b""
    row.last_four = secret.reveal()[-4:] if len(secret.reveal()) >= SHORTEST_TO_HINT else ""


def _label(label: str, provider: Provider) -> str:
    return clean(label).strip()[:LONGEST_LABEL] or provider.name


@transaction.atomic
def _save(row: ApiKey, by: User, deed: str, *fields: str) -> None:
    """Write what was changed and nothing else. A row that somebody has deleted stays deleted."""
    if not ApiKey.objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in fields}):
        raise Refused("not_found", _("This key is gone."))
    _note(row, by, deed)


def _note(row: ApiKey, person: User, deed: str) -> None:
    """Into the team's log; a personal key is nobody else's business."""
    if row.user_id is None:
        about = {"provider": row.provider.slug, "key": str(row.pk)}
        audit.note(team=row.team, person=person, deed=deed, subject=row.label, details=about)
