"""A conversation's rows as the page shows them: plain values for templates. Used by pages, partials and acks alike."""

import datetime as dt
import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import Length
from django.template.loader import get_template
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.accounts.models import User
from playground.conversations.models import Conversation, Generation, Message
from playground.conversations.sources import Reference, sources_of
from playground.conversations.turns import Turn
from playground.ledger.models import Entry
from playground.web import window
from playground.web.moments import day_words
from playground.web.money import CostView, Rates
from playground.web.said import Said
from playground.web.stencil import fill, mark
from playground.web.tool_calls import CallView, Surroundings, calls_of, reopened
from playground.web.troubles import trouble_of
from playground.web.verdicts import VerdictView, verdict_of, wants_json
from playground.web.ways import Way
from playground.web.window import Window
from playground.wire.tokens import estimate_tokens

MESSAGE = "conversations/_message.html"
IN_SIGHT = 4  # messages at the end of a thread that a reader may see first
FORMULA = re.compile(r"\\[(\[]|\$\$|\$[^\s$](?:[^$\n]*[^\s$])?\$(?!\d)")  # as static/js/markdown/math.js reads them
FENCE = re.compile(r"^ {0,3}(```|~~~)[ \t]*\w", re.MULTILINE)

Cut = Callable[[Sequence[uuid.UUID], uuid.UUID], Window | None]


@dataclass(frozen=True, slots=True)
class Siblings:
    """Where a message stands among the branches that begin with it. `index` counts from 1."""

    index: int
    count: int
    prev_id: uuid.UUID | None
    next_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class GenerationView:
    """The run that filled an answer."""

    id: uuid.UUID
    state: str
    seq: int
    model_title: str
    thinking_ms: int | None
    finish_reason: str
    elapsed_ms: int
    error_code: str
    error_title: str
    error_text: str
    error_message: str
    next_step: str
    retryable: bool
    wait_seconds: int
    ways: Sequence[Way]
    sees_from: uuid.UUID | None

    @property
    def is_live(self) -> bool:
        """Whether text may still come."""
        return self.state in Generation.LIVE


@dataclass(frozen=True, slots=True)
class Bar:
    """A meter's bar in hundredths of its width: offsets and widths of the four kinds of tokens."""

    cached: float
    prompt: float
    reasoning: float
    completion: float

    @property
    def prompt_x(self) -> float:
        """Where the prompt tokens begin."""
        return self.cached

    @property
    def reasoning_x(self) -> float:
        """Where the reasoning tokens begin."""
        return self.cached + self.prompt

    @property
    def completion_x(self) -> float:
        """Where the rest of the completion begins."""
        return self.cached + self.prompt + self.reasoning


