"""List prices of the installation: what holds for everyone, from when, according to whom. For owners; others get 404.

And for who manages a team: the prices of runs that had none.
"""

import uuid
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from playground.accounts.models import Team
from playground.accounts.people import current_team
from playground.catalog.models import Offer
from playground.catalog.prices import rows_in_force, set_price
from playground.catalog.proposals import read_file
from playground.errors import Refused
from playground.ledger.repricing import reprice
from playground.pricing.money import Currency
from playground.web.access import owner_of_installation, person
from playground.web.forms.prices import ListPriceForm, PriceFileForm
from playground.web.model_page import offer_prices
from playground.web.offers import Desk
from playground.web.price_desk import check_page, price_page, priced_offers, unpriced_view
from playground.web.price_lines import accept as accept_lines
from playground.web.usage_seat import seat_of


@never_cache
@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Every offer with its price, runs without one, and a file to check against."""
    owner_of_installation(request)
    context = {"section": "models", "prices": price_page(), "form": PriceFileForm()}
    return render(request, "prices/page.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest, offer_id: uuid.UUID) -> HttpResponseBase:
    """The list price of one offer: the form, its history, and setting it."""
    user = owner_of_installation(request)
    found = _offer(offer_id)
    row = rows_in_force([found.pk], timezone.now()).get(found.pk)
    form = ListPriceForm(request.POST, currency=found.provider.currency, held=row.price if row else None)
    if form.is_valid():
        try:
            set_price(
                offer_id=found.pk,
                currency=cast(Currency, form.chosen_currency),
                tiers=form.stated,
                **{name: form.cleaned_data[name] for name in ("start", "source", "source_url", "source_date")},
            )
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, _("The price of %(model)s is set.") % {"model": found.title})
            return redirect("list-price", found.pk)
    desk = Desk(user, current_team(user))
    context = {"section": "models", "offer": found, "form": form, "prices": offer_prices(desk, found)}
    return render(request, "prices/offer.html", context, status=form.status)


@never_cache
@login_required
@require_http_methods(["POST"])
def check(request: HttpRequest) -> HttpResponse:
    """What a file says otherwise, line by line. Nothing is written, and nothing is fetched."""
    owner_of_installation(request)
    form = PriceFileForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            found = read_file(file.read(), file.name, day=form.cleaned_data["day"])
        except Refused as error:
            form.refuse(error)
        else:
            return render(request, "prices/check.html", {"section": "models", "check": check_page(found)})
    context = {"section": "models", "prices": price_page(), "form": form}
    return render(request, "prices/page.html", context, status=form.status)


@login_required
@require_POST
def accept(request: HttpRequest) -> HttpResponseBase:
    """Take the ticked lines of a file over."""
    user = owner_of_installation(request)
    start = parse_date(request.POST.get("start", "")[:10]) or timezone.now().date()
    try:
        count = accept_lines(request.POST.getlist("line"), start=start, by=user)
    except Refused as error:
        messages.error(request, error.message)
    else:
        said = ngettext("%(count)s line is taken over.", "%(count)s lines are taken over.", count)
        messages.success(request, said % {"count": count})
    return redirect("prices")


@login_required
@require_POST
def reprice_all(request: HttpRequest) -> HttpResponseBase:
    """Corrections for the unpriced runs of all teams."""
    return _reprice(request, None, "prices")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def unpriced(request: HttpRequest) -> HttpResponseBase:
    """The team's runs without a price, and corrections for them. For those who manage it."""
    seat = seat_of(request)
    if not seat.sees_all:
        raise Http404
    if request.method == "POST":
        return _reprice(request, seat.team, "usage-unpriced")
    context = {"section": "usage", "team_name": seat.team.name, "unpriced": unpriced_view(seat.team)}
    return render(request, "prices/unpriced.html", context)


def _reprice(request: HttpRequest, team: Team | None, back: str) -> HttpResponseBase:
    try:
        done = reprice(by=person(request), team=team)
    except Refused as error:
        raise Http404 from error
    said = ngettext("%(count)s correction is made.", "%(count)s corrections are made.", done.made)
    messages.success(request, said % {"count": f"{done.made:,}"})
    return redirect(back)


def _offer(offer_id: uuid.UUID) -> Offer:
    found = next((one for one in priced_offers() if one.pk == offer_id), None)
    if found is None:
        raise Http404
    return found
