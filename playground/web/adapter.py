"""What allauth asks of this installation: sign-up closed by default, a team for everybody, links from one setting."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from playground.accounts.models import User
from playground.accounts.people import save_with_team


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """The seams of allauth that this installation fills."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed unless a setting opens it."""
        return bool(settings.SIGN_UP_OPEN)

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Fill a new user from the form and make their personal team with them."""
        super().save_user(request, user, form, commit=False)
        return save_with_team(user) if commit else user

    def is_safe_url(self, url: str | None) -> bool:
        """Only paths of this site."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=set(), require_https=settings.HTTPS)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address the connection comes from; a header only when a proxy in front is declared."""
        forwarded = request.headers.get("x-forwarded-for", "") if settings.SECURE_PROXY_SSL_HEADER else ""
        return forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """An absolute link for the mail, from the setting and never from a header."""
        return settings.PUBLIC_URL + reverse("account_reset_password_from_key", args=["UID", "KEY"]).replace(
            "UID-KEY", key
        )

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Likewise."""
        return str(settings.PUBLIC_URL + reverse("account_confirm_email", args=[emailconfirmation.key]))
