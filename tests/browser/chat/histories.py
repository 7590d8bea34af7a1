"""Long conversations as rows: what a page has to open quickly."""

import datetime as dt
import uuid

from django.utils import timezone

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.models import Offer
from playground.conversations.models import Conversation, Generation, Message
from playground.ledger.models import Entry

ANSWER = (
    "Answer {number}: the plan has **three parts**, and each of them is `short`.\n\n"
    "| part | hours | price |\n| --- | ---: | ---: |\n| survey | 12 | 480 |\n"
    "| model | 30 | 1,350 |\n| report | 8 | 320 |\n\n"
    "```python\ndef price(hours: int, rate: int = 45) -> int:\n    return hours * rate\n```\n\n"
    "因此**总价约为 2,150 元**，包括三天的清关延误。"
)


def long_conversation(user: User, *, messages: int, size: int = 4_000, days: int = 3) -> Conversation:
    """A finished conversation of `messages` rows, its answers about `size` characters long, spread over some days."""
    offer = Offer.objects.filter(provider__practice=True).select_related("provider").order_by("title")[0]
    begin = timezone.now() - dt.timedelta(days=days)
    step = dt.timedelta(days=days) / (messages + 1)
    room = Conversation.objects.create(
        team=current_team(user), user=user, title="A long one", settings={"offer": str(offer.pk)}
    )
    rows: list[Message] = []
    for number in range(messages):
        asked = number % 2 == 0
        text = f"Question {number}: how long and how much?" if asked else _answer(number, size)
        rows.append(
            Message(
                conversation=room,
                parent=rows[-1] if rows else None,
                role=Message.Role.USER if asked else Message.Role.ASSISTANT,
                content=text,
                author=user if asked else None,
                created_at=begin + step * (number + 1),
            )
        )
    Message.objects.bulk_create(rows, batch_size=200)
    answers = rows[1::2]
    entries = Entry.objects.bulk_create([_entry(answer, room, offer) for answer in answers], batch_size=100)
    Generation.objects.bulk_create(
        [
            Generation(
                id=entry.generation,
                message=answer,
                conversation=room,
                user=user,
                client_id=entry.generation.hex,
                state=Generation.State.FINISHED,
                offer=offer,
                settings=room.settings,
                created_at=answer.created_at,
                finished_at=answer.created_at,
                finish_reason="stop",
                entry=entry,
            )
            for answer, entry in zip(answers, entries, strict=True)
        ],
        batch_size=100,
    )
    room.leaf = rows[-1]
    room.save(update_fields=["leaf"])
    return room


def _answer(number: int, size: int) -> str:
    part = ANSWER.format(number=number)
    return "\n\n".join([part] * max(1, round(size / len(part))))


def _entry(answer: Message, room: Conversation, offer: Offer) -> Entry:
    return Entry(
        generation=uuid.uuid4(),
        created_at=answer.created_at,
        team=room.team,
        user=room.user,
        conversation=room.pk,
        message=answer.pk,
        provider=offer.provider.slug,
        model=offer.title,
        offer=offer.pk,
        practice=True,
        state="finished",
        finish_reason="stop",
        prompt_tokens=900,
        cached_tokens=0,
        completion_tokens=len(answer.content) // 4,
        reasoning_tokens=0,
        tokens_basis="reported",
        cost_basis="unpriced",
    )
