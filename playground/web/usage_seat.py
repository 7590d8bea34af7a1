"""Whose usage a person may see, and the words for what it is about: names of people and providers."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import CharField, Value
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from playground.accounts.models import Member, Team, User
from playground.accounts.people import current_team, role_in
from playground.accounts.roles import Act, Thing, may
from playground.catalog.models import Provider
from playground.ledger.history import Scope
from playground.web import template_shelf
from playground.web.access import person, remember_team


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
    """Where the person sits now; one query, as long as the team they chose last still has them."""
    user = person(request)
    here = Member.objects.filter(user=user, team=user.current_team_id).select_related("team")
    chosen = template_shelf.with_count(here).first()
    if chosen:
        request.__dict__[template_shelf.COUNT] = chosen.template_count  # type: ignore[attr-defined]  # annotated
    team, role = (chosen.team, chosen.role) if chosen else ((found := current_team(user)), role_in(user, found))
    return Seat(user, remember_team(request, team), may(role, Act.MANAGE, Thing.USAGE))


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
