"""Roles in words."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from playground.accounts.roles import Role


def role_words(role: str) -> str:
    """What a role is called."""
    words = {
        Role.OWNER: pgettext("role in a team", "Owner"),
        Role.ADMIN: pgettext("role in a team", "Admin"),
        Role.MEMBER: pgettext("role in a team", "Member"),
        Role.VIEWER: pgettext("role in a team", "Viewer"),
    }
    return words[Role(role)]


def role_note(role: str) -> str:
    """What somebody with it may do, in a few words."""
    notes = {
        Role.OWNER: _("everything, and hands the team over"),
        Role.ADMIN: _("keys, budgets and people"),
        Role.MEMBER: _("runs models and edits what the team shares"),
        Role.VIEWER: _("reads"),
    }
    return notes[Role(role)]
