"""What allauth asks of this installation: who may sign up, links in mails, redirects, the client's address.

allauth builds links, site names and rate-limit keys from the request's Host; here all of them come from PUBLIC_URL.
"""

import ipaddress
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit, urlunsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import get_script_prefix, reverse, set_script_prefix
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from playground.accounts.models import User, fold_email
from playground.accounts.people import save_with_team
from playground.web.agents import agent_words

_LINKS = {"signup_url": "account_signup", "password_reset_url": "account_reset_password"}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """The seams of allauth that this installation fills."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("The address or the password is wrong."),
        "incorrect_password": gettext_lazy("The password is wrong."),
        "enter_current_password": gettext_lazy("Enter the password you have now."),
        "too_many_login_attempts": gettext_lazy("Too many failed tries. Wait a few minutes, then try again."),
        "email_taken": gettext_lazy("There is an account with this address already."),
        "duplicate_email": gettext_lazy("This is your address already."),
        "password_min_length": gettext_lazy("The password needs at least {0} characters."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed unless a setting opens it; the owner comes in through the set-up link."""
        return bool(settings.SIGN_UP_OPEN)

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Fill a new user from the form, address and password only, and make their personal team with them."""
        super().save_user(request, user, form, commit=False)
        return save_with_team(user) if commit else user

    def clean_email(self, email: str) -> str:
        """Fold the address as the user model does, so that allauth's own table holds the same spelling."""
        return fold_email(super().clean_email(email))

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that rate limits count: the socket's, or what the declared proxy in front appended last."""
        address = str(request.META.get("REMOTE_ADDR") or "")
        if settings.SECURE_PROXY_SSL_HEADER is not None:
            address = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip() or address
        try:
            return str(ipaddress.ip_address(address))
        except ValueError:
            raise PermissionDenied("The client has no address.") from None

    def is_safe_url(self, url: str | None) -> bool:
        """Redirects after sign-in stay on this site: a path and nothing else, however it is spelled."""
        return bool(url) and str(url).startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link of the reset mail."""
        path = public_url("account_reset_password_from_key", uidb36="UID", key="KEY")
        return path.replace("UID-KEY", quote(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """The link of the confirmation mail."""
        return public_url("account_confirm_email", key=str(emailconfirmation.key))

    def confirm_email(self, request: HttpRequest, email_address: Any) -> bool:
        """Let a confirmed address count, unless it is somebody else's: allauth looks into its own table only."""
        taken = User.objects.filter(email=fold_email(email_address.email)).exclude(pk=email_address.user_id)
        if taken.exists():
            failed = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, failed, {"email": email_address.email})
            return False
        return bool(super().confirm_email(request, email_address))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail that knows nothing of the request: its links lead to PUBLIC_URL, its language is the reader's."""
        values = {key: _public(key, value) for key, value in context.items() if key != "request"}
        reader = values.get("user") or User.objects.filter(email=fold_email(email)).first()
        language = getattr(reader, "language", "") or translation.get_language()
        with translation.override(language):
            self.render_mail(template_prefix, email, values | {"email": email, "current_site": _Site()}).send()

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell somebody what changed in their account: in their language, and with the browser it was done in."""
        browser = agent_words(self.get_http_user_agent(self.request))
        values = {"user": user, "browser": browser, "password_reset_url": public_url("account_reset_password")}
        super().send_notification_mail(template_prefix, user, values | (context or {}), email or user.email)

    def format_email_subject(self, subject: str) -> str:
        """Name the product."""
        return f"[{_('Trial center')}] {subject}"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to where the link to the form is."""
        return reverse("settings")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # By address alone: a client that varies the port in its Host header would never reach allauth's limit.
        return fold_email(credentials.get("email") or credentials.get("username") or "")


def public_url(name: str, **kwargs: str) -> str:
    """The absolute address of a route: PUBLIC_URL and the path, with no script prefix that a client may have sent."""
    prefix = get_script_prefix()
    set_script_prefix("/")
    try:
        return f"{settings.PUBLIC_URL}{reverse(name, kwargs=kwargs)}"
    finally:
        set_script_prefix(prefix)


@dataclass(frozen=True, slots=True)
class _Site:
    """What allauth's mail templates call the current site."""

    @property
    def name(self) -> str:
        return _("Trial center")

    @property
    def domain(self) -> str:
        return str(urlsplit(settings.PUBLIC_URL).netloc)


def _public(key: str, value: Any) -> Any:
    """A value of a mail. A link that is not ours yet is made anew; one we do not know is moved to PUBLIC_URL."""
    if not key.endswith("_url") or not isinstance(value, str) or value.startswith(f"{settings.PUBLIC_URL}/"):
        return value
    if key in _LINKS:
        return public_url(_LINKS[key])
    public, link = urlsplit(str(settings.PUBLIC_URL)), urlsplit(value)
    return urlunsplit((public.scheme, public.netloc, link.path, link.query, link.fragment))
