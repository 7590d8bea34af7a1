"""The first account: made by whoever holds the one-time link that the server printed in its terminal. Floor 1."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from django.contrib.auth.password_validation import validate_password
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from playground.accounts.models import Installation, User
from playground.accounts.people import create_user
from playground.errors import Refused


def make_token(path: Path) -> str:
    """A new one-time token; only its hash is kept, in `path` (mode 600). An older link stops working."""
    token = secrets.token_urlsafe(24)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(_hash(token))
    return token


def is_open() -> bool:
    """Whether the set-up is still to be done."""
    return not User.objects.exists()


def check(path: Path, token: str) -> bool:
    """Whether this token opens the set-up now."""
    if not is_open() or not path.exists():
        return False
    return hmac.compare_digest(path.read_text().strip(), _hash(token))


def claim(path: Path, token: str, *, email: str, password: str, name: str = "", language: str = "") -> User:
    """Make the owner's account, exactly once however many try.

    Raises Refused("set_up_closed") for a wrong or used link, ValidationError for what will not do.
    """
    if not check(path, token):
        raise Refused("set_up_closed", _("This link is used up. Print a new one with: python manage.py set_up_link"))
    validate_email(email)
    validate_password(password, User(email=email, name=name))
    try:
        with transaction.atomic():
            owner = create_user(email=email, password=password, name=name, language=language, is_owner=True)
            Installation.objects.create(owner=owner)  # its only possible key lets one claim through
    except IntegrityError:
        raise Refused("set_up_closed", _("Somebody else has made the first account already.")) from None
    path.unlink(missing_ok=True)
    return owner


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
