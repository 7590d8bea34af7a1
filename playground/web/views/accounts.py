"""Sign-in and sign-up: allauth's views, but only once somebody owns the installation."""

from urllib.parse import urlencode

from allauth.account import views as allauth
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from playground.accounts import setup


@never_cache
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign in; before the first account exists, say how it is made."""
    if request.htmx:  # type: ignore[attr-defined]
        return _instead_of_a_partial(request)
    return _once_owned(request) or allauth.login(request)


@never_cache
def sign_up(request: HttpRequest) -> HttpResponseBase:
    """Sign up where that is open. Never before the owner: the first account is made with the printed link."""
    return _once_owned(request) or allauth.signup(request)


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
