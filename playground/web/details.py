"""What was sent for an answer and what came back, word for word, with the sum. Plain values for a template."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from playground.catalog.models import PriceRow
from playground.catalog.queries import facts_of
from playground.conversations import run_settings
from playground.conversations.lines import lines_before, lines_to, messages_of
from playground.conversations.models import Generation
from playground.ledger.corrections import outcome
from playground.ledger.models import Entry
from playground.pricing.price import Price
from playground.sandbox.server import SERVED_HOST, SERVED_PORT
from playground.streaming.upstream import SANDBOX_HOST
from playground.web.moments import day_words
from playground.web.money import SIGNS
from playground.web.prices import plain
from playground.wire.request import ChatMessage, wire_messages
from playground.wire.sent import Sent
from playground.wire.snippets import Snippet, snippets

SERVE: Final = f"python manage.py sandbox --port {SERVED_PORT}"


@dataclass(frozen=True, slots=True)
class RequestView:
    """The request. `body` and `code` are empty when the very bytes cannot be put together any more."""

    method: str
    url: str
    headers: str
    size: int
    body: str
    code: Sequence[Snippet]
    served_by: str = ""  # of practice: the command that serves the address that the code names


@dataclass(frozen=True, slots=True)
class Term:
    """One product of the sum: tokens times the amount per million."""

    label: str
    tokens: int
    per_million: str
    amount: str


@dataclass(frozen=True, slots=True)
class PriceView:
    """The price in force when the run was started, or set since, and the sum with the numbers put in."""

    terms: tuple[Term, ...]
    total: str
    source: str
    date: str
    valid_from: str
    is_upper_bound: bool
    is_estimated: bool
    is_later: bool  # it was set after the run


def request_of(generation: Generation) -> RequestView | None:
    """The exact request of a run; None when nothing was sent or nobody wrote down what."""
    if not generation.request:
        return None
    sent = Sent.from_json(generation.request)
    body = sent.body(wire_messages(_messages_before(generation), keep_thought=sent.keeps_thoughts))
    return RequestView(
        method=sent.method,
        url=sent.url,
        headers="\n".join(f"{name}: {value}" for name, value in sent.headers),
        size=sent.size,
        body=body.decode() if body else "",
        code=code_of(sent, body) if body else (),
        served_by=SERVE if body and _is_practice(sent) else "",
    )


def code_of(sent: Sent, body: bytes) -> Sequence[Snippet]:
    """Code that sends the same again; of practice, which has no address on any network, to where it is served."""
    return snippets(_reachable(sent) if _is_practice(sent) else sent, body)


def _is_practice(sent: Sent) -> bool:
    return urlsplit(sent.url).hostname == SANDBOX_HOST


def _reachable(sent: Sent) -> Sent:
    return replace(sent, url=urlsplit(sent.url)._replace(netloc=f"{SERVED_HOST}:{SERVED_PORT}").geturl())


def left_out_of(generation: Generation) -> int:
    """How many messages of the branch above an answer did not go along with its request."""
    if generation.sees_from is None:
        return 0
    answer = generation.message
    above = lines_to(answer.conversation_id, answer.parent_id)
    return len(above) - len(lines_before(generation))


def why_no_request(generation: Generation) -> str:
    """Why there is no request to show."""
    if generation.request is None:
        return _("What was sent for this answer was not written down.")
    return _("Nothing was sent: the run was refused before it left this server.")


def price_of(entry: Entry, say: Callable[[str], str]) -> PriceView | None:
    """The sum of an entry; None when its cost has no parts or no price is known. `say`: see prices.rows_of.

    A price that was found later is that of the correction.
    """
    priced = outcome(entry).priced_by
    price = Price.from_json(priced.price) if priced.price else None
    tier = price.tier_for(entry.prompt_tokens, entry.completion_tokens) if price else None
    if price is None or tier is None or priced.cost_input is None:
        return None
    sign = SIGNS[priced.currency]
    cached = tier.input if tier.cached is None else tier.cached
    terms = (
        _term(_("prompt"), entry.prompt_tokens - entry.cached_tokens, tier.input, priced.cost_input, sign),
        _term(_("cached"), entry.cached_tokens, cached, priced.cost_cached, sign),
        _term(_("completion"), entry.completion_tokens, tier.output, priced.cost_output, sign),
    )
    return PriceView(
        terms=tuple(term for term in terms if term.tokens),
        total=f"{sign}{plain(priced.cost_total or Decimal(0))}",
        source=say(price.source),
        date=day_words(price.source_date),
        valid_from=day_words(price.valid_from) if price.valid_from else _("not stated"),
        is_upper_bound=priced.upper_bound,
        is_estimated=priced.cost_basis == Entry.CostBasis.ESTIMATED,
        is_later=priced is not entry,
    )


def price_address(entry: Entry) -> str:
    """Where the price of an entry is stated; "" when its row is gone or names no address."""
    rows = PriceRow.objects.filter(offer=entry.offer).values_list("pk", "source_url")
    price_id = outcome(entry).priced_by.price_id
    return next((address for pk, address in rows if str(pk) == price_id), "")


def _term(label: str, tokens: int, per_million: Decimal, amount: Decimal | None, sign: str) -> Term:
    return Term(label, tokens, f"{sign}{plain(per_million)}", f"{sign}{plain(amount or Decimal(0))}")


def _messages_before(generation: Generation) -> list[ChatMessage]:
    """The messages that the run was started with, made as records.plan_of makes them."""
    chosen = run_settings.parse(generation.settings)
    return list(messages_of(lines_before(generation), chosen, facts_of(generation.offer)))