@dataclass(frozen=True, slots=True)
class MeterView:
    """What an answer used and cost, and how that is known."""

    prompt: int | None
    cached: int | None
    reasoning: int | None
    completion: int | None
    basis: str
    estimates_reasoning: bool
    ttft_ms: int | None
    tokens_per_second: Decimal | None
    cost: CostView
    practice: bool
    bar: Bar


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message for `conversations/_message.html`; its moment in the reader's time zone."""

    id: uuid.UUID
    conversation_id: uuid.UUID
    role: str
    content: str
    reasoning_content: str
    sources: Sequence[Reference]
    calls: Sequence[CallView]
    verdict: VerdictView | None
    is_json: bool  # it was to be JSON
    answers: uuid.UUID | None  # of results: whose calls they answer
    written_at: str  # ISO 8601
    written_time: str
    siblings: Siblings
    generation: GenerationView | None
    meter: MeterView | None
    is_last: bool = field(default=False)
    is_copy: bool = field(default=False)
    written_by: str = field(default="")  # the model that a file names for an answer that no run here has filled
    sums_up: bool = field(default=False)  # it asks for a summary
    is_first_seen: bool = field(default=False)  # the newest answer was written without what is above it
    day: str = field(default="")  # the words of the day that begins with this message
    author: str = field(default="")  # who wrote it, where it could be somebody else
    author_id: int | None = field(default=None)
    thumb: str = field(default="")  # the reader's: "up", "down" or none (thumbs.py)
    said: Said = field(default=Said())  # of a question with files in front of it

    @property
    def awaits(self) -> bool:
        """Whether results can be given to its calls."""
        return any(call.state == "awaited" for call in self.calls)


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A window of the open branch for `conversations/_thread.html`, oldest first."""

    conversation_id: uuid.UUID | None
    messages: Sequence[MessageView] = ()
    has_earlier: bool = False
    has_later: bool = False
    tail: Sequence[MessageView] = ()

    @property
    def first(self) -> uuid.UUID:
        """Above it there may be more."""
        return self.messages[0].id

    @property
    def last(self) -> uuid.UUID:
        """Below it there may be more."""
        return self.messages[-1].id

    @property
    def shows_formulas(self) -> bool:
        """Whether the page should bring along what draws formulas: drawn later, they would move what is being read."""
        return self._shows(FORMULA)

    @property
    def shows_code(self) -> bool:
        """Whether the page should bring along what colours code."""
        return self._shows(FENCE)

    def _shows(self, mark: re.Pattern[str]) -> bool:
        answers = (view.content for view in self.messages[-IN_SIGHT:] if view.role == Message.Role.ASSISTANT)
        return any(mark.search(content) for content in answers)


def newest(conversation: Conversation, *, currency: str) -> ThreadView:
    """The end of the open branch; `currency`: the one the reader wants first, or ""."""
    tree = Tree.of(conversation.id)
    line = tree.branch(conversation.leaf_id)
    return _thread(conversation, tree, window.newest(line, _lengths(line[-window.FIRST :])), currency)


def _lengths(messages: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    return dict(Message.objects.filter(pk__in=messages).values_list("pk", Length("content")))


def around(conversation: Conversation, message_id: uuid.UUID, *, currency: str) -> ThreadView | None:
    """A message of the open branch with its surroundings; None when it is not on that branch."""
    return _part(conversation, window.around, message_id, currency)


def before(conversation: Conversation, message_id: uuid.UUID, *, currency: str) -> ThreadView | None:
    """The piece above a message."""
    return _part(conversation, window.before, message_id, currency)


def after(conversation: Conversation, message_id: uuid.UUID, *, currency: str) -> ThreadView | None:
    """The piece below a message."""
    return _part(conversation, window.after, message_id, currency)


def _part(conversation: Conversation, cut: Cut, message_id: uuid.UUID, currency: str) -> ThreadView | None:
    tree = Tree.of(conversation.id)
    part = cut(tree.branch(conversation.leaf_id), message_id)
    return _thread(conversation, tree, part, currency) if part else None


def _thread(conversation: Conversation, tree: "Tree", part: Window, currency: str) -> ThreadView:
    views = _views(tree, [*part.shown, *part.tail], conversation.leaf_id, Rates(currency))
    shown = len(views) - len(part.tail)
    return ThreadView(conversation.id, views[:shown], part.has_earlier, part.has_later, views[shown:])


def view_of(message: Message, *, currency: str, answer_again: bool = False) -> MessageView:
    """One message by itself, as in its thread. `answer_again`: results of its calls can be given once more."""
    tree = Tree.of(message.conversation_id)
    view = _views(tree, [message.pk], message.conversation.leaf_id, Rates(currency))[0]
    return replace(view, calls=reopened(view.calls)) if answer_again else view


def history_tokens(shown: ThreadView) -> int:
    """How many tokens the branch is as a prompt: what the last answer reported and an estimate of what came after it,
    else an estimate. What is being written now is the page's to count.
    """
    views = [view for view in (*shown.messages, *shown.tail) if not (view.generation and view.generation.is_live)]
    since = 0
    for before, view in reversed(list(zip([None, *views][:-1], views, strict=True))):
        if view.meter and view.meter.prompt is not None and view.meter.completion is not None and view.meter.prompt:
            sums_up = before is not None and before.sums_up  # then the answer stands for what it read
            read = estimate_tokens(before.content) if before and sums_up else view.meter.prompt
            return read + view.meter.completion - (view.meter.reasoning or 0) + since
        since += estimate_tokens(view.content)
    summed_up = max((place for place, view in enumerate(views[:-1]) if view.sums_up), default=0)
    read = sum(estimate_tokens(view.content) for view in views[summed_up:])
    return read if summed_up or not (shown.has_earlier or shown.tail) else read + _unseen_tokens(views, read)


def _unseen_tokens(views: Sequence[MessageView], tokens: int) -> int:
    """An estimate for what the page does not hold: as many tokens a character as what it does hold."""
    line = Tree.of(views[-1].conversation_id).branch(views[-1].id)
    unseen = set(line) - {view.id for view in views}
    characters = Message.objects.filter(pk__in=unseen).aggregate(sum=Sum(Length("content")))["sum"] or 0
    return characters * tokens // max(1, sum(len(view.content) for view in views))


def describe_turn(turn: Turn) -> dict[str, object]:
    """The ack of a turn: its ids and its messages, rendered by the same partial as history."""
    tree, views = _of_first_turn(turn) if turn.created and turn.made else _of_turn(turn)
    branch = set(tree.branch(turn.assistant_message_id))
    generation = next(view.generation for view in views if view.generation)
    return {
        "conversation": str(turn.conversation_id),
        "title": turn.title,
        "created": turn.created,
        "user_message": str(turn.user_message_id) if turn.user_message_id else None,
        "assistant_message": str(turn.assistant_message_id),
        "generation": str(turn.generation_id),
        "seq": generation.seq,
        "state": generation.state,
        "replaces": [str(pk) for pk in tree.parents if pk not in branch],
        "html": "".join(
            _fresh(view) if turn.made and view.role != Message.Role.TOOL and not view.said.files else _whole(view)
            for view in views
        ),
    }


def _whole(view: MessageView) -> str:
    return get_template(MESSAGE).render({"message": view})


def _fresh(view: MessageView) -> str:
    """A message that was just made: like all such but for its ids, its moment and, of a question, its text."""
    values: dict[str, object] = {"id": view.id, "conversation_id": view.conversation_id}
    values |= {"written_at": view.written_at, "written_time": view.written_time}
    if view.content:
        values["content"] = view.content
    marks: dict[str, Any] = {name: mark(name) for name in values}
    if view.siblings.prev_id:
        values["prev_id"] = view.siblings.prev_id
        marks["siblings"] = replace(view.siblings, prev_id=mark("prev_id"))
    if view.generation:
        values |= {"generation": view.generation.id, "elapsed_ms": view.generation.elapsed_ms}
        sees_from = view.generation.sees_from
        if sees_from:
            values["sees_from"] = sees_from
        marks["generation"] = replace(
            view.generation,
            id=mark("generation"),
            elapsed_ms=mark("elapsed_ms"),
            sees_from=mark("sees_from") if sees_from else None,
        )
    return fill(MESSAGE, "message", replace(view, **marks), values)


def _of_turn(turn: Turn) -> tuple["Tree", list[MessageView]]:
    tree = Tree.of(turn.conversation_id)
    wanted = [pk for pk in (turn.user_message_id, turn.assistant_message_id) if pk]
    return tree, _views(tree, wanted if turn.created_question else wanted[-1:], turn.assistant_message_id, Rates())


def _of_first_turn(turn: Turn) -> tuple["Tree", list[MessageView]]:
    """The first turn of a conversation, from the rows just written: nothing else can be in it."""
    assert turn.made is not None  # noqa: S101 - the caller has looked
    answer = turn.made.message
    question = answer.parent
    assert question is not None  # noqa: S101 - a first turn begins with what was asked
    tree = Tree({question.pk: None, answer.pk: question.pk}, {None: [question.pk], question.pk: [answer.pk]})
    shown = _message(answer, [answer.pk], turn.made, is_last=True, model_title=turn.model_title)
    return tree, [_message(question, [question.pk]), shown]


@dataclass(frozen=True, slots=True)
class Tree:
    """The shape of a conversation without its texts: who is whose parent, in order of writing."""

    parents: dict[uuid.UUID, uuid.UUID | None]
    children: dict[uuid.UUID | None, list[uuid.UUID]]

    @classmethod
    def of(cls, conversation_id: uuid.UUID) -> "Tree":
        """Read the shape: two ids a message."""
        rows = Message.objects.filter(conversation_id=conversation_id).values_list("pk", "parent_id")
        parents: dict[uuid.UUID, uuid.UUID | None] = dict(rows)
        children: dict[uuid.UUID | None, list[uuid.UUID]] = defaultdict(list)
        for pk, parent in parents.items():
            children[parent].append(pk)
        return cls(parents, dict(children))

    def branch(self, leaf: uuid.UUID | None) -> list[uuid.UUID]:
        """From the first message to the leaf."""
        line: list[uuid.UUID] = []
        while leaf is not None and len(line) <= len(self.parents):
            line.append(leaf)
            leaf = self.parents.get(leaf)
        return line[::-1]

    def deepest(self, message: uuid.UUID) -> uuid.UUID:
        """The end of the newest line below a message: where its branch is read to."""
        while self.children.get(message):
            message = self.children[message][-1]
        return message


def _views(tree: Tree, shown: Sequence[uuid.UUID], leaf_id: uuid.UUID | None, rates: Rates) -> list[MessageView]:
    rows = (
        Message.objects.select_related(
            *("generation__entry__correction", "generation__offer"),
            *("origin__generation__entry__correction", "origin__generation__offer"),
        )
        .annotate(before=F("parent__created_at"), room_shared=F("conversation__shared"))
        .annotate(room_owner=F("conversation__user"), author_name=F("author__name"), author_email=F("author__email"))
        .in_bulk(shown)
    )
    listed = [rows[pk] for pk in shown if pk in rows]
    around = Surroundings.of(listed, tree.branch(leaf_id))
    views = [_view(rates, row, tree.children[tree.parents[row.pk]], row.pk == leaf_id, around) for row in listed]
    seen = _sees_from(rows, leaf_id)
    if seen is None:
        return views
    firsts = {row.pk for row in listed if seen in (row.pk, row.origin_id)}
    return [replace(view, is_first_seen=True) if view.id in firsts else view for view in views]


def _sees_from(rows: Mapping[uuid.UUID, Message], leaf_id: uuid.UUID | None) -> uuid.UUID | None:
    """The message that the newest answer's request began with; None when it saw the whole branch."""
    leaf = rows.get(leaf_id) if leaf_id else None
    if leaf is None:
        with_runs = Message.objects.select_related("generation", "origin__generation")
        leaf = with_runs.filter(pk=leaf_id).first() if leaf_id else None
    run = run_of(leaf) if leaf else None
    return run.sees_from if run else None


