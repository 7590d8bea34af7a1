"""How a batch moves: leased, rows begun, paused, stopped, gone on with. Each deed is one transaction.

Rows are begun by the process that holds the lease and by no other, in one transaction with the claim of the row:
however processes die and race, a row that was begun has its generation, and one that has a generation is never begun
again by itself. What was under way in a process that is gone is settled as interrupted, like every run, and waits for a
person to retry it: nothing is paid twice unseen.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.accounts.people import role_in
from playground.accounts.roles import Act, Thing, may
from playground.batches import admission, forecast
from playground.batches.bill import bring_on
from playground.batches.models import Batch, Row
from playground.batches.weighing import prompt_tokens
from playground.catalog.queries import OfferFacts
from playground.catalog.recent import facts_and_price
from playground.conversations import run_settings, turns
from playground.conversations.models import LEASE, Generation
from playground.conversations.run_settings import RunSettings
from playground.conversations.turns import Turn
from playground.errors import Refused
from playground.vault.models import ApiKey

MOST_AT_ONCE = 100
OF_MONEY = frozenset({admission.BEYOND, admission.OVER_BUDGET})  # refusals that rows which end may undo
RETRIED: Collection[str] = (Generation.State.FAILED, Generation.State.INTERRUPTED, Generation.State.STOPPED)
OF_ONE_ROW = frozenset({"empty_message", "message_too_long"})  # refusals that say nothing about the other rows


@dataclass(frozen=True, slots=True)
class Order:
    """What a process is to do with a batch whose lease it holds."""

    batch_id: uuid.UUID
    state: str
    at_once: int


@dataclass(frozen=True, slots=True)
class Begun:
    """Rows that were begun just now. `is_over`: no row waits to be begun (any more), or none may be.

    `must_wait`: for the next one there is no money until one of those under way has ended and cost less than feared, or
    no room beside all that runs with the same key.
    """

    turns: Sequence[Turn] = ()
    is_over: bool = True
    must_wait: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """What the provider has made of the chosen pace, for people to see."""

    slowed_to: int | None = None
    rests_until: dt.datetime | None = None


@dataclass(slots=True)
class _Bill:
    """What the rows under way can cost at most together."""

    reserved: Decimal


def take_leases(owner: str, *, known: dict[uuid.UUID, Pace], alone: bool) -> list[Order]:
    """Renew the leases of the batches that this process drives, and take those that nobody drives any more.

    `alone`: no other process has these data, so that what is not its own is nobody's.
    """
    now = timezone.now()
    running = Q(state=Batch.State.RUNNING, deleted_at=None)
    orphaned = ~Q(lease_owner=owner) if alone else Q(lease_owner="") | Q(lease_until__lt=now)
    for pk in list(Batch.objects.filter(running & orphaned).values_list("pk", flat=True)):
        Batch.objects.filter(running & orphaned, pk=pk).update(lease_owner=owner, lease_until=now + LEASE)
    mine = Batch.objects.filter(Q(pk__in=list(known)) | Q(state=Batch.State.RUNNING), lease_owner=owner)
    orders = [_order(batch) for batch in mine.select_related("conversation__team", "user")]
    for batch_id, pace in known.items():
        Batch.objects.filter(pk=batch_id, lease_owner=owner).update(
            lease_until=now + LEASE, slowed_to=pace.slowed_to, rests_until=pace.rests_until
        )
    bring_on(list(known))
    return orders


def release(owner: str) -> None:
    """The process ends: another may go on at once."""
    Batch.objects.filter(lease_owner=owner).update(lease_owner="", lease_until=None, rests_until=None, slowed_to=None)


def begin_rows(batch_id: uuid.UUID, owner: str, limit: int) -> Begun:
    """Begin up to `limit` of the rows that wait, in their order."""
    with transaction.atomic():
        batch = (
            Batch.objects.select_for_update(of=("self",))
            .select_related("conversation", "user", "team")
            .get(pk=batch_id)
        )
        if batch.state != Batch.State.RUNNING or batch.lease_owner != owner or batch.deleted_at is not None:
            return Begun()
        limit = min(limit, _room(batch))
        if not limit:
            return Begun(is_over=False, must_wait=True)
        rows = list(waiting(batch)[:limit])
        try:
            begun = _begin_all(batch, rows, owner)
        except _Halted as halted:
            if halted.code in OF_MONEY and live_of(batch):
                return Begun(halted.begun, is_over=False, must_wait=True)
            _halt(batch, halted.code)
            return Begun(halted.begun)
    return Begun(begun, is_over=not rows)


def waiting(batch: Batch) -> "QuerySet[Row]":
    """The rows to be begun, in their order."""
    rows = batch.rows.filter(generation=None, flaw="").order_by("number")
    return rows if batch.first is None else rows.filter(number__lte=batch.first)


def round_off(batch_id: uuid.UUID, owner: str) -> None:
    """Nothing runs any more: the lease ends, and with nothing left to begin the batch is done, or its first part."""
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(pk=batch_id)
        if batch.lease_owner != owner:
            return
        if batch.state == Batch.State.RUNNING and not waiting(batch).exists():
            has_more = batch.first is not None and batch.rows.filter(generation=None, flaw="").exists()
            batch.state, batch.first = (Batch.State.PAUSED if has_more else Batch.State.DONE), None
        if batch.state != Batch.State.RUNNING:
            batch.lease_owner, batch.lease_until = "", None
        batch.rests_until = None
        batch.save(update_fields=["state", "first", "lease_owner", "lease_until", "rests_until"])


def halt(batch_id: uuid.UUID, code: str) -> None:
    """Pause a batch because going on would not help: the next rows would fail as the last ones did."""
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(pk=batch_id)
        if batch.state == Batch.State.RUNNING:
            _halt(batch, code)


def pause(batch: Batch) -> None:
    """Begin no further row; those under way come to their end."""
    Batch.objects.filter(pk=batch.pk, state=Batch.State.RUNNING).update(state=Batch.State.PAUSED)


def stop(batch: Batch) -> list[uuid.UUID]:
    """Begin no further row; returns the generations under way, for the caller to stop."""
    Batch.objects.filter(pk=batch.pk, state__in=[Batch.State.RUNNING, Batch.State.PAUSED]).update(
        state=Batch.State.STOPPED
    )
    return live_of(batch)


def resume(batch: Batch) -> None:
    """Go on with the rows that wait. Raises Refused("nothing_waits")."""
    with transaction.atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        if locked.state in (Batch.State.DRAFT, Batch.State.RUNNING):
            return
        if not locked.rows.filter(generation=None, flaw="").exists():
            raise Refused("nothing_waits", _("No row waits."))
        _go_on(locked)


def retry(batch: Batch, number: int | None = None) -> int:
    """Let one row, or all that did not finish, wait again; returns how many. A batch that was done goes on with them.

    What they have cost stays in the ledger; each gets a run of its own with an entry of its own.
    """
    with transaction.atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        if locked.is_draft:
            return 0
        ended = locked.rows.filter(generation__isnull=False).exclude(generation__state__in=Generation.LIVE)
        chosen = ended.filter(generation__state__in=RETRIED) if number is None else ended.filter(number=number)
        states = dict(chosen.order_by().values_list("pk", "generation__state"))
        count = Row.objects.filter(pk__in=list(states)).update(generation=None)
        if count:
            locked.superseded = Counter(locked.superseded) + Counter(states.values())
            locked.save(update_fields=["superseded"])
        if count and locked.state == Batch.State.DONE:
            _go_on(locked)
    return count


def live_of(batch: Batch) -> list[uuid.UUID]:
    """The generations of its rows that are under way."""
    live = Generation.objects.filter(conversation=batch.conversation_id, state__in=Generation.LIVE)
    return list(live.values_list("pk", flat=True))


def right_of(batch: Batch) -> int | None:
    """How many requests in flight the batch's key may have with its model; None where nobody states rights."""
    return _key_and_right(batch)[1]


