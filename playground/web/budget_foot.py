"""The budget at the foot of the sidebar, and what a person has not been told of budgets yet. It comes with the list."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone

from playground.budgets import notices
from playground.budgets.recent import budgets_of
from playground.web.access import person, team_of
from playground.web.budget_bars import Bar, of_everything


def budget_foot(request: HttpRequest) -> Bar | None:
    """The fullest budget of all that the person does; new notices become toasts. A team without budgets: no query."""
    user, team = person(request), team_of(request)
    if not budgets_of(team.pk):
        return None
    for notice in notices.unseen(user, team.pk):
        messages.warning(request, notices.sentence(notice))
    return of_everything(user, team, timezone.now())
