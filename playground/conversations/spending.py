"""What a run holds back of its budgets before it begins, and what it cost when it has ended.

Both in the transaction that makes or ends the run; a team without budgets pays nothing for them.

Whoever makes a Generation through turns.py and ends it through progress.py has both already.
"""

from django.db import transaction
from django.utils import timezone

from playground.budgets import purses
from playground.budgets.claims import Who, claims_of
from playground.budgets.purses import Held, Need
from playground.catalog.queries import OfferFacts
from playground.conversations import transcript
from playground.conversations.lines import line_of, lines_to, messages_of, tools_of
from playground.conversations.models import Generation, Message
from playground.conversations.run_settings import RunSettings
from playground.ledger.models import Entry
from playground.pricing.price import Price


def reserve(
    generation: Generation, *, asked: Message | None, offer: OfferFacts, chosen: RunSettings, price: Price | None
) -> Held | None:
    """What `generation` has to keep as `reserved`; None where no budget concerns it.

    `asked`: the message it answers, if that is not among the saved ones yet. Called last before the rows are written,
    so that locks are held for a moment only. Raises OverBudget, Immeasurable.
    """
    if offer.practice:
        return None
    who = Who(
        team_id=generation.conversation.team_id,
        user_id=generation.user_id,
        key_id=generation.api_key_id,
        template_version=chosen.template,
    )
    now = timezone.now()
    claims = claims_of(who, now)
    if not claims:
        return None
    prompt = _prompt_tokens(generation, asked, offer, chosen)
    return purses.reserve(claims, Need(prompt, most_tokens(chosen, offer, prompt), price), now)


def settle(held: Held | None, entry: Entry) -> None:
    """Put the true cost in the place of what was held back. Exactly once: the caller ends the run exactly once."""
    if held:
        purses.settle(held, entry)


def release_leaks() -> int:
    """Correct purses that hold back for runs that are gone: rows that were deleted under them. Returns how many."""
    if not purses.is_reserving():
        return 0
    with transaction.atomic():
        if not purses.lock_reserving():
            return 0
        live = Generation.objects.filter(state__in=Generation.LIVE, reserved__isnull=False)
        return purses.correct_reserved([held or [] for held in live.values_list("reserved", flat=True)])


def most_tokens(chosen: RunSettings, offer: OfferFacts, prompt: int) -> int | None:
    """How long the answer can be at most; None: nobody states it."""
    if chosen.max_tokens is not None:
        return chosen.max_tokens
    if offer.max_output_tokens is not None:
        return offer.max_output_tokens
    return None if offer.context_tokens is None else max(1, offer.context_tokens - prompt)


def _prompt_tokens(generation: Generation, asked: Message | None, offer: OfferFacts, chosen: RunSettings) -> int:
    """Of the whole branch: what the run leaves out of it is known later. A model never reads more than it can."""
    thinking = bool(chosen.keep_thinking)
    parent = asked.parent_id if asked else generation.message.parent_id
    lines = lines_to(generation.conversation_id, parent, with_thinking=thinking) if parent else []
    if asked:
        lines.append(line_of(asked))
    tools = tools_of(chosen, generation.conversation.team_id)
    estimate = transcript.estimate_prompt_tokens(messages_of(lines, chosen, offer), tools)
    return estimate if offer.context_tokens is None else min(estimate, offer.context_tokens)