def key_of(batch: Batch, offer: OfferFacts, chosen: RunSettings) -> ApiKey | None:
    """The key that its rows run with, as every run chooses it; None where none is needed. Raises Refused("no_key")."""
    return turns.choose_key(batch.user, batch.conversation, offer, chosen.key, team_first=chosen.team_key_first)


def at_once(batch: Batch) -> int:
    """Rows at the same time: as chosen, within the key's right."""
    try:
        right = right_of(batch)
    except Refused:
        right = None  # the first row says why
    return max(1, min(batch.at_once, MOST_AT_ONCE if right is None else right))


def _key_and_right(batch: Batch) -> tuple[ApiKey | None, int | None]:
    chosen = run_settings.parse(batch.chosen)
    if chosen.offer is None:
        return None, None
    facts, _price = facts_and_price(chosen.offer, scope=f"team:{batch.team_id}")
    key = key_of(batch, facts, chosen)
    return key, facts.concurrency.get(key.tier) if key else None


def _room(batch: Batch) -> int:
    """How many more rows the key's right leaves room for beside all that runs with it, also outside this batch.

    A batch of which nothing runs may begin one row all the same: it would stand still while others fill the key.
    """
    try:
        key, right = _key_and_right(batch)
    except Refused:
        return MOST_AT_ONCE  # the first row says why
    if key is None or right is None:
        return MOST_AT_ONCE
    offer = run_settings.parse(batch.chosen).offer
    live = Generation.objects.filter(state__in=Generation.LIVE, api_key=key, offer=offer)
    running = Counter(live.order_by().values_list("conversation", flat=True))
    return max(right - running.total(), 0 if running[batch.conversation_id] else 1)


