"""The budgets of the team: the page, and making, changing and removing one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from playground.accounts.models import User
from playground.accounts.people import role_in
from playground.budgets import deeds, words
from playground.budgets.models import Budget
from playground.errors import Refused
from playground.vault import keys
from playground.web import access, budget_page, template_shelf
from playground.web.access import person, team_of
from playground.web.budget_page import cards, may_manage
from playground.web.forms.budgets import BudgetForm, TermsForm
from playground.web.respond import go, partial, wants_partial


@never_cache
@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """All budgets that concern the person, and for who manages the team the form for another one."""
    return _page(request)


@never_cache
@login_required
@require_POST
def add(request: HttpRequest) -> HttpResponseBase:
    """Make a budget."""
    user, team = person(request), team_of(request)
    if not may_manage(role_in(user, team)):
        raise Http404
    form = _form(request, request.POST)
    if form.is_valid():
        try:
            budget = deeds.create(by=user, team=team, subject=form.subject, terms=form.terms)
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, _("“%(budget)s” holds from now on.") % {"budget": words.title(budget)})
            return go(request, "budgets")
    if wants_partial(request):
        return partial(request, "budgets/_form.html", {"form": form}, status=422)
    return _page(request, form, status=422)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, budget_id: int) -> HttpResponseBase:
    """Change a budget: the form, and what was typed."""
    budget = access.budget(person(request), budget_id)
    form = TermsForm(request.POST or None, unit=budget.measure, initial=_initial(budget))
    if form.is_valid():
        try:
            deeds.change(budget, form.terms, by=person(request))
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return go(request, "budgets")
    context = {
        "section": "usage",
        "budget": budget,
        "title": words.title(budget),
        "measure": Budget.Measure(budget.measure).label,
        "facts": budget_page.facts_of(budget),
        "form": form,
    }
    return render(request, "budgets/one.html", context, status=form.status)


@never_cache
@login_required
@require_POST
def delete(request: HttpRequest, budget_id: int) -> HttpResponseBase:
    """Remove a budget."""
    budget = access.budget(person(request), budget_id)
    title = words.title(budget)
    deeds.remove(budget, by=person(request))
    messages.success(request, _("“%(budget)s” is removed.") % {"budget": title})
    return go(request, "budgets")


def _page(request: HttpRequest, form: BudgetForm | None = None, status: int = 200) -> HttpResponse:
    user, team = person(request), team_of(request)
    manages = may_manage(role_in(user, team))
    context: dict[str, Any] = {
        "section": "usage",
        "manages": manages,
        "cards": cards(user, team, manages=manages),
        "form": (form or _form(request)) if manages else None,
    }
    return render(request, "budgets/page.html", context, status=status)


def _form(request: HttpRequest, posted: Any = None) -> BudgetForm:
    user, team = person(request), team_of(request)
    members = User.objects.filter(memberships__team=team).order_by("name", "email")
    return BudgetForm(
        posted,
        people=[(str(one.pk), one.display_name) for one in members],
        keys=[(str(one.pk), one.label) for one in keys.visible_to(user, team)],
        templates=[(str(one.pk), one.shown.title) for one in template_shelf.offered(user, "")],
        zone=timezone.get_current_timezone_name(),
    )


def _initial(budget: Budget) -> dict[str, Any]:
    return {
        "name": budget.name,
        "amount": words.plain(budget.amount, budget.measure),
        "warn_percent": budget.warn_percent,
        "block_percent": budget.block_percent,
        "unpriced": budget.unpriced,
    }
