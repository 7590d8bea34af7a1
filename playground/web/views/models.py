"""The catalog's pages: what can be chosen and at what price, all that is stated about a language model, own prices."""

import uuid
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from playground.accounts import audit
from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.catalog.choices import EVERYONE
from playground.catalog.models import LanguageModel, Offer
from playground.catalog.prices import end_own_price, set_price
from playground.comparisons import votes
from playground.errors import Refused
from playground.pricing.money import Currency
from playground.web.access import person
from playground.web.forms.prices import PriceForm
from playground.web.model_filter import Filter
from playground.web.model_page import MEASURED_DAYS, model_page, offer_prices
from playground.web.model_table import catalog_page
from playground.web.offers import Desk


@never_cache
@login_required
@require_GET
def table(request: HttpRequest) -> HttpResponse:
    """All offers, or those that fit the address. htmx gets the results alone, and the short form of the address."""
    wish = Filter.read(request.GET.dict(), request.GET.getlist("feature"))
    desk = _desk(person(request))
    context = {"section": "models", "catalog": catalog_page(desk, wish)}
    if not _wants_results(request):
        return render(request, "models/page.html", context | {"duels": votes.duels(desk.team)})
    answer = render(request, "models/_results.html", context)
    answer.headers["HX-Push-Url"] = reverse("models") + wish.address
    return answer


@never_cache
@login_required
@require_GET
def language_model(request: HttpRequest, slug: str) -> HttpResponse:
    """One language model, whoever sells it."""
    found = get_object_or_404(LanguageModel.objects.select_related("family", "source"), slug=slug)
    days = request.GET.get("days", "")
    desk = _desk(person(request), int(days) if days in map(str, MEASURED_DAYS) else MEASURED_DAYS[1])
    context = {"section": "models", "model": model_page(desk, found), "duels": votes.duels_of(desk.team, found.slug)}
    return render(request, "models/model.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def price(request: HttpRequest, offer_id: uuid.UUID) -> HttpResponseBase:
    """The team's own price of an offer: the form, and setting it. For those who manage the team."""
    desk, offer = _priced(request, offer_id)
    row = desk.price_rows.get(offer.pk)
    form = PriceForm(request.POST, currency=offer.provider.currency, held=row.price if row else None)
    if form.is_valid():
        try:
            with transaction.atomic():
                set_price(
                    offer_id=offer.pk,
                    currency=cast(Currency, form.chosen_currency),
                    tiers=form.stated,
                    start=form.cleaned_data["start"],
                    source=form.cleaned_data["source"],
                    scope=_scope(desk, offer),
                )
                _note(desk, offer, "price.set")
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, _("The price of %(model)s is set.") % {"model": offer.title})
            return redirect(_back(offer))
    context = {
        "section": "models",
        "offer": offer,
        "form": form,
        "back": _back(offer),
        "prices": offer_prices(desk, offer),
        "has_own": _has_own(desk, offer),
    }
    return render(request, "models/price.html", context, status=form.status)


@login_required
@require_POST
def end_price(request: HttpRequest, offer_id: uuid.UUID) -> HttpResponseBase:
    """The team's own price holds no longer, from today on."""
    desk, offer = _priced(request, offer_id)
    with transaction.atomic():
        end_own_price(offer_id=offer.pk, scope=_scope(desk, offer), day=timezone.now().date())
        _note(desk, offer, "price.ended")
    messages.success(request, _("Your own price of %(model)s is ended.") % {"model": offer.title})
    return redirect(_back(offer))


def _priced(request: HttpRequest, offer_id: uuid.UUID) -> tuple[Desk, Offer]:
    """An offer whose price the person may set: 404 for what is not theirs to see, 403 for members without the right."""
    desk = _desk(person(request))
    offer = desk.find(offer_id)
    if offer is None or offer.provider.practice:
        raise Http404
    if not desk.may_set_prices:
        raise PermissionDenied
    return desk, offer


def _note(desk: Desk, offer: Offer, deed: str) -> None:
    details = {"provider": offer.provider.name}
    audit.note(team=desk.team, person=desk.user, deed=deed, subject=offer.title, details=details)


def _scope(desk: Desk, offer: Offer) -> str:
    """A team's own server has the team's prices anyway; elsewhere they must not reach other teams."""
    return EVERYONE if offer.provider.is_custom else desk.scope


def _has_own(desk: Desk, offer: Offer) -> bool:
    row = desk.price_rows.get(offer.pk)
    return row is not None and row.scope == _scope(desk, offer)


def _back(offer: Offer) -> str:
    return reverse("model", args=[offer.language_model.slug]) if offer.language_model else reverse("models")


def _wants_results(request: HttpRequest) -> bool:
    """Going back asks for the whole page, even through htmx."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.history_restore_request


def _desk(user: User, measured_days: int = MEASURED_DAYS[1]) -> Desk:
    return Desk(user, current_team(user), measured_days=measured_days)
