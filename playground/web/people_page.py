"""Who has an account here, for who owns the installation. For templates/settings/people.html."""

from typing import Any, Final

from django.db.models import Count, Max, Q, QuerySet

from playground.accounts.deactivation import heir_of, places_of
from playground.accounts.models import User
from playground.accounts.roles import Role
from playground.web.moments import day_words, moment_words

SHOWN: Final = 100
LONGEST: Final = 100


def people_view(reader: User, query: str) -> dict[str, Any]:
    """Values of the page: whom the query names, those who may not sign in last."""
    query = query.strip()[:LONGEST]
    found = _named(query)
    rows = found.annotate(
        seen_at=Max("browser_sessions__last_seen_at"),
        team_count=Count("memberships", filter=Q(memberships__team__personal=False), distinct=True),
    ).order_by("-is_active", "email")
    return {
        "section": "settings",
        "query": query,
        "count": found.count(),
        "shown": SHOWN,
        "people": [_row(row, reader) for row in rows[:SHOWN]],
    }


def parting_view(user: User) -> dict[str, Any]:
    """Values of the question before somebody is deactivated: who, and which teams go on under another owner."""
    heirs = [(place.team.name, heir_of(place.team, user)) for place in places_of(user)]
    return {
        "person": {"id": user.pk, "name": user.display_name, "email": user.email},
        "heirs": [
            {"team": name, "heir": heir.user.display_name} for name, heir in heirs if heir and heir.role != Role.OWNER
        ],
        "left_alone": [name for name, heir in heirs if heir is None],
    }


def _named(query: str) -> QuerySet[User]:
    return User.objects.filter(Q(email__icontains=query) | Q(name__icontains=query)) if query else User.objects.all()


def _row(row: Any, reader: User) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.display_name,
        "initial": row.display_name[:1].upper(),
        "email": row.email,
        "is_you": row.pk == reader.pk,
        "is_off": not row.is_active,
        "teams": row.team_count,
        "joined": day_words(row.joined_at.date()),
        "seen": moment_words(row.seen_at),
    }
