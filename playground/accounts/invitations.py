"""Inviting people into a team: signed links that are good once and for a week. Floor 1.

A link carries the invitation's id under a signature of this installation; the row says whether it is still open. Who
takes it first gets it (`_take`): one UPDATE decides, on every database. Where an address is given, only its owner can.
"""

import datetime as dt
import uuid
from typing import Final

from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.accounts import audit
from playground.accounts.models import Invitation, Member, Team, User, fold_email
from playground.accounts.people import create_user
from playground.accounts.roles import Act, Role
from playground.accounts.teams import check_may, hold, switch
from playground.errors import Refused

GOOD_FOR: Final = dt.timedelta(days=7)
MOST_OPEN: Final = 100  # of a team
SALT: Final = "playground.accounts.invitations"
ROLES: Final = (Role.MEMBER, Role.ADMIN, Role.VIEWER)  # owners are made of members, by owners


@transaction.atomic
def invite(*, team: Team, by: User, role: str, email: str = "") -> Invitation:
    """An invitation for whoever has the link, or for the owner of an address.

    Raises Refused: `personal_team`, `not_allowed`, `bad_role`, `member_already`, `too_many_invitations`.
    """
    held, address = hold(team), fold_email(email)
    if held.personal:
        raise Refused("personal_team", _("This is your personal team. Make a team to work with others."))
    check_may(by, held, Act.EDIT)
    if role not in ROLES:
        raise Refused("bad_role", _("Choose a role."))
    if address and Member.objects.filter(team=held, user__email=address).exists():
        raise Refused("member_already", _("Somebody with this address is in the team already."))
    if Invitation.open().filter(team=held).count() >= MOST_OPEN:
        raise Refused("too_many_invitations", _("A team may have %(count)d open invitations.") % {"count": MOST_OPEN})
    expires = timezone.now() + GOOD_FOR
    made = Invitation.objects.create(team=held, role=role, email=address, created_by=by, expires_at=expires)
    audit.note(team=held, person=by, deed="invitation.made", subject=address, details={"role": role})
    return made


@transaction.atomic
def revoke(team: Team, *, by: User, invitation_id: uuid.UUID) -> None:
    """Take an open invitation back. Raises Refused: `not_allowed`, `not_found`."""
    held = hold(team)
    check_may(by, held, Act.EDIT)
    row = open_in(held).filter(pk=invitation_id).first()
    if row is None:
        raise Refused("not_found", _("This invitation is not open any more."))
    row.revoked_at = timezone.now()
    row.save(update_fields=["revoked_at"])
    audit.note(team=held, person=by, deed="invitation.revoked", subject=row.email, details={"role": row.role})


def open_in(team: Team) -> QuerySet[Invitation]:
    """The open ones of a team, newest first."""
    return Invitation.open().filter(team=team).select_related("created_by")


def token_of(invitation: Invitation) -> str:
    """What stands in the link."""
    return signing.Signer(salt=SALT).sign(invitation.pk.hex)


def opened(token: str) -> Invitation | None:
    """The open invitation behind a link; None for a forged, used, revoked or old one."""
    try:
        pk = uuid.UUID(signing.Signer(salt=SALT).unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    return Invitation.open().filter(pk=pk).select_related("team", "created_by").first()


@transaction.atomic
def accept(invitation: Invitation, *, user: User) -> Team:
    """Bring somebody with an account into the team, and to work there.

    Raises Refused: `invitation_closed`, `other_address`, `member_already` (the invitation then stays open).
    """
    if invitation.email and invitation.email != user.email:
        raise Refused("other_address", _("This invitation is for another address."))
    team = hold(invitation.team)
    if Member.objects.filter(team=team, user=user).exists():
        raise Refused("member_already", _("You are in this team already."))
    _take(invitation, user)
    Member.objects.create(team=team, user=user, role=invitation.role)
    switch(user=user, team=team)
    about = {"role": invitation.role, "invited_by": invitation.created_by.email}
    audit.note(team=team, person=user, deed="member.joined", subject=user.email, details=about)
    return team


def accept_as_new(invitation: Invitation, *, email: str, password: str, name: str = "", language: str = "") -> User:
    """Make an account for somebody who has none, and bring it into the team; both or neither.

    Raises Refused: `invitation_closed`, `other_address`, `email_taken`; ValidationError for an address, a name or a
    password that will not do.
    """
    candidate = User(email=fold_email(email), name=name.strip(), language=language)
    candidate.clean_fields(exclude={"password"})
    validate_password(password, candidate)
    if User.objects.filter(email=candidate.email).exists():
        raise _taken()
    try:
        with transaction.atomic():
            user = create_user(email=candidate.email, password=password, name=candidate.name, language=language)
            accept(invitation, user=user)
    except IntegrityError:  # the address was taken a moment ago
        raise _taken() from None
    return user


def _take(invitation: Invitation, user: User) -> None:
    taken = Invitation.open().filter(pk=invitation.pk).update(accepted_at=timezone.now(), accepted_by=user)
    if not taken:
        raise Refused("invitation_closed", _("This invitation was used or taken back meanwhile."))


def _taken() -> Refused:
    return Refused("email_taken", _("There is an account with this address already. Sign in with it."))
