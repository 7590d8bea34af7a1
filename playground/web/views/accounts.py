"""Sign-in and sign-up: allauth's views, but only once somebody owns the installation."""

from allauth.account import views as allauth
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from playground.accounts import setup


@never_cache
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign in; before the first account exists, say how it is made."""
    return _once_owned(request) or allauth.login(request)


@never_cache
def sign_up(request: HttpRequest) -> HttpResponseBase:
    """Sign up where that is open. Never before the owner: the first account is made with the printed link."""
    return _once_owned(request) or allauth.signup(request)


def _once_owned(request: HttpRequest) -> HttpResponseBase | None:
    return render(request, "setup/waiting.html") if setup.is_open() else None
