"""The first account: made by whoever opens the one-time link that the server printed in its terminal.

The link's page takes the token out of the address at once, so that nothing on the pages that follow (a language menu,
a link, a Referer header, the browser's history of the form) carries it on.
"""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from playground.accounts import setup
from playground.accounts.models import User
from playground.errors import Refused
from playground.web.forms.accounts import OwnerForm

TOKEN = "set_up_token"  # noqa: S105 - the name of a place in the session


@never_cache
@require_GET
@sensitive_variables("token")
def link(request: HttpRequest, token: str) -> HttpResponseBase:
    """The printed link: opens the form for this browser."""
    answer = _closed(request, token)
    if answer is None:
        request.session[TOKEN] = token
        answer = redirect("setup-form")
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
def form(request: HttpRequest) -> HttpResponseBase:
    """Make the owner's account and sign them in."""
    token = request.session.get(TOKEN, "")
    closed = _closed(request, token)
    if closed is not None:
        return closed
    posted = OwnerForm(request.POST or None)
    owner = _claim(posted, token)
    if owner is None:
        return render(request, "setup/form.html", {"form": posted}, status=posted.status)
    del request.session[TOKEN]
    login(request, owner, backend=settings.AUTHENTICATION_BACKENDS[0])  # gives the session a new key
    messages.success(request, _("Welcome. This installation is yours."))
    return redirect("playground")


def _claim(posted: OwnerForm, token: str) -> User | None:
    """The new owner; None when the form must be shown (again), with its errors."""
    if not posted.is_valid():
        return None
    try:
        return setup.claim(settings.SETUP_TOKEN_PATH, token, **posted.cleaned_data)
    except ValidationError as error:
        by_field = error.message_dict if hasattr(error, "error_dict") else {"password": error.messages}
        for field, sentences in by_field.items():
            for sentence in sentences:
                posted.add_error(field if field in posted.fields else None, sentence)
    except Refused as error:
        posted.add_error(None, error.message)
    return None


def _closed(request: HttpRequest, token: str) -> HttpResponse | None:
    """Why this link opens nothing: the set-up is done (410), or the token is not the newest one (404)."""
    done = not setup.is_open()
    if not done and setup.check(settings.SETUP_TOKEN_PATH, token):
        return None
    return render(request, "setup/closed.html", {"done": done}, status=410 if done else 404)
