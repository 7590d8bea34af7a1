"""A comparison as its page shows it: columns, what each is set to, what their last answers came to. Plain values."""

import string
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from playground.accounts.models import User
from playground.catalog.models import Offer
from playground.comparisons import votes
from playground.comparisons.awards import Award, Figures, awards
from playground.comparisons.columns import LEAST, MOST
from playground.comparisons.models import Column, Comparison, Vote
from playground.conversations.models import Generation, Message
from playground.conversations.run_settings import RunSettings
from playground.ledger.corrections import outcome
from playground.pricing.money import Currency, Money
from playground.web import access, blind, sidebar, thread
from playground.web.composer import standing
from playground.web.moments import clock_words
from playground.web.offers import Desk, count_words, run_view
from playground.web.picker import price_words
from playground.web.setting_words import setting_words
from playground.web.thread import ThreadView, history_tokens, run_of
from playground.web.thumbs import on_threads
from playground.wire.tokens import estimate_tokens

AWARDS = {  # icon, tone and words of a badge
    Award.FASTEST: ("zap", "ok", gettext_lazy("Fastest"), gettext_lazy("Most tokens per second")),
    Award.CHEAPEST: ("coins", "ok", gettext_lazy("Cheapest"), gettext_lazy("Lowest cost of this answer")),
    Award.MOST_REASONING: (
        "brain",
        "reasoning",
        gettext_lazy("Most reasoning"),
        gettext_lazy("Most reasoning tokens"),
    ),
}


@dataclass(frozen=True, slots=True)
class Head:
    """What a column is set to, for `comparisons/_column_head.html`. Names are empty strings while they are hidden."""

    column_id: uuid.UUID
    conversation_id: uuid.UUID
    letter: str
    name: str
    price: str
    differs: str  # the parameters that not all columns have in common
    refused: str  # why it cannot be asked now
    ended: str  # how its last run ended: "Done in 8.3 s · stop"
    tone: str
    facts: Mapping[str, Any]  # what the estimate reckons with
    is_blind: bool
    can_go: bool
    reads_only: bool  # another person's


@dataclass(frozen=True, slots=True)
class Foot:
    """What the last answer of a column came to, for `comparisons/_column_foot.html`."""

    column_id: uuid.UUID
    answer_id: uuid.UUID | None
    can_be_preferred: bool
    is_preferred: bool  # by the reader
    voted: Sequence[str]  # who preferred it and when
    badges: Sequence[Mapping[str, str]]
    missing: str  # the next question that the others were asked and this column was not
    missing_words: str
    has_answer: bool
    reads_only: bool  # another person's
    may_copy: bool  # the reader can go on from it in a conversation of their own


@dataclass(frozen=True, slots=True)
class ColumnView:
    """One column for `comparisons/_column.html`."""

    id: uuid.UUID
    conversation_id: uuid.UUID
    letter: str
    name: str
    thread: ThreadView
    head: Head
    foot: Foot


def page_view(comparison: Comparison, desk: Desk) -> dict[str, Any]:
    """Values of `comparisons/page.html`, or of `comparisons/read.html` for another person's."""
    places = _places(comparison, desk)
    newest = [thread.newest(place.column.conversation, currency=desk.user.currency) for place in places]
    threads = on_threads(newest, desk.user)
    if _is_guest(comparison, desk) and comparison.hides_names:
        threads = [blind.without_names(one) for one in threads]
    histories = [history_tokens(one) for one in threads]
    heads, feet = _heads(comparison, desk, places, histories), _feet(comparison, desk, places)
    return {
        "comparison": {
            "id": comparison.pk,
            "is_new": not comparison.title,
            "hides_names": comparison.hides_names,
            "syncs_scroll": comparison.syncs_scroll,
            "can_grow": len(places) < MOST,
            "can_run_again": _can_run_again(comparison, desk, places),
            **_above(comparison, places, desk),
        },
        "columns": [
            ColumnView(place.column.pk, place.column.conversation_id, head.letter, head.name, shown, head, foot)
            for place, shown, head, foot in zip(places, threads, heads, feet, strict=True)
        ],
        "run_of_first": places[0].settings,
    }


def parts_view(comparison: Comparison, desk: Desk) -> dict[str, Any]:
    """Values of `comparisons/_parts.html`: heads and feet anew, the answers between them stay as they are."""
    places = _places(comparison, desk)
    heads = _heads(comparison, desk, places, [0] * len(places))
    return {**_above(comparison, places, desk), "heads": heads, "feet": _feet(comparison, desk, places)}


def _can_run_again(comparison: Comparison, desk: Desk, places: "Sequence[_Place]") -> bool:
    return bool(_asked(places)) and may_run_again(comparison, desk.user)


def may_run_again(comparison: Comparison, user: User) -> bool:
    """Whether somebody may ask the same of the same models in a comparison of their own: not where names are hidden."""
    return comparison.user_id == user.pk or (not comparison.hides_names and access.may_copy(user, comparison))


