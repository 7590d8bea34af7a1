"""Roles and their rights in words."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from playground.accounts.roles import Act, Acts, Role, Thing


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


def thing_words(thing: str) -> str:
    """What a team has, as the table of rights calls it."""
    words = {
        Thing.KEYS: pgettext("thing of a team", "Keys"),
        Thing.PRESETS: pgettext("thing of a team", "Presets"),
        Thing.TEMPLATES: pgettext("thing of a team", "Templates"),
        Thing.CONVERSATIONS: pgettext("thing of a team", "Shared conversations"),
        Thing.FUNCTIONS: pgettext("thing of a team", "Functions"),
        Thing.USAGE: pgettext("thing of a team", "Usage"),
        Thing.PRICES: pgettext("thing of a team", "Own prices"),
        Thing.BUDGETS: pgettext("thing of a team", "Budgets"),
        Thing.MEMBERS: pgettext("thing of a team", "Members"),
        Thing.AUDIT: pgettext("thing of a team", "Log"),
    }
    return words[Thing(thing)]


def acts_words(thing: str, acts: Acts) -> str:
    """The most that may be done with it, which takes in what is less."""
    if not acts:
        return "—"
    if thing == Thing.USAGE and acts == {Act.VIEW}:
        return pgettext("right", "see one’s own")
    words = {
        Act.VIEW: pgettext("right", "see"),
        Act.USE: pgettext("right", "use"),
        Act.EDIT: pgettext("right", "edit"),
        Act.MANAGE: pgettext("right", "manage"),
    }
    return words[[act for act in Act if act in acts][-1]]
