"""Before the start: a batch from a table, its prompt and what fills it, the forecast, the start itself."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Avg
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.accounts import audit
from playground.accounts.models import Team, User
from playground.accounts.people import role_in
from playground.accounts.roles import Act, Thing, may
from playground.batches import admission, running
from playground.batches.forecast import Forecast, forecast
from playground.batches.models import Batch, Row, packed
from playground.batches.places import Flaw, Source, can_be_flawed, flaw_of, open_places, propose_sources
from playground.batches.table import Table, TableRow
from playground.batches.weighing import cell_tokens, prompt_tokens
from playground.catalog.recent import facts_and_price
from playground.conversations import output_format, run_settings
from playground.conversations.models import Conversation
from playground.conversations.run_settings import RunSettings
from playground.errors import Refused
from playground.ledger.models import Entry
from playground.prompts.models import TemplateVersion
from playground.prompts.render import names_in
from playground.prompts.variables import Variable
from playground.wire.text import clean

AT_A_TIME = 500  # rows of one statement
LONGEST_PROMPT = 200_000  # characters, with its places
SAMPLE = 200  # answers whose mean length is what to expect
LEAST = 5  # of them
PLANNED = ("title", "prompt", "sources", "template_version", "at_once", "most_cost", "most_currency")
MOST_FLAWS = 1_000  # that are counted for a page


@dataclass(frozen=True, slots=True)
class FlawedRow:
    """A row that cannot be sent as it is."""

    row: Row
    flaw: Flaw


def create(*, user: User, team: Team, table: Table, title: str, settings: RunSettings) -> Batch:
    """A batch of these rows, not started. Nothing is sent and nothing costs."""
    with transaction.atomic():
        batch = _new(user, team, title, settings)
        batch.columns, batch.row_count = list(table.columns), len(table.rows)
        batch.save(force_insert=True)
        rows = (_row(batch, number, row) for number, row in enumerate(table.rows, start=1))
        for part in _parts(rows):
            Row.objects.bulk_create(part)
    return batch


def begin_again(batch: Batch, *, user: User) -> Batch:
    """A new one with the same rows, prompt and settings, to try another model or version on them."""
    with transaction.atomic():
        copy = _new(user, batch.team, batch.title, run_settings.parse(batch.chosen))
        for name in ("table", "columns", "row_count", "prompt", "sources", "template_version_id", "at_once"):
            setattr(copy, name, getattr(batch, name))
        copy.save(force_insert=True)
        rows = batch.rows.values_list("number", "line", "cells", "weights").iterator(chunk_size=AT_A_TIME)
        fresh = (
            Row(batch=copy, number=number, line=line, cells=cells, weights=weights)
            for number, line, cells, weights in rows
        )
        for part in _parts(fresh):
            Row.objects.bulk_create(part)
    return copy


def rename(batch: Batch, title: str) -> None:
    """Give it another title; an empty one changes nothing."""
    batch.title = " ".join(clean(title).split())[:200] or batch.title


def write_prompt(batch: Batch, text: str, chosen: Mapping[str, Source]) -> None:
    """The question with its places, and what was chosen to fill them; what is left open is looked for by name."""
    text = clean(text).replace("\r\n", "\n")
    if len(text) > LONGEST_PROMPT:
        raise Refused(
            "prompt_too_long", _("The prompt may have %(most)s characters.") % {"most": f"{LONGEST_PROMPT:,}"}
        )
    batch.prompt = text
    known = {name: one for name, one in chosen.items() if one.column is None or one.column < len(batch.columns)}
    names = names_in(str(batch.chosen.get("system_prompt", "")), text)
    found = propose_sources(names, batch.columns, known=known, variables=variables_of(batch))
    batch.sources = {name: one.to_json() for name, one in found.items()}


def take_template(batch: Batch, version: TemplateVersion, settings: RunSettings) -> None:
    """Begin with the texts of a template, places open, and with the settings that it recommends."""
    batch.template_version = version
    batch.conversation.settings = settings.to_json()
    batch.conversation.save(update_fields=["settings"])
    write_prompt(batch, version.first_message, {})
    keep(batch)


def keep(batch: Batch) -> None:
    """Write down what was planned. Raises Refused("started") when another window has started it meanwhile."""
    values = {name: getattr(batch, name) for name in PLANNED}
    if not Batch.objects.filter(pk=batch.pk, state=Batch.State.DRAFT).update(**values):
        raise Refused("started", _("This batch was started in another window."))


def variables_of(batch: Batch) -> dict[str, Variable]:
    """What the template says about the variables, by their names."""
    version = batch.template_version
    return {one.name: one for one in version.content.variables} if version else {}


def flawed_rows(batch: Batch) -> Iterator[FlawedRow]:
    """The rows that cannot be sent as they are, in their order."""
    prompt, variables = batch.texts, variables_of(batch)
    if not can_be_flawed(prompt, variables):
        return
    for row in batch.rows.only("number", "line", "cells").order_by("number").iterator(chunk_size=AT_A_TIME):
        flaw = flaw_of(prompt, row.texts, batch.columns, variables)
        if flaw is not None:
            yield FlawedRow(row, flaw)


def forecast_of(batch: Batch) -> Forecast:
    """What the rows that still wait will probably cost; of a draft all of them."""
    chosen = run_settings.parse(batch.chosen)
    weights = running.waiting(batch).order_by().values_list("weights", flat=True)
    prompts = prompt_tokens(batch.texts, weights.iterator(chunk_size=AT_A_TIME))
    if chosen.offer is None:
        return forecast(prompts, None, expected=None, most=None)
    facts, price = facts_and_price(chosen.offer, scope=f"team:{batch.team_id}")
    most = chosen.max_tokens or facts.max_output_tokens
    return forecast(prompts, price, expected=_answer_length(batch, chosen.offer), most=most)


def start(batch: Batch, *, leave_out: bool = False, first: int | None = None) -> None:
    """Start a draft; the rows are begun by whoever takes its lease. All checks are made before anything is sent.

    `leave_out`: rows that cannot be sent stay out, instead of keeping all from starting. `first`: only so many rows
    for now, and so much money. Raises Refused: `not_allowed`, `no_offer`, `no_key`, `bad_settings`, `no_prompt`,
    `open_places`, `flawed_rows`, `beyond_limit`, `over_budget`.
    """
    with transaction.atomic():
        locked = (
            Batch.objects.select_for_update(of=("self",))
            .select_related("conversation", "template_version")
            .get(pk=batch.pk)
        )
        if not locked.is_draft:
            return
        if not may(role_in(batch.user, batch.team), Act.USE, Thing.CONVERSATIONS):
            raise Refused("not_allowed", _("Your role in this team does not let you run models."))
        _check_texts(locked)
        chosen = _fitting(locked)
        flawed = list(flawed_rows(locked))
        if flawed and not leave_out:
            raise Refused("flawed_rows", _("Some rows cannot be sent as they are."))
        for part in _parts(_with_flaw(one) for one in flawed):
            Row.objects.bulk_update(part, ["flaw"])
        locked.first = first
        _check_cost(locked, chosen)
        locked.settings, locked.state = chosen.to_json(), Batch.State.RUNNING
        locked.started_at = locked.resumed_at = timezone.now()
        locked.save()
        about = {"rows": locked.row_count - len(flawed)}
        audit.note(team=batch.team, person=batch.user, deed="batch.started", subject=locked.title, details=about)


def limit_cost(batch: Batch, most: Decimal | None, currency: str) -> None:
    """The most that the batch may cost; None: no limit."""
    batch.most_cost, batch.most_currency = most, currency if most is not None else ""


def _new(user: User, team: Team, title: str, settings: RunSettings) -> Batch:
    conversation = Conversation.objects.create(
        team=team, user=user, title="", title_indexed=True, settings=settings.to_json()
    )
    return Batch(user=user, team=team, conversation=conversation, title=" ".join(title.split())[:200])


def _row(batch: Batch, number: int, row: TableRow) -> Row:
    return Row(batch=batch, number=number, line=row.line, cells=packed(row.cells), weights=cell_tokens(row.cells))


def _parts(rows: Iterator[Row]) -> Iterator[list[Row]]:
    part: list[Row] = []
    for row in rows:
        part.append(row)
        if len(part) == AT_A_TIME:
            yield part
            part = []
    if part:
        yield part


def _check_texts(batch: Batch) -> None:
    if not batch.prompt.strip():
        raise Refused("no_prompt", _("Write the prompt first."))
    places = open_places(batch.texts)
    if places:
        raise Refused("open_places", _("Nothing fills {{%(name)s}}: choose a column or a text.") % {"name": places[0]})


def _fitting(batch: Batch) -> RunSettings:
    """The run settings as every row will have them, with a key that can be used."""
    chosen = run_settings.parse(batch.chosen)
    if chosen.offer is None:
        raise Refused("no_offer", _("Choose a model first."))
    facts, _price = facts_and_price(chosen.offer, scope=f"team:{batch.team_id}")
    fitting = run_settings.fit(chosen, facts)
    output_format.check_schema(fitting)
    running.right_of(batch)
    version = batch.template_version
    return replace(fitting, template=version.pk if version else None)


def _check_cost(batch: Batch, chosen: RunSettings) -> None:
    """That its own limit and the budgets have room for what its rows will probably take. Practice costs nothing."""
    if chosen.offer is None:
        return
    found = forecast_of(batch)
    admission.check_forecast(batch, found)
    facts, _price = facts_and_price(chosen.offer, scope=f"team:{batch.team_id}")
    if not facts.practice:
        admission.check_budgets(batch, found, running.key_of(batch, facts, chosen))


def _with_flaw(one: FlawedRow) -> Row:
    words = f"{one.flaw.column}: {one.flaw.sentence}" if one.flaw.column else _("Nothing is left to ask.")
    one.row.flaw = words[:300]
    return one.row


def _answer_length(batch: Batch, offer_id: uuid.UUID) -> int | None:
    """The mean length of answers: of this batch's own rows, else of the team's last with this model."""
    answered: Any = Entry.objects.filter(corrects=None, state="finished", offer=offer_id).order_by()
    own = answered.filter(conversation=batch.conversation_id)
    others = answered.filter(team=batch.team_id)
    return _mean(own.values_list("pk", flat=True)[:SAMPLE]) or _mean(
        others.order_by("-created_at").values_list("pk", flat=True)[:SAMPLE]
    )


def _mean(entries: Sequence[int]) -> int | None:
    found = list(entries)
    if len(found) < LEAST:
        return None
    mean = Entry.objects.filter(pk__in=found).aggregate(mean=Avg("completion_tokens"))["mean"]
    return round(mean) or None
