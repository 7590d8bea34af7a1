"""Deeds in words. Every deed that is noted anywhere has its words here (tests/house holds it)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from playground.web.team_words import role_words


def deed_words(name: str) -> str:
    """What was done; the name itself for one that a newer version wrote down."""
    return _words().get(name, name)


def known_deeds() -> list[tuple[str, str]]:
    """Every deed with its words, for a filter."""
    return list(_words().items())


def detail_words(details: Mapping[str, Any]) -> str:
    """What else the log knows of a deed, in a few words."""
    said = []
    if "version" in details:
        said.append(_("version %(number)s") % {"number": details["version"]})
    if "provider" in details:
        said.append(str(details["provider"]))
    if "before" in details:
        before = str(details["before"])
        said.append(_("before: %(value)s") % {"value": role_words(before) if "role" in details else before})
    if "role" in details:
        said.append(_("role: %(role)s") % {"role": role_words(str(details["role"]))})
    if "invited_by" in details:
        said.append(_("invited by %(person)s") % {"person": details["invited_by"]})
    if how := details.get("shared"):
        said.append(_("to read") if how == "read" else _("to read and write"))
    if "rows" in details:
        said.append(ngettext("%(count)s row", "%(count)s rows", details["rows"]) % {"count": f"{details['rows']:,}"})
    if "endpoint" in details:
        said.append(str(details["endpoint"]))
    return " · ".join(said)


def _words() -> dict[str, str]:
    return {
        "team.made": pgettext("deed", "Team made"),
        "team.renamed": pgettext("deed", "Team renamed"),
        "team.handed_over": pgettext("deed", "Team handed over"),
        "team.deleted": pgettext("deed", "Team deleted"),
        "invitation.made": pgettext("deed", "Invited"),
        "invitation.revoked": pgettext("deed", "Invitation taken back"),
        "member.joined": pgettext("deed", "Joined"),
        "member.role": pgettext("deed", "Role changed"),
        "member.removed": pgettext("deed", "Removed from the team"),
        "member.left": pgettext("deed", "Left the team"),
        "person.deactivated": pgettext("deed", "Account deactivated"),
        "person.let_in": pgettext("deed", "Account let in again"),
        "budget.made": pgettext("deed", "Budget made"),
        "budget.changed": pgettext("deed", "Budget changed"),
        "budget.removed": pgettext("deed", "Budget removed"),
        "key.added": pgettext("deed", "Key added"),
        "key.replaced": pgettext("deed", "Key replaced"),
        "key.moved": pgettext("deed", "Key’s address changed"),
        "key.renamed": pgettext("deed", "Key renamed"),
        "key.tier": pgettext("deed", "Key’s tier changed"),
        "key.disabled": pgettext("deed", "Key disabled"),
        "key.enabled": pgettext("deed", "Key enabled"),
        "key.removed": pgettext("deed", "Key deleted"),
        "template.created": pgettext("deed", "Template made"),
        "template.saved": pgettext("deed", "Template saved as a draft"),
        "template.published": pgettext("deed", "Template version made live"),
        "template.restored": pgettext("deed", "Template version restored"),
        "template.forked": pgettext("deed", "Template forked"),
        "template.archived": pgettext("deed", "Template archived"),
        "template.brought_back": pgettext("deed", "Template back from the archive"),
        "function.added": pgettext("deed", "Function added"),
        "function.changed": pgettext("deed", "Function changed"),
        "function.removed": pgettext("deed", "Function deleted"),
        "batch.started": pgettext("deed", "Batch started"),
        "conversation.shared": pgettext("deed", "Conversation shared with the team"),
        "conversation.unshared": pgettext("deed", "Conversation not shared any more"),
        "comparison.shared": pgettext("deed", "Comparison shared with the team"),
        "comparison.unshared": pgettext("deed", "Comparison not shared any more"),
        "link.made": pgettext("deed", "Link to a copy made"),
        "link.ended": pgettext("deed", "Link to a copy taken back"),
        "preset.added": pgettext("deed", "Preset shared with the team"),
        "preset.renamed": pgettext("deed", "Preset renamed"),
        "preset.deleted": pgettext("deed", "Preset deleted"),
        "price.set": pgettext("deed", "Own price set"),
        "price.ended": pgettext("deed", "Own price ended"),
        "runs.priced": pgettext("deed", "Runs priced later"),
        "token.made": pgettext("deed", "Access token made"),
        "token.revoked": pgettext("deed", "Access token revoked"),
    }
