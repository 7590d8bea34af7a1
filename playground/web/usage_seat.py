"""Whose usage a person may see, and the words for what it is about: names of people and providers."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import CharField, Value
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from playground.accounts.models import Team, User
from playground.accounts.people import at_work
from playground.accounts.roles import Act, Thing, may
from playground.accounts.teams import teams_of
from playground.catalog.models import Provider
from playground.ledger.history import Scope
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
    """What ids and slugs are called; people and providers that are gone keep their number and slug."""

    people: dict[str, str]
    providers: dict[str, str]

    def word(self, group: str, value: str) -> str:
        """What a part of a chart is called."""
        if group == "person":
            return self.people.get(value) or _("former member %(number)s") % {"number": value}
        if group == "provider":
            return self.providers.get(value, value)
        if group == "status":
            return state_words(value)
        if group == "key":
            return value or _("no key")
        return value


def names_of(people: Collection[int], providers: Collection[str]) -> Names:
    """Names from both tables at once."""
    users = (
        User.objects.filter(pk__in=people)
        .order_by()
        .values_list(Value("person", output_field=CharField()), Cast("pk", CharField()), "name", "email")
    )
    shops = (
        Provider.objects.filter(slug__in=providers)
        .order_by()
        .values_list(
            Value("provider", output_field=CharField()),
            Cast("slug", CharField()),
            "name",
            Value("", output_field=CharField()),
        )
    )
    found = Names({}, {})
    for kind, value, name, email in users.union(shops, all=True):
        if kind == "person":
            found.people[value] = name or email.partition("@")[0]
        else:
            found.providers[value] = name
    return found


def state_words(state: str) -> str:
    """How a run ended, in a word."""
    words = {
        "finished": pgettext("how a run ended", "Finished"),
        "stopped": pgettext("how a run ended", "Stopped"),
        "failed": pgettext("how a run ended", "Failed"),
        "interrupted": pgettext("how a run ended", "Interrupted"),
    }
    return words.get(state, state)
