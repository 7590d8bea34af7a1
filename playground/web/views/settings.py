"""Preferences of the person, and for owners what holds for the whole installation."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext, gettext_noop, ngettext, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from playground.accounts import browsers
from playground.accounts.models import BrowserSession, User
from playground.errors import Refused
from playground.ledger.models import ExchangeRate
from playground.ledger.rates import set_rate
from playground.vault import keys
from playground.vault.models import HostAllowance
from playground.web.access import owner_of_installation, person
from playground.web.agents import agent_words
from playground.web.forms.settings import AddressForm, ProfileForm, RateForm
from playground.web.moments import clock_words, day_words, moment_words
from playground.web.preferences import language_of
from playground.web.respond import go, partial, wants_partial

YEAR = 365 * 24 * 3600  # seconds
RATES_SHOWN = 24
gettext_noop("set at installation; an owner can edit it")  # the source of the rate that comes with the program


@never_cache
@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """All settings."""
    return _page(request)


@login_required
@require_POST
def profile(request: HttpRequest) -> HttpResponseBase:
    """Name, language, theme, currency, time zone."""
    user = person(request)
    form = ProfileForm(request.POST, instance=User.objects.get(pk=user.pk))
    if not form.is_valid():
        return _again(request, "settings/_profile.html", profile_form=form)
    saved = form.save()
    with override(language_of(request, saved)):
        messages.success(request, _("Saved."))
    answer = go(request, "settings")
    _remember(answer, settings.LANGUAGE_COOKIE_NAME, saved.language)
    _remember(answer, "theme", saved.theme)
    return answer


@login_required
@require_POST
def end_session(request: HttpRequest) -> HttpResponseBase:
    """Sign one other browser of the person out; its sockets are closed within two seconds."""
    user, number = person(request), request.POST.get("session", "")[:18]
    if not browsers.end(user, int(number) if number.isdecimal() else 0):
        raise Http404
    messages.success(request, _("That browser is signed out."))
    return _done(request, "settings/_sessions.html")


@login_required
@require_POST
def end_others(request: HttpRequest) -> HttpResponseBase:
    """Sign the person out everywhere but here."""
    count = browsers.end_others(person(request), but=request.session.session_key or "")
    said = ngettext("%(count)d other browser is signed out.", "%(count)d other browsers are signed out.", count)
    messages.success(request, said % {"count": count})
    return _done(request, "settings/_sessions.html")


@login_required
@require_POST
def rates(request: HttpRequest) -> HttpResponseBase:
    """The exchange rate from a day on. Owners only."""
    user, form = owner_of_installation(request), RateForm(request.POST)
    if not form.is_valid():
        return _again(request, "settings/_rates.html", rate_form=form)
    try:
        set_rate(user=user, **form.cleaned_data)
    except Refused as error:
        form.refuse(error)
        return _again(request, "settings/_rates.html", rate_form=form)
    messages.success(request, _("The rate is set."))
    return _done(request, "settings/_rates.html")


@login_required
@require_POST
def addresses(request: HttpRequest) -> HttpResponseBase:
    """Let a private server in. Owners only."""
    user, form = owner_of_installation(request), AddressForm(request.POST)
    if not form.is_valid():
        return _again(request, "settings/_addresses.html", address_form=form)
    try:
        keys.allow_host(user=user, **form.cleaned_data)
    except Refused as error:
        form.refuse(error)
        return _again(request, "settings/_addresses.html", address_form=form)
    messages.success(request, _("The address is allowed."))
    return _done(request, "settings/_addresses.html")


@login_required
@require_POST
def forbid(request: HttpRequest) -> HttpResponseBase:
    """Take an allowance back. Owners only."""
    user, number = owner_of_installation(request), request.POST.get("allowance", "")[:18]
    keys.forbid_host(user=user, allowance_id=int(number) if number.isdecimal() else 0)
    messages.success(request, _("The address is not allowed any more."))
    return _done(request, "settings/_addresses.html")


def _again(request: HttpRequest, template: str, **posted: Any) -> HttpResponse:
    """The form with its errors; the whole page for who has no script."""
    if not wants_partial(request):
        return _page(request, status=422, **posted)
    return partial(request, template, _values(request) | posted, status=422)


def _done(request: HttpRequest, template: str) -> HttpResponseBase:
    if not wants_partial(request):
        return go(request, "settings")
    return partial(request, template, _values(request))


def _page(request: HttpRequest, status: int = 200, **posted: Any) -> HttpResponse:
    return render(request, "settings/page.html", _values(request) | posted, status=status)


def _values(request: HttpRequest) -> dict[str, Any]:
    user = person(request)
    here = request.session.session_key
    values: dict[str, Any] = {
        "section": "settings",
        "profile_form": ProfileForm(instance=user),
        "is_owner": user.is_owner,
        "sessions": [_session(row, is_here=row.session_key == here) for row in browsers.open_sessions(user)],
    }
    if not user.is_owner:
        return values
    return values | {
        "rate_form": RateForm(),
        "rates": [
            _rate(row) for row in ExchangeRate.objects.select_related("created_by").order_by("-day")[:RATES_SHOWN]
        ],
        "address_form": AddressForm(),
        "allowances": HostAllowance.objects.select_related("created_by"),
    }


def _session(row: BrowserSession, *, is_here: bool) -> dict[str, Any]:
    return {
        "id": row.pk,
        "agent": agent_words(row.user_agent),
        "signed_in": clock_words(row.signed_in_at),
        "seen": moment_words(row.last_seen_at),
        "is_here": is_here,
    }


def _rate(row: ExchangeRate) -> dict[str, str]:
    return {
        "day": day_words(row.day),
        "value": f"{row.cny_per_usd.normalize():f}",
        "source": row.source if row.created_by else gettext(row.source),
        "by": row.created_by.display_name if row.created_by else "",
    }


def _remember(answer: HttpResponseBase, cookie: str, value: str) -> None:
    """For the pages before sign-in; without a choice the browser decides again."""
    if value:
        answer.set_cookie(cookie, value, max_age=YEAR, secure=settings.HTTPS, samesite="Lax")
    else:
        answer.delete_cookie(cookie, samesite="Lax")
