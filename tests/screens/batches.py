"""The batches that the pictures show: one under way over support tickets, the same with another model, a draft."""

import random
from dataclasses import replace

from playground.batches import drafting, running
from playground.batches.models import Batch
from playground.batches.table import read_text
from playground.conversations.progress import Settlement, settle
from playground.conversations.run_settings import RunSettings
from playground.conversations.turns import Turn
from tests.screens.answers import Pace, as_written
from tests.screens.household import Household
from tests.screens.texts import Said

PROMPT = "Sort this ticket and answer with topic, urgency and the next step.\n\nFrom {{customer}}: {{message}}"
SYSTEM = "You sort tickets of a logistics company. Answer in one line."
TICKETS = (
    (
        "Brandt Möbel",
        "Two of five pallets arrived wet. We need a report today.",
        "Damage · high · send the report form",
    ),
    ("Fjord Kaffe", "Can the invoice of 3 November name our new address?", "Invoice · low · correct and send again"),
    ("晨光文具", "货物在海关停了四天，需要哪些文件？", "Customs · high · ask for the packing list"),
    (
        "Oyelaran Ltd",
        "Where is 4417? The tracking page has not moved since Friday.",
        "Tracking · medium · call the depot",
    ),
    ("Casa Lume", "Please move Thursday's pick-up to Friday noon.", "Pick-up · medium · move it and confirm"),
    ("Nordlys AS", "The driver was very kind, thank you.", "Praise · low · tell the driver"),
)
ROWS = 48
COLUMNS = "ticket,customer,message"


def fill_batches(house: Household, chance: random.Random, *, owner: str) -> None:
    """Draft, start and answer, at this moment of the clock; `owner`: the process that ran them."""
    offers = house.offers
    chosen = RunSettings(offer=offers["sandbox/zai/glm-4.5-air"].pk, max_tokens=512, system_prompt=SYSTEM)
    first = _draft(house, "Support tickets, week 47", chosen)
    _run(first, chance, owner, answered=31, failed={7, 19})
    Batch.objects.filter(pk=first.pk).update(state=Batch.State.PAUSED, lease_owner="", lease_until=None)
    second = drafting.begin_again(first, user=house.owner)
    other = replace(chosen, offer=offers["sandbox/bigmodel/glm-4-flashx-250414"].pk)
    second.conversation.settings = other.to_json()
    second.conversation.save()
    _run(second, chance, owner, answered=ROWS, failed={12})
    running.round_off(second.pk, owner)
    draft = drafting.begin_again(first, user=house.owner)
    places = {"batch": first, "batch_other": second, "batch_draft": draft}
    house.seeded.places |= {name: str(batch.pk) for name, batch in places.items()}


def _draft(house: Household, title: str, chosen: RunSettings) -> Batch:
    tickets = [TICKETS[number % len(TICKETS)] for number in range(ROWS)]
    lines = [f'{4400 + number},{customer},"{message}"' for number, (customer, message, _) in enumerate(tickets)]
    batch = drafting.create(
        user=house.owner,
        team=house.team,
        table=read_text("\n".join([COLUMNS, *lines])),
        title=title,
        settings=chosen,
    )
    drafting.write_prompt(batch, PROMPT, {})
    drafting.keep(batch)
    return batch


def _run(batch: Batch, chance: random.Random, owner: str, *, answered: int, failed: set[int]) -> None:
    drafting.start(batch)
    running.take_leases(owner, known={}, alone=True)
    for number, turn in enumerate(running.begin_rows(batch.pk, owner, answered).turns, start=1):
        settle(_end(turn, number, chance, is_failed=number in failed), owner=owner)


def _end(turn: Turn, number: int, chance: random.Random, *, is_failed: bool) -> Settlement:
    ticket = TICKETS[(number - 1) % len(TICKETS)]
    said = Said(ticket[1], ticket[2], "", prompt_tokens=90 + chance.randint(0, 30))
    ended = as_written(turn, said, "finished", Pace.of(turn.model_title, chance))
    if not is_failed:
        return ended
    return replace(ended, state="failed", content="", error_code="content_filtered", usage=None, billable=False)
