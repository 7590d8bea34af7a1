"""Makes conversations of what a file holds. Their costs stay where they arose: nothing is written to the ledger."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.accounts.models import Team, User
from playground.catalog.models import Offer
from playground.catalog.queries import facts_of, offers_for
from playground.conversations import run_settings
from playground.conversations.files.imported import BadFile, Imported, ImportedMessage
from playground.conversations.models import Conversation, Message
from playground.conversations.run_settings import RunSettings
from playground.conversations.titles import shortened, title_of
from playground.errors import Refused
from playground.wire.text import clean

LONGEST_NAME = 120  # of a model
EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Brought:
    """A conversation that came in, and sentences about what of its settings could not."""

    conversation: Conversation
    dropped: Sequence[str]


def bring_in(found: Sequence[Imported], *, user: User, team: Team) -> list[Brought]:
    """Make all of them, or none. They are the person's own, in this team; the newest of the file comes first."""
    offers = list(offers_for([f"team:{team.pk}"]))
    with transaction.atomic():
        return [_make(one, user, team, offers) for one in found]


def _make(imported: Imported, user: User, team: Team, offers: Sequence[Offer]) -> Brought:
    now = timezone.now()
    settings, dropped = _settings(imported, offers)
    titles = {offer.wire_name: offer.title for offer in reversed(offers)}
    room = Conversation(team=team, user=user, title=_title(imported), settings=settings.to_json())
    rows = _rows(imported.messages, room, user, now)
    for message in imported.messages:
        name = clean(message.model)
        rows[message.id].written_by = titles.get(name, name)[:LONGEST_NAME]
    room.created_at = _sound(imported.created_at, now) or now
    room.updated_at = max((row.created_at for row in rows.values()), default=now)
    room.save(force_insert=True)
    Message.objects.bulk_create(rows.values(), batch_size=200)
    room.leaf = rows.get(imported.leaf or "") or list(rows.values())[-1]
    room.save(update_fields=["leaf"])
    return Brought(room, dropped)


def _rows(messages: Sequence[ImportedMessage], room: Conversation, user: User, now: dt.datetime) -> dict[str, Message]:
    """Rows by the ids of the file. A message is never older than its parent: their order is the order of writing."""
    rows: dict[str, Message] = {}
    for message in messages:
        parent = rows.get(message.parent or "")
        after = parent.created_at + dt.timedelta(microseconds=1) if parent else None
        written = _sound(message.created_at, now) or after or now - dt.timedelta(microseconds=len(messages))
        rows[message.id] = Message(
            id=uuid.uuid4(),
            conversation=room,
            parent=parent,
            role=message.role,
            content=clean(message.content),
            reasoning_content=clean(message.reasoning_content),
            tool_calls=list(message.tool_calls),
            results=list(message.results),
            web_search=list(message.web_search),
            author=user if message.role == Message.Role.USER else None,
            sums_up=message.sums_up,
            created_at=max(written, after) if after else written,
        )
    return rows


def _sound(moment: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    return moment if moment and EARLIEST <= moment <= now else None


def _title(imported: Imported) -> str:
    title = clean(imported.title).strip()
    if not title:
        first = next((one.content for one in imported.messages if one.role == "user"), "")
        title = title_of(clean(first)) or _("Imported conversation")
    return shortened(title)


def _settings(imported: Imported, offers: Sequence[Offer]) -> tuple[RunSettings, Sequence[str]]:
    """The settings of the file as far as they can be used here; the model too, where it is offered. Never a key."""
    offer = next((one for one in offers if _is(one, imported)), None)
    try:
        own = {"offer": None, "key": None, "system_prompt": imported.system_prompt}
        wished = run_settings.parse({**imported.settings, **own})
    except Refused as error:
        raise BadFile(error.message) from error
    if offer is None:
        kept = RunSettings(system_prompt=wished.system_prompt)
        return kept, () if wished == kept else (_without(imported.model),)
    wished = run_settings.parse(wished.to_json() | {"offer": str(offer.pk)})
    chosen, notes = run_settings.clamp(wished, facts_of(offer))
    return chosen, run_settings.told(notes)


def _without(model: str) -> str:
    if not model:
        return _("The file names no model. The settings of the run are left out.")
    return _("There is no model “%(name)s” here. The settings of the run are left out.") % {"name": clean(model)[:80]}


def _is(offer: Offer, imported: Imported) -> bool:
    return offer.wire_name == imported.model and imported.provider in ("", offer.provider.slug)
