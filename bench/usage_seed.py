"""Fill an empty data folder with a team's year of ledger entries, for the usage pages.

    PLAYGROUND_DATA=... python bench/usage_seed.py --entries N [--times M]

25 people, each with habits: a few models and keys of their own, office hours in China, quiet weekends, conversations of
about fifteen runs, three in ten of them with a template. Nine models at three providers in two currencies; one run in
thirty fails, one in two hundred has no price. With `--times` all of that happens M times over, some minutes apart and
in other conversations, which the database writes by itself. Writes usage.json: the owner's session and how long the
totals took.
"""

import argparse
import itertools
import json
import random
import time
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import seed  # first: it sets Django up
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from playground.accounts.models import Member, Team, User
from playground.accounts.people import create_user
from playground.accounts.roles import Role
from playground.ledger import standing
from playground.ledger.models import Entry
from playground.ledger.spans import meridian_of
from playground.pricing.cost import TokenCounts, cost
from playground.pricing.price import Price, Tier
from playground.prompts.models import PromptTemplate, TemplateVersion

PEOPLE, TEMPLATES, DAYS, ROWS = 25, 12, 365, 5_000
ZONE = "Asia/Shanghai"
OFFICE = [
    1,
    1,
    2,
    8,
    10,
    10,
    9,
    5,
    8,
    10,
    10,
    9,
    7,
    3,
    2,
    2,
    2,
    1,
    1,
    1,
    0,
    0,
    0,
    0,
]  # weight of the hours from 6:00 UTC+8
MODELS = {
    "GLM-4.5-Air": ("bigmodel", "0.8", "0.16", "2"),
    "GLM-4.7-FlashX": ("bigmodel", "0.5", "0.1", "3"),
    "GLM-Z1-Air": ("bigmodel", "0.5", "0.1", "0.5"),
    "GLM-Z1-FlashX": ("bigmodel", "0.1", "0.02", "0.1"),
    "GLM-4-FlashX": ("bigmodel", "0.1", "0.02", "0.1"),
    "GLM-4.6": ("zai", "0.6", "0.11", "2.2"),
    "GLM-4.5V": ("zai", "0.6", "0.11", "1.8"),
    "GLM-4.5": ("vercel", "0.6", "0.11", "2.2"),
    "GLM-5": ("zai", "1", "0.2", "3.2"),
}
CURRENCY = {"bigmodel": "CNY", "zai": "USD", "vercel": "USD"}
KEYS = ("Team default", "Night jobs", "Evaluation", "Own key")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, required=True)
    parser.add_argument("--times", type=int, default=1)
    wanted = parser.parse_args()
    call_command("migrate", verbosity=0)
    call_command("load_catalog", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    owner = create_user(email="owner@bench.example", password=None, name="Owner", is_owner=True)
    team = Team.objects.create(name="Bench")
    Member.objects.create(team=team, user=owner, role=Role.OWNER)
    User.objects.filter(pk=owner.pk).update(current_team=team, time_zone=ZONE)
    people = [seed.add_person(team, number) for number in range(PEOPLE)]
    templates = [add_template(team, number) for number in range(TEMPLATES)]
    began = time.perf_counter()
    write(entries_of(team, people, templates, wanted.entries))
    repeat(wanted.times)
    written = time.perf_counter()
    standing.keep([meridian_of(datetime.now(ZoneInfo(ZONE)))])
    standing.advance(standing.REBUILD_BATCH)
    folded = time.perf_counter()
    if connection.vendor == "postgresql":
        connection.cursor().execute("ANALYZE")
    owner.refresh_from_db()
    figures = {"session": seed.open_session(owner), "write_s": written - began, "fold_s": folded - written}
    (settings.DATA / "usage.json").write_text(json.dumps(figures))


def entries_of(team: Team, people: Sequence[User], templates: Sequence[TemplateVersion], count: int) -> Iterator[Entry]:
    """Entries in the order of time, ending now."""
    chance = random.Random(6)
    prices = {name: price_of(name, *figures) for name, figures in MODELS.items()}
    documents = {name: price.to_json() for name, price in prices.items()}
    habits = {user.pk: habit(chance) for user in people}
    rooms = {user.pk: uuid.UUID(int=chance.getrandbits(128)) for user in people}
    made_with: dict[int, TemplateVersion | None] = {}
    busy = [chance.paretovariate(1.2) for _ in people]
    for moment in moments(chance, count):
        user = chance.choices(people, busy)[0]
        if chance.random() < 1 / 15:
            rooms[user.pk] = uuid.UUID(int=chance.getrandbits(128))
            made_with[user.pk] = (
                templates[(user.pk + chance.randrange(3)) % TEMPLATES] if chance.random() < 0.3 else None
            )
        version = made_with.get(user.pk)
        model, key = chance.choices(*habits[user.pk])[0]
        price = None if chance.random() < 1 / 200 else prices[model]
        failed, stopped = chance.random() < 1 / 30, chance.random() < 1 / 40
        prompt = int(chance.lognormvariate(7.5, 1))
        completion = 0 if failed else int(chance.lognormvariate(5.8, 0.8))
        counts = TokenCounts(prompt, prompt * chance.choice((0, 0, 5, 8)) // 10, completion, completion // 3)
        paid = cost(counts, price, "reported")
        yield Entry(
            generation=uuid.UUID(int=chance.getrandbits(128)),
            created_at=moment,
            team_id=team.pk,
            user_id=user.pk,
            conversation=rooms[user.pk],
            message=uuid.UUID(int=chance.getrandbits(128)),
            provider=MODELS[model][0],
            model=model,
            offer=uuid.UUID(int=1),
            key_label=key,
            template=version.template_id if version else None,
            template_version=version.pk if version else None,
            state="failed" if failed else "stopped" if stopped else "finished",
            finish_reason="" if failed else "stop",
            error_code="overloaded" if failed else "",
            provider_request_id=f"{chance.getrandbits(64):016x}",
            ttft_ms=None if failed else int(chance.lognormvariate(6.2, 0.5)),
            duration_ms=int(chance.lognormvariate(8.5, 0.6)),
            tokens_per_second=None if failed else round(Decimal(chance.lognormvariate(4.2, 0.3)), 2),
            prompt_tokens=counts.prompt,
            cached_tokens=counts.cached,
            completion_tokens=counts.completion,
            reasoning_tokens=counts.reasoning,
            tokens_basis="reported",
            currency=paid.currency or "",
            cost_input=paid.input,
            cost_cached=paid.cached,
            cost_output=paid.output,
            cost_total=paid.total,
            cost_basis=paid.basis,
            price_id=paid.price_id,
            price=documents[model] if price else None,
        )


def add_template(team: Team, number: int) -> TemplateVersion:
    template = PromptTemplate.objects.create(team=team)
    version = TemplateVersion.objects.create(
        template=template, number=1, title=f"Template {number + 1}", system_prompt="You help."
    )
    PromptTemplate.objects.filter(pk=template.pk).update(live=version, newest=version)
    return version


def habit(chance: random.Random) -> tuple[list[tuple[str, str]], list[float]]:
    """What somebody usually takes: one to four models with a key each, and how often."""
    usual = [(chance.choice(list(MODELS)), chance.choice(KEYS)) for _ in range(chance.randint(1, 4))]
    return usual, [1 / place for place in range(1, len(usual) + 1)]


def moments(chance: random.Random, count: int) -> list[datetime]:
    now = datetime.now(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight - timedelta(days=day) for day in range(DAYS)]
    weights = [0.2 if day.weekday() > 4 else 1 for day in days]
    drawn = (
        day + timedelta(hours=hour - 2, seconds=chance.random() * 3600)
        for day, hour in zip(
            chance.choices(days, weights, k=count), chance.choices(range(24), OFFICE, k=count), strict=True
        )
    )
    return sorted(min(moment, now) for moment in drawn)


def price_of(name: str, provider: str, fresh: str, cached: str, output: str) -> Price:
    return Price(
        id=str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
        currency=CURRENCY[provider],  # type: ignore[arg-type]
        tiers=(Tier(input=Decimal(fresh), cached=Decimal(cached), output=Decimal(output)),),
        source="bench",
        source_date=date(2025, 1, 1),
    )


def write(entries: Iterator[Entry]) -> None:
    """As fast as the database takes them: one prepared statement on SQLite, COPY on PostgreSQL."""
    fields: list[Any] = [field for field in Entry._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(field.column for field in fields)
    rows = ([field.get_db_prep_save(field.pre_save(entry, True), connection) for field in fields] for entry in entries)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY ledger_entry ({columns}) FROM STDIN") as copy:  # type: ignore[attr-defined]
                for row in rows:
                    copy.write_row(row)
            return
        places = ", ".join(["%s"] * len(fields))
        while some := list(itertools.islice(rows, ROWS)):
            cursor.executemany(f"INSERT INTO ledger_entry ({columns}) VALUES ({places})", some)


def repeat(times: int) -> None:
    """Let all entries happen again, so that there are `times` as many."""
    columns = [field.column for field in Entry._meta.concrete_fields if not field.primary_key]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT MAX(id) FROM ledger_entry")
        last = cursor.fetchone()[0]
        for number in range(1, times):
            other = [another(number).get(column, column) for column in columns]
            cursor.execute(
                f"INSERT INTO ledger_entry ({', '.join(columns)}) SELECT {', '.join(other)} FROM ledger_entry "
                "WHERE id <= %s ORDER BY id",
                [last],
            )


def another(number: int) -> dict[str, str]:
    """What is not the same when an entry happens again, as the database says it."""
    if connection.vendor == "postgresql":
        return {
            "generation": "gen_random_uuid()",
            "created_at": f"created_at - INTERVAL '{7 * number} minutes'",
            "conversation": f"OVERLAY(conversation::text PLACING '{number:02x}' FROM 35)::uuid",
        }
    return {
        "generation": "LOWER(HEX(RANDOMBLOB(16)))",
        "created_at": f"STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', created_at, '-{7 * number} minutes')",
        "conversation": f"SUBSTR(conversation, 1, 30) || '{number:02x}'",
    }


if __name__ == "__main__":
    main()
