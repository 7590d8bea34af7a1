"""Sign-in and the other pages around accounts: allauth's views, with the statuses of this house.

Sign-in and sign-up only once somebody owns the installation. A form that comes back with errors is answered with 422.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account import views as allauth
from allauth.account.models import EmailAddress
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from playground.accounts import setup
from playground.web.access import person

View = Callable[..., HttpResponseBase]


def _judged(view: View) -> View:
    """The same view; a form with errors that it shows again makes the status 422."""

    @never_cache
    @sensitive_post_parameters()
    def judged(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer = view(request, *args, **kwargs)
        form = (getattr(answer, "context_data", None) or {}).get("form")
        if request.method == "POST" and answer.status_code == 200 and form is not None and form.errors:
            answer.status_code = 422
        return answer

    return judged


@login_required
def _email(request: HttpRequest) -> HttpResponseBase:
    # allauth would take an address that nobody ever confirmed for the new one, and throw it away.
    user = person(request)
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    answer: HttpResponseBase = allauth.email(request)
    return answer


email = _judged(_email)
password_change = _judged(allauth.password_change)
password_reset = _judged(allauth.password_reset)
password_reset_from_key = _judged(allauth.password_reset_from_key)
password_set = _judged(allauth.password_set)
reauthenticate = _judged(allauth.reauthenticate)
_login = _judged(allauth.login)
_signup = _judged(allauth.signup)


@never_cache
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign in; before the first account exists, say how it is made."""
    if request.method == "GET" and request.htmx:  # type: ignore[attr-defined]
        return _instead_of_a_partial(request)
    return _once_owned(request) or _login(request)


@never_cache
def sign_up(request: HttpRequest) -> HttpResponseBase:
    """Sign up where that is open. Never before the owner: the first account is made with the printed link."""
    return _once_owned(request) or _signup(request)


def _instead_of_a_partial(request: HttpRequest) -> HttpResponseBase:
    """The session is over and a page asked for a part of itself: leave for the sign-in, and come back to that page.

    The list in the sidebar asks by itself; for that nobody is torn away from what they write.
    """
    if "conversation-list" in request.headers.get("HX-Source", ""):
        return HttpResponse(status=401, headers={"HX-Reswap": "none"})
    back = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]
    address = f"{reverse('account_login')}?{urlencode({'next': back})}"
    return HttpResponse(status=401, headers={"HX-Redirect": address})


def _once_owned(request: HttpRequest) -> HttpResponseBase | None:
    return render(request, "setup/waiting.html") if setup.is_open() else None
