"""Fill an empty data folder with a batch of so many rows, started, that nobody drives yet.

    PLAYGROUND_DATA=... python bench/batch_seed.py --rows N --at-once N

Writes batch.json: a session, the batch's id, and how long reading, writing and foreseeing the table took.
"""

import argparse
import itertools
import json
import time

import seed  # first: it sets Django up
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from playground.accounts.people import create_user, current_team
from playground.batches import drafting
from playground.batches.table import read_text
from playground.catalog.models import Offer
from playground.conversations.run_settings import RunSettings

MODEL = "bigmodel/glm-4-flashx-250414"
SENTENCE = "Two of five pallets arrived wet on the evening before the audit, and nobody at the depot picks up."
PROMPT = "Answer in one line: what is ticket {{number}} about?\n\n{{ticket}}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--at-once", type=int, required=True)
    wanted = parser.parse_args()
    call_command("migrate", verbosity=0)
    call_command("load_catalog", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    person = create_user(email="alice@example.org", password=None, name="Alice", is_owner=True)
    offer = Offer.objects.get(provider__slug="sandbox", wire_name=MODEL)
    lines = [f'{number},"{SENTENCE} ({number})"' for number in range(1, wanted.rows + 1)]
    moments = [time.perf_counter()]
    table = read_text("\n".join(["number,ticket", *lines]))
    moments.append(time.perf_counter())
    chosen = RunSettings(offer=offer.pk, max_tokens=256)
    batch = drafting.create(user=person, team=current_team(person), table=table, title="Bench", settings=chosen)
    moments.append(time.perf_counter())
    drafting.write_prompt(batch, PROMPT, {})
    batch.at_once = wanted.at_once
    drafting.keep(batch)
    drafting.forecast_of(batch)
    moments.append(time.perf_counter())
    drafting.start(batch)
    client = Client()
    client.force_login(person)
    spans = [later - earlier for earlier, later in itertools.pairwise(moments)]
    made = {
        "session": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "batch": str(batch.pk),
        **dict(zip(("read_s", "create_s", "forecast_s"), spans, strict=True)),
    }
    (settings.DATA / "batch.json").write_text(json.dumps(made))


if __name__ == "__main__":
    assert seed  # imported for what it does
    main()
