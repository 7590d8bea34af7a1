"""The person's access tokens for the API: listed, made and shown once, revoked."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from playground.accounts import tokens
from playground.accounts.models import AccessToken
from playground.errors import Refused
from playground.web.access import person, team_of
from playground.web.forms.tokens import SCOPES, TokenForm
from playground.web.moments import day_words, moment_words

SHOWN = 100


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """All of them, the form, and the secret of one that was just made: it is nowhere else."""
    form = TokenForm(request.POST or None)
    secret = ""
    if form.is_valid():
        try:
            _row, secret = tokens.issue(user=person(request), team=team_of(request), **form.cleaned_data)
        except Refused as error:
            form.refuse(error)
        else:
            form = TokenForm()
    rows = AccessToken.objects.filter(user=person(request)).select_related("team")[:SHOWN]
    context = {
        "section": "settings",
        "form": form,
        "secret": secret,
        "curl": f'curl -H "Authorization: Bearer {secret}" {settings.PUBLIC_URL}{reverse("api-token")}',
        "team": team_of(request),
        "tokens": [_token(row) for row in rows],
    }
    return render(request, "settings/tokens.html", context, status=form.status)


@login_required
@require_POST
def revoke(request: HttpRequest) -> HttpResponseBase:
    """End one of them now."""
    number = request.POST.get("token", "")[:18]
    if not tokens.revoke(user=person(request), token_id=int(number) if number.isdecimal() else 0):
        raise Http404
    messages.success(request, _("The token is revoked."))
    return redirect("tokens")


def _token(row: AccessToken) -> dict[str, Any]:
    now = timezone.now()
    state = "revoked" if row.revoked_at else "expired" if row.expires_at <= now else "good"
    return {
        "id": row.pk,
        "name": row.name,
        "hint": row.hint,
        "team": row.team.name,
        "scopes": [str(SCOPES[scope]) for scope in row.scopes if scope in SCOPES],
        "made": day_words(row.created_at.date()),
        "until": day_words((row.revoked_at or row.expires_at).date()),
        "used": moment_words(row.last_used_at) if row.last_used_at else "",
        "state": state,
    }
