"""The filters of both usage pages: what there is to choose, and what was chosen. Plain values for templates."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from playground.ledger.fold import Key
from playground.web.usage_seat import Names, Seat, state_words
from playground.web.usage_wish import NO_KEY, STATUSES, Wish
from playground.web.usage_words import column_words

Values = Mapping[str, set[str]]


def values_of(keys: set[Key]) -> dict[str, set[str]]:
    """What the entries of a range have, by the name of the filter."""
    return {
        "model": {key.model for key in keys},
        "person": {str(key.user_id) for key in keys},
        "key": {key.key_label or NO_KEY for key in keys},
        "provider": {key.provider for key in keys},
        "template": {key.template or NO_KEY for key in keys},
    }


def filters_of(seat: Seat, wish: Wish, values: Values, names: Names) -> list[dict[str, Any]]:
    """What can be narrowed; a filter of one value is no filter, unless it was asked for."""
    offered = [
        ("model", _("All models")),
        ("person", _("Everyone")),
        ("key", _("All keys")),
        ("provider", _("All providers")),
        ("template", _("All templates")),
    ]
    filters = []
    for name, all_ in offered:
        chosen = getattr(wish, name)
        options = sorted(
            ((_word(names, name, value), value) for value in values[name] | ({chosen} - {""})),
            key=lambda option: option[0].casefold(),
        )
        if (len(options) > 1 or chosen) and (name != "person" or seat.sees_all):
            filters.append(_filter(name, all_, options, chosen))
    states = [(state_words(state), state) for state in STATUSES]
    return [*filters, _filter("status", _("Any status"), states, wish.status)]


def paper_words(seat: Seat, period: str, filters: Sequence[Mapping[str, Any]], more: Iterable[str]) -> str:
    """What a page is about, in one line for paper: whose usage, the range, what it is narrowed to, and `more`."""
    whose = () if seat.sees_all else (seat.user.name or seat.user.email,)
    chosen = (
        _("%(what)s: %(value)s") % {"what": column_words(one["name"]), "value": option["word"]}
        for one in filters
        for option in one["options"]
        if option["is_on"]
    )
    return " · ".join(filter(None, (seat.team.name, *whose, period, *chosen, *more)))


def _word(names: Names, name: str, value: str) -> str:
    return names.word(name, "" if name in ("key", "template") and value == NO_KEY else value)


def _filter(name: str, all_: str, options: Sequence[tuple[str, str]], chosen: str) -> dict[str, Any]:
    return {
        "name": name,
        "all": all_,
        "options": [{"value": value, "word": word, "is_on": value == chosen} for word, value in options],
    }
