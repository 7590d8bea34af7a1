"""Invitations: made and taken back by who leads a team; opened and accepted by who is invited, with or without account.

A link's page takes the token out of the address at once, as the set-up does (views/setup.py), so that nothing on the
pages that follow carries it on. It stays in the session, also through a sign-in.
"""

import logging
import smtplib
import uuid

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from playground.accounts import invitations
from playground.accounts.models import Invitation, Team, User
from playground.accounts.roles import Act
from playground.errors import Refused
from playground.web import access
from playground.web.access import person
from playground.web.adapter import public_url
from playground.web.forms.teams import InviteForm, JoinForm
from playground.web.respond import go, partial, wants_partial
from playground.web.team_words import role_note, role_words
from playground.web.views.teams import LINK, team_page

log = logging.getLogger(__name__)

TOKEN = "invitation_token"  # noqa: S105 - the name of a place in the session


@login_required
@require_POST
def invite(request: HttpRequest, team_id: int) -> HttpResponseBase:
    """Make a link, and mail it where an address is given. The link is shown once, to who made it."""
    user = person(request)
    team = access.team(user, team_id, Act.EDIT)
    form = InviteForm(request.POST, auto_id="invite-%s")
    made = _made(form, team, user)
    if made is None:
        if wants_partial(request):
            return partial(request, "teams/_invite_form.html", {"team": team, "invite_form": form}, status=422)
        return team_page(request, team, status=422, invite_form=form)
    link = public_url("invitation-link", token=invitations.token_of(made))
    request.session[LINK] = {"url": link, "email": made.email}
    if made.email:
        _mail(request, made, link)
    return go(request, "team")


@login_required
@require_POST
def revoke(request: HttpRequest, team_id: int, invitation_id: uuid.UUID) -> HttpResponseBase:
    """Take an open invitation back."""
    user = person(request)
    team = access.team(user, team_id, Act.EDIT)
    found = access.invitation(team, invitation_id)
    try:
        invitations.revoke(team, by=user, invitation_id=found.pk)
    except Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The invitation is taken back: its link opens nothing any more."))
    return go(request, "team")


@never_cache
@require_GET
@sensitive_variables("token")
def link(request: HttpRequest, token: str) -> HttpResponseBase:
    """The link of an invitation."""
    if invitations.opened(token) is None:
        answer: HttpResponseBase = _closed(request)
    else:
        request.session[TOKEN] = token
        answer = redirect("invitation")
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@never_cache
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Who invites whom: for who is signed in a button, for who is not a form for an account."""
    found = _opened(request)
    return _page(request, found, None) if found else _closed(request)


@never_cache
@login_required
@require_POST
def accept(request: HttpRequest) -> HttpResponseBase:
    """Join, with the account that is signed in."""
    found, user = _opened(request), person(request)
    if found is None:
        return _closed(request)
    try:
        team = invitations.accept(found, user=user)
    except Refused as error:
        if error.code == "invitation_closed":
            return _closed(request)
        return _page(request, found, None, refused=error.message, status=422)
    del request.session[TOKEN]
    messages.success(request, _("Welcome to %(team)s.") % {"team": team.name})
    return redirect("playground")


@never_cache
@require_POST
@sensitive_post_parameters("password")
def sign_up(request: HttpRequest) -> HttpResponseBase:
    """Make an account and join, also where sign-up is closed: the invitation is the permission."""
    found = _opened(request)
    if found is None:
        return _closed(request)
    form = JoinForm(request.POST, address=found.email)
    user = _joined(form, found)
    if user is None:
        return _page(request, found, form, status=422)
    del request.session[TOKEN]
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])  # gives the session a new key
    messages.success(request, _("Welcome to %(team)s.") % {"team": found.team.name})
    return redirect("playground")


def _made(form: InviteForm, team: Team, user: User) -> Invitation | None:
    if not form.is_valid():
        return None
    try:
        return invitations.invite(team=team, by=user, **form.cleaned_data)
    except Refused as error:
        form.refuse(error)
        return None


def _mail(request: HttpRequest, made: Invitation, link: str) -> None:
    """Mail a link. Where no mail leaves, the link on the page can still be given by hand."""
    values = {
        "invitation_url": link,
        "team": made.team.name,
        "inviter": made.created_by.display_name,
        "inviter_email": made.created_by.email,
        "days": invitations.GOOD_FOR.days,
    }
    try:
        get_adapter().send_mail("account/email/invitation", made.email, values)
    except (OSError, smtplib.SMTPException):
        log.exception("an invitation could not be mailed")
        messages.error(request, _("The mail could not be sent. Give them the link yourself."))
    else:
        messages.success(request, _("The invitation is mailed to %(email)s.") % {"email": made.email})


@sensitive_variables()
def _joined(form: JoinForm, found: Invitation) -> User | None:
    """The new member; None when the form must be shown again, with its errors."""
    if not form.is_valid():
        return None
    try:
        return invitations.accept_as_new(found, language=get_language() or "", **form.cleaned_data)
    except ValidationError as error:
        by_field = error.message_dict if hasattr(error, "error_dict") else {"password": error.messages}
        for field, sentences in by_field.items():
            for sentence in sentences:
                form.add_error(field if field in form.fields else None, sentence)
    except Refused as error:
        form.refuse(error)
    return None


def _opened(request: HttpRequest) -> Invitation | None:
    return invitations.opened(request.session.get(TOKEN, ""))


def _page(
    request: HttpRequest, found: Invitation, form: JoinForm | None, *, refused: str = "", status: int = 200
) -> HttpResponse:
    user = request.user if isinstance(request.user, User) else None
    context = {
        "invitation": {
            "team": found.team.name,
            "inviter": found.created_by.display_name,
            "email": found.email,
            "role": role_words(found.role),
            "note": role_note(found.role),
        },
        "form": form or JoinForm(address=found.email),
        "is_for_another": bool(user and found.email and found.email != user.email),
        "refused": refused,
        "sign_in_url": f"{reverse('account_login')}?{urlencode({'next': reverse('invitation')})}",
    }
    return render(request, "teams/invitation.html", context, status=status)


def _closed(request: HttpRequest) -> HttpResponse:
    """Forged, used, taken back and old links are answered alike."""
    return render(request, "teams/invitation_closed.html", status=404)