def _is_guest(comparison: Comparison, desk: Desk) -> bool:
    """Whether it is another person's, who lets the team read it."""
    return comparison.user_id != desk.user.pk


@dataclass(frozen=True, slots=True)
class _Place:
    """A column with what it is set to, the questions it was asked and its last answer."""

    column: Column
    settings: RunSettings
    questions: Sequence[str]
    answer: Message | None
    run: Generation | None

    @property
    def is_judged(self) -> bool:
        """Whether the answer can be measured and preferred."""
        return bool(self.run and self.answer and self.run.state in votes.JUDGED and self.answer.content)


def _places(comparison: Comparison, desk: Desk) -> list[_Place]:
    return [_place(column, desk.chosen(column.conversation)) for column in comparison.shown_columns()]


def questions_of(comparison: Comparison) -> Sequence[str]:
    """All that it was asked, in order: of the column that was asked most."""
    return max((_questions(column) for column in comparison.shown_columns()), key=len, default=())


def _questions(column: Column) -> Sequence[str]:
    line = thread.Tree.of(column.conversation_id).branch(column.conversation.leaf_id)
    rows = column.conversation.messages.filter(pk__in=line, role=Message.Role.USER)
    texts = dict(rows.values_list("pk", "content"))
    return [texts[pk] for pk in line if pk in texts]


def _place(column: Column, settings: RunSettings) -> _Place:
    leaf = column.conversation.leaf_id
    answer = Message.objects.filter(pk=leaf).select_related("generation__entry__correction").first() if leaf else None
    run = run_of(answer) if answer else None
    return _Place(column, settings, _questions(column), answer, run)


def _asked(places: Sequence[_Place]) -> Sequence[str]:
    """The questions of the column that was asked most."""
    return max((place.questions for place in places), key=len, default=())


def _above(comparison: Comparison, places: Sequence[_Place], desk: Desk) -> dict[str, Any]:
    """What stands above the columns."""
    asked = _asked(places)
    conversations = [place.column.conversation_id for place in places]
    hides_sum = comparison.hides_names and _is_guest(comparison, desk)
    return {
        "title": comparison.title or _("New comparison"),
        "sum": "" if hides_sum else sidebar.spent_on({comparison.pk: conversations})[comparison.pk],
        "question": asked[-1] if asked else "",
        "common": _common([place.settings for place in places]),
    }


# ── heads ──


def _heads(comparison: Comparison, desk: Desk, places: Sequence[_Place], histories: Sequence[int]) -> list[Head]:
    differing = _differing([place.settings for place in places])
    if comparison.hides_names:
        differing = [""] * len(places)
    return [
        _head(desk, place, string.ascii_uppercase[number], history, differs, can_go=len(places) > LEAST)
        for number, (place, history, differs) in enumerate(zip(places, histories, differing, strict=True))
    ]


def _head(desk: Desk, place: _Place, letter: str, history: int, differs: str, *, can_go: bool) -> Head:
    comparison = place.column.comparison
    offer, hidden, reads_only = desk.find(place.settings.offer), comparison.hides_names, _is_guest(comparison, desk)
    ended, tone = _ended(place.run)
    return Head(
        column_id=place.column.pk,
        conversation_id=place.column.conversation_id,
        letter=letter,
        name=_("Model %(letter)s") % {"letter": letter} if hidden or offer is None else offer.title,
        price="" if hidden or offer is None else _price(desk, offer),
        differs=differs,
        refused="" if hidden or reads_only else _refusal(desk, place, offer),
        ended=ended,
        tone=tone,
        facts={} if reads_only else _facts(desk, place, history),
        is_blind=hidden,
        can_go=can_go and not reads_only,
        reads_only=reads_only,
    )


def _refusal(desk: Desk, place: _Place, offer: Offer | None) -> str:
    note = standing(desk, place.column.conversation, offer, place.settings)
    return note.title if note is not None and note.mode != "open" else ""


def _facts(desk: Desk, place: _Place, history: int) -> dict[str, Any]:
    chosen = place.settings
    card = run_view(desk, chosen, place.column.conversation)["offer"] or {}
    return {
        **{name: card.get(name, "") for name in ("input_price", "output_price", "sign", "other_sign", "other_rate")},
        "context_tokens": card.get("context_tokens") or "",
        "max_tokens": chosen.max_tokens or card.get("max_output_tokens") or "",
        "system_tokens": estimate_tokens(chosen.system_prompt),
        "history_tokens": history,
        "offer": "" if place.column.comparison.hides_names else str(chosen.offer or ""),
    }


def _price(desk: Desk, offer: Offer) -> str:
    words, note = price_words(desk.prices.get(offer.pk))
    amount = f"{words} {note}".strip()
    return " · ".join([offer.provider.name, amount, count_words(offer.context_tokens)])


# ── parameters ──