def _view(rates: Rates, row: Message, line: Sequence[uuid.UUID], is_last: bool, around: Surroundings) -> MessageView:
    found = run_of(row)
    meter = _meter(rates, found.entry) if found and found.entry else None
    before: dt.datetime | None = getattr(row, "before", None)
    calls = calls_of(row, found, around)
    day = _new_day(row.created_at, before)
    return _message(row, line, found, meter, calls, is_last=is_last, day=day)


def run_of(message: Message) -> Generation | None:
    """The run that filled an answer; of a copied one the run of the message it was copied from."""
    own: Generation | None = getattr(message, "generation", None)
    return own or (getattr(message.origin, "generation", None) if message.origin_id else None)


def _new_day(written: dt.datetime, before: dt.datetime | None) -> str:
    """The words of a day that begins here, in the reader's time zone; a conversation of today begins without."""
    day, today = timezone.localtime(written).date(), timezone.localdate()
    if day == (timezone.localtime(before).date() if before else today):
        return ""
    if day == today:
        return _("Today")
    return _("Yesterday") if day == today - dt.timedelta(days=1) else day_words(day)


def _message(
    row: Message,
    line: Sequence[uuid.UUID],
    found: Generation | None = None,
    meter: MeterView | None = None,
    calls: Sequence[CallView] = (),
    *,
    is_last: bool = False,
    day: str = "",
    model_title: str = "",
) -> MessageView:
    written = timezone.localtime(row.created_at)
    return MessageView(
        id=row.pk,
        conversation_id=row.conversation_id,
        role=row.role,
        content=row.content,
        reasoning_content=row.reasoning_content,
        sources=sources_of(row.web_search),
        calls=calls,
        verdict=verdict_of(found),
        is_json=wants_json(found),
        answers=row.parent_id if row.role == Message.Role.TOOL else None,
        written_at=written.isoformat(),
        written_time=f"{written:%H:%M}",
        siblings=_siblings(row.pk, line),
        generation=_generation(found, model_title or found.offer.title) if found else None,
        meter=meter,
        is_last=is_last,
        is_copy=row.origin_id is not None,
        sums_up=row.sums_up,
        written_by=row.written_by,
        said=Said.of(row.content) if row.role == Message.Role.USER else Said(),
        day=day,
        **_author(row),
    )


