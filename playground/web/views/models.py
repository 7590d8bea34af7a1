"""The catalog's pages: what can be chosen and at what price, and all that is stated about one language model."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.models import LanguageModel
from playground.web.access import person
from playground.web.model_page import model_page
from playground.web.model_table import groups, known_elsewhere
from playground.web.moments import day_words
from playground.web.offers import Desk


@never_cache
@login_required
@require_GET
def table(request: HttpRequest) -> HttpResponse:
    """All offers by provider."""
    desk = _desk(person(request))
    context = {
        "section": "models",
        "count": len(desk.offers),
        "groups": groups(desk),
        "elsewhere": known_elsewhere(desk),
        "rate": {"value": f"{desk.rate.value.normalize():f}", "date": day_words(desk.rate.date)},
    }
    return render(request, "models/page.html", context)


@never_cache
@login_required
@require_GET
def language_model(request: HttpRequest, slug: str) -> HttpResponse:
    """One language model, whoever sells it."""
    found = get_object_or_404(LanguageModel.objects.select_related("family", "source"), slug=slug)
    context = {"section": "models", "model": model_page(_desk(person(request)), found)}
    return render(request, "models/model.html", context)


def _desk(user: User) -> Desk:
    return Desk(user, current_team(user))