def _common(settings: Sequence[RunSettings]) -> list[str]:
    """The parameters that all columns have in common."""
    words = [setting_words(one) for one in settings]
    first = words[0] if words else {}
    return [word for name, word in first.items() if _is_common(settings, words, name)]


def _differing(settings: Sequence[RunSettings]) -> list[str]:
    """For each column the parameters that not all have in common."""
    words = [setting_words(one) for one in settings]
    return [" · ".join(word for name, word in ones.items() if not _is_common(settings, words, name)) for ones in words]


def _is_common(settings: Sequence[RunSettings], words: Sequence[Mapping[str, str]], name: str) -> bool:
    """Whether it is set alike and in force everywhere: a schema that was kept for later is in no words."""
    if not all(name in ones for ones in words):
        return False
    return all(getattr(one, name) == getattr(settings[0], name) for one in settings)


# ── feet ──


def _feet(comparison: Comparison, desk: Desk, places: Sequence[_Place]) -> list[Foot]:
    asked = _asked(places)
    level = [place for place in places if len(place.questions) == len(asked) and place.run]
    is_over = not any(place.run and place.run.is_live for place in level)
    badges = _badges(comparison, desk, level) if is_over else {}
    cast = votes.preferred(comparison)
    judged = [place for place in level if place.is_judged]
    reads_only = _is_guest(comparison, desk)
    rights = {
        "reads_only": reads_only,
        "may_copy": not reads_only or (not comparison.hides_names and access.may_copy(desk.user, comparison)),
    }
    return [
        _foot(
            place,
            asked,
            badges.get(place.column.pk, ()),
            cast.get(place.answer.pk, ()) if place.answer else (),
            voter=desk.user,
            can_judge=len(judged) > 1 and place in judged,
            **rights,
        )
        for place in places
    ]


def _badges(comparison: Comparison, desk: Desk, level: Sequence[_Place]) -> dict[uuid.UUID, list[Mapping[str, str]]]:
    figures = [_figures(place) for place in level if place.is_judged]
    hidden = {Award.CHEAPEST} if comparison.hides_names else set()
    return {
        column: [
            {"icon": icon, "tone": tone, "words": str(words), "why": str(why)}
            for award in won
            if award not in hidden
            for icon, tone, words, why in [AWARDS[award]]
        ]
        for column, won in awards(figures, desk.rate).items()
    }


def _figures(place: _Place) -> Figures:
    entry = place.run.entry if place.run else None
    if entry is None:
        return Figures(place.column.pk, None, None, None)
    is_counted = entry.tokens_basis != entry.TokensBasis.NONE
    found = outcome(entry)
    currency: Currency = "CNY" if found.currency == "CNY" else "USD"
    return Figures(
        place.column.pk,
        entry.tokens_per_second,
        Money(found.total, currency) if is_counted and found.total is not None else None,
        entry.known_reasoning_tokens,
    )


def _foot(
    place: _Place,
    asked: Sequence[str],
    badges: Sequence[Mapping[str, str]],
    cast: Sequence[Vote],
    *,
    voter: User,
    can_judge: bool,
    reads_only: bool,
    may_copy: bool,
) -> Foot:
    behind = len(asked) - len(place.questions)
    return Foot(
        column_id=place.column.pk,
        answer_id=place.answer.pk if place.answer else None,
        can_be_preferred=can_judge,
        is_preferred=any(vote.user_id == voter.pk for vote in cast),
        voted=[_voted(vote) for vote in cast],
        badges=badges,
        missing=asked[len(place.questions)] if behind else "",
        missing_words=_missing_words(behind) if behind else "",
        has_answer=bool(place.answer and place.answer.content),
        reads_only=reads_only,
        may_copy=may_copy,
    )


def _voted(vote: Vote) -> str:
    words = {"name": vote.user.display_name, "when": clock_words(vote.voted_at)}
    blind = _("Preferred by %(name)s, %(when)s, without names") % words
    return blind if vote.blind else _("Preferred by %(name)s, %(when)s") % words


def _missing_words(count: int) -> str:
    return ngettext("Ask the question of the others", "Ask the %(count)d questions of the others", count) % {
        "count": count
    }


def _ended(run: Generation | None) -> tuple[str, str]:
    """How a run ended, in words, and the tone of it; nothing while it goes on."""
    if run is None or run.is_live:
        return "", ""
    milliseconds = run.entry.duration_ms if run.entry else None
    took = "" if milliseconds is None else f"{milliseconds / 1000:.1f}"
    match run.state:
        case Generation.State.FINISHED:
            words = _("Done in %(seconds)s s") % {"seconds": took} if took else _("Done")
            tone = "ok"
        case Generation.State.STOPPED:
            words = _("Stopped after %(seconds)s s") % {"seconds": took} if took else pgettext("run", "Stopped")
            tone = "warn"
        case Generation.State.INTERRUPTED:
            words, tone = _("Cut off"), "warn"
        case _:
            words, tone = pgettext("run", "Failed"), "bad"
    return f"{words} · {run.finish_reason}" if run.finish_reason else words, tone