def _author(row: Message) -> dict[str, Any]:
    """Who wrote a question, in a conversation that is shared or where somebody else has written."""
    shared, owner = getattr(row, "room_shared", ""), getattr(row, "room_owner", row.author_id)
    if row.author_id is None or not (shared or row.author_id != owner):
        return {}
    writer = User(name=row.author_name, email=row.author_email)  # type: ignore[attr-defined]  # annotated in _views
    return {"author": writer.display_name, "author_id": row.author_id}


def _siblings(own: uuid.UUID, line: Sequence[uuid.UUID]) -> Siblings:
    place = line.index(own)
    return Siblings(
        index=place + 1,
        count=len(line),
        prev_id=line[place - 1] if place else None,
        next_id=line[place + 1] if place + 1 < len(line) else None,
    )


def _generation(row: Generation, model_title: str) -> GenerationView:
    trouble = trouble_of(row)
    return GenerationView(
        id=row.pk,
        state=row.state,
        seq=row.seq,
        model_title=model_title,
        thinking_ms=row.thinking_ms,
        finish_reason=row.finish_reason,
        elapsed_ms=max(0, round((timezone.now() - row.created_at).total_seconds() * 1000)),
        error_code=row.error_code,
        error_title=trouble.title if trouble else "",
        error_text=trouble.cause if trouble else "",
        error_message=trouble.quote if trouble else "",
        next_step=trouble.step if trouble else "",
        retryable=row.retryable,
        wait_seconds=trouble.wait_seconds if trouble else 0,
        ways=trouble.ways if trouble else (),
        sees_from=row.sees_from,
    )


def _meter(rates: Rates, entry: Entry) -> MeterView:
    is_known = entry.tokens_basis != Entry.TokensBasis.NONE
    return MeterView(
        prompt=entry.prompt_tokens if is_known else None,
        cached=entry.cached_tokens if is_known else None,
        reasoning=entry.known_reasoning_tokens,
        completion=entry.completion_tokens if is_known else None,
        basis=entry.tokens_basis,
        estimates_reasoning=entry.estimates_reasoning,
        ttft_ms=entry.ttft_ms,
        tokens_per_second=entry.tokens_per_second,
        cost=rates.run_cost(entry),
        practice=entry.practice,
        bar=bar(
            entry.prompt_tokens or 0,
            entry.cached_tokens or 0,
            entry.completion_tokens or 0,
            entry.reasoning_tokens or 0,
        ),
    )


def bar(prompt: int, cached: int, completion: int, reasoning: int) -> Bar:
    """Shares of the four kinds; cached is part of prompt and reasoning part of completion, each shown once."""
    total = prompt + completion
    if total <= 0:
        return Bar(0, 0, 0, 0)
    shares = (cached, prompt - cached, reasoning, max(0, completion - reasoning))
    return Bar(*(round(max(0, share) * 100 / total, 2) for share in shares))