class _Halted(Exception):
    """Going on makes no sense; `begun`: what was begun before."""

    def __init__(self, code: str, begun: Sequence[Turn]) -> None:
        super().__init__(code)
        self.code, self.begun = code, begun


def _order(batch: Batch) -> Order:
    return Order(batch.pk, Batch.State.STOPPED if batch.deleted_at else batch.state, at_once(batch))


def _go_on(batch: Batch) -> None:
    batch.state, batch.halted_by, batch.resumed_at = Batch.State.RUNNING, "", timezone.now()
    batch.slowed_to = batch.rests_until = None
    batch.save(update_fields=["state", "halted_by", "resumed_at", "slowed_to", "rests_until"])


def _halt(batch: Batch, code: str) -> None:
    batch.state, batch.halted_by = Batch.State.PAUSED, code
    batch.save(update_fields=["state", "halted_by"])


def _begin_all(batch: Batch, rows: Sequence[Row], owner: str) -> list[Turn]:
    begun: list[Turn] = []
    if not rows:
        return begun
    if not may(role_in(batch.user, batch.team), Act.USE, Thing.CONVERSATIONS):
        raise _Halted("not_allowed", begun)
    chosen, bill = run_settings.parse(batch.settings), _bill(batch)
    for row in rows:
        try:
            _admit(batch, row, bill)
            turn = _begin(batch, row, chosen, owner)
        except Refused as error:
            if error.code not in OF_ONE_ROW:
                raise _Halted(error.code, begun) from None
            Row.objects.filter(pk=row.pk).update(flaw=error.message[:300])
            continue
        begun.append(turn)
    return begun


def _begin(batch: Batch, row: Row, chosen: RunSettings, owner: str) -> Turn:
    """One row: claimed and begun in the transaction that is open."""
    system_prompt, text = batch.texts.texts_for(row.texts)
    turn = turns.ask_apart(
        user=batch.user,
        conversation=batch.conversation,
        client_id=f"row.{row.pk}.{row.attempts + 1}",
        text=text,
        settings=replace(chosen, system_prompt=system_prompt),
        owner=owner,
    )
    Row.objects.filter(pk=row.pk).update(generation=turn.generation_id, attempts=row.attempts + 1)
    return turn


def _admit(batch: Batch, row: Row, bill: _Bill | None) -> None:
    if bill is None:
        return
    most = _most_of(batch, row)
    admission.check_row(batch, most, bill.reserved)
    bill.reserved += most or 0


def _bill(batch: Batch) -> _Bill | None:
    """What is under way, where the batch may not cost more than something."""
    if batch.most_cost is None:
        return None
    under_way = batch.rows.filter(generation__state__in=Generation.LIVE)
    mosts = [_most_of(batch, row) for row in under_way]
    return _Bill(sum((most for most in mosts if most is not None), Decimal(0)))


def _most_of(batch: Batch, row: Row) -> Decimal | None:
    chosen = run_settings.parse(batch.settings)
    if chosen.offer is None:
        return None
    facts, price = facts_and_price(chosen.offer, scope=f"team:{batch.team_id}")
    tokens = next(prompt_tokens(batch.texts, [row.weights]))
    return forecast.most_for(tokens, price, chosen.max_tokens or facts.max_output_tokens)
