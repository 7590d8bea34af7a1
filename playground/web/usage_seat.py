"""Whose usage a person may see, and the words for what it is about: names of people and providers."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from playground.accounts.models import Team, User
from playground.accounts.people import at_work
from playground.accounts.roles import Act, Thing, may
from playground.accounts.teams import teams_of
from playground.catalog.models import Provider
from playground.conversations.models import Conversation
from playground.ledger.fold import Key
from playground.ledger.history import Scope
from playground.prompts.models import PromptTemplate
from playground.web import template_shelf
from playground.web.access import person, remember_places, remember_team


@dataclass(frozen=True, slots=True)
class Seat:
    """A person in the team they work in: those who manage it see all of its usage, others their own."""

    user: User
    team: Team
    sees_all: bool

    @property
    def scope(self) -> Scope:
        """Whose entries these are, for the ledger."""
        return Scope(self.team.pk, None if self.sees_all else self.user.pk)


def seat_of(request: HttpRequest) -> Seat:
    """Where the person sits now; one query, which the frame of the page needs as well."""
    user = person(request)
    places = remember_places(request, list(template_shelf.with_count(teams_of(user))))
    team = remember_team(request, at_work(user, places))
    here = next(place for place in places if place.team_id == team.pk)
    request.__dict__[template_shelf.COUNT] = here.template_count  # type: ignore[attr-defined]  # annotated
    return Seat(user, team, user.is_active and may(here.role, Act.MANAGE, Thing.USAGE))


@dataclass(frozen=True, slots=True)
class Names:
    """What ids and slugs are called; those that are gone keep their number, slug or the beginning of their id."""

    people: dict[str, str] = field(default_factory=dict)
    providers: dict[str, str] = field(default_factory=dict)
    templates: dict[str, str] = field(default_factory=dict)
    conversations: dict[str, str] = field(default_factory=dict)  # the reader's own: what others wrote is not shown

    def word(self, group: str, value: str) -> str:
        """What a part of a chart is called."""
        called = {
            "person": self.people,
            "provider": self.providers,
            "template": self.templates,
            "conversation": self.conversations,
        }
        return called.get(group, {}).get(value) or _unnamed(group, value)


def _unnamed(group: str, value: str) -> str:
    """What is its own name, or has none (any more)."""
    words = {
        "person": _("former member %(number)s") % {"number": value},
        "template": _("deleted template %(number)s") % {"number": value[:8]} if value else _("no template"),
        "conversation": _("conversation %(number)s") % {"number": value[:8]},
        "key": value or _("no key"),
        "status": state_words(value),
    }
    return words.get(group, value)


def names_in(keys: Collection[Key], rooms: "QuerySet[Conversation] | None" = None) -> Names:
    """What everything in the keys is called, and the conversations."""
    templates = {key.template for key in keys if key.template}
    return names_of({key.user_id for key in keys}, {key.provider for key in keys}, templates, rooms)


def names_of(
    people: Collection[int],
    providers: Collection[str],
    templates: Collection[str] = (),
    rooms: "QuerySet[Conversation] | None" = None,
) -> Names:
    """Names from all tables at once."""
    text = CharField()
    nothing = Value("", output_field=text)
    users = User.objects.filter(pk__in=people).values_list(
        Value("person", output_field=text), Cast("pk", text), "name", "email"
    )
    shops = Provider.objects.filter(slug__in=providers).values_list(
        Value("provider", output_field=text), Cast("slug", text), "name", nothing
    )
    prompts = PromptTemplate.objects.filter(pk__in=[_template_id(one) for one in templates]).values_list(
        Value("template", output_field=text), Cast("pk", text), Coalesce("live__title", "newest__title"), nothing
    )
    others: list[Any] = [shops.order_by(), prompts.order_by()]
    if rooms is not None:
        named_so = Value("conversation", output_field=text)
        others.append(rooms.order_by().values_list(named_so, Cast("pk", text), "title", nothing))
    found = Names()
    for kind, value, name, email in users.order_by().union(*others, all=True):
        if kind == "person":
            found.people[value] = name or email.partition("@")[0]
        elif kind == "provider":
            found.providers[value] = name
        else:
            named = found.templates if kind == "template" else found.conversations
            named[value.replace("-", "")] = name
    return found


def _template_id(text: str) -> uuid.UUID:
    """An id that came from an address may be none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


def state_words(state: str) -> str:
    """How a run ended, in a word."""
    words = {
        "finished": pgettext("how a run ended", "Finished"),
        "stopped": pgettext("how a run ended", "Stopped"),
        "failed": pgettext("how a run ended", "Failed"),
        "interrupted": pgettext("how a run ended", "Interrupted"),
    }
    return words.get(state, state)
