"""The first account: made by whoever holds the one-time link that the server printed in its terminal. Floor 1."""

import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from playground.accounts.models import Installation, User, fold_email
from playground.accounts.people import create_user
from playground.errors import Refused


def make_token(path: Path) -> str:
    """A new one-time token (192 bits); only its hash is kept, in `path` (mode 600). An older link stops working."""
    token = secrets.token_urlsafe(24)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mode 600 from its first moment
    with os.fdopen(descriptor, "w") as file:
        file.write(_hash(token))
    Path(name).replace(path)
    return token


def is_open() -> bool:
    """Whether the set-up is still to be done."""
    return not User.objects.exists()


def check(path: Path, token: str) -> bool:
    """Whether this token opens the set-up now; in a time that tells nothing about the right one."""
    try:
        kept = path.read_text()
    except FileNotFoundError:
        kept = ""
    matches = hmac.compare_digest(kept.strip().encode(), _hash(token).encode())
    return matches and is_open()


def claim(path: Path, token: str, *, email: str, password: str, name: str = "", language: str = "") -> User:
    """Make the owner's account, exactly once however many try.

    Raises Refused("set_up_closed") for a wrong or used link or when somebody was faster, ValidationError for an
    address, a name or a password that will not do.
    """
    if not check(path, token):
        raise Refused("set_up_closed", _("This link is used up. Print a new one with: python manage.py set_up_link"))
    candidate = User(email=fold_email(email), name=name.strip(), language=language)
    candidate.clean_fields(exclude={"password"})
    validate_password(password, candidate)
    try:
        owner = _make_owner(candidate, password)
    except IntegrityError:
        raise _too_late() from None
    path.unlink(missing_ok=True)
    return owner


def _make_owner(candidate: User, password: str) -> User:
    with transaction.atomic():
        if not is_open():
            raise _too_late()
        owner = create_user(
            email=candidate.email,
            password=password,
            name=candidate.name,
            language=candidate.language,
            is_owner=True,
        )
        Installation.objects.create(owner=owner)  # its only possible key lets one claim through
    return owner


def _too_late() -> Refused:
    return Refused("set_up_closed", _("Somebody else has made the first account already."))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
