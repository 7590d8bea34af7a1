"""Presets as the list shows them, and the settings that one holds as far as they can be used. Plain values."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from playground.conversations.models import Conversation
from playground.conversations.run_settings import RunSettings, parse
from playground.errors import Refused
from playground.presets import shelf
from playground.presets.models import Preset
from playground.web.offers import Desk, settings_url
from playground.web.setting_words import setting_words


def list_view(desk: Desk, conversation: Conversation | None = None, *, base: str = "") -> dict[str, Any]:
    """Values of `presets/_list.html`. `conversation`: whose settings the list stands beside; `base`: of links."""
    default = shelf.default_of(desk.user, desk.team)
    rows = [_row(desk, preset, default) for preset in shelf.presets_for(desk.user, desk.team)]
    return {
        "rows": rows,
        "base": base,
        "may_share": shelf.may_share(desk.user, desk.team),
        "settings_url": settings_url(conversation),
        "conversation_id": str(conversation.pk) if conversation else "",
    }


def wished_of(desk: Desk, preset: Preset) -> RunSettings:
    """What the preset holds. A model that cannot be chosen any more leaves the one that was used last."""
    wished = _parsed(preset)
    if desk.find(wished.offer) is not None:
        return wished
    return replace(wished, offer=desk.chosen(None, with_default=False).offer)


def lost_of(desk: Desk, preset: Preset) -> dict[str, str]:
    """A sentence for what the preset holds and nobody can choose here any more, by the name of the setting."""
    if preset.settings.get("offer") is None or desk.find(_parsed(preset).offer) is not None:
        return {}
    return {"offer": _("The model of “%(preset)s” cannot be chosen any more.") % {"preset": preset.name}}


def _row(desk: Desk, preset: Preset, default: Preset | None) -> Mapping[str, Any]:
    settings = _parsed(preset)
    offer = desk.find(settings.offer)
    return {
        "id": preset.pk,
        "name": preset.name,
        "is_shared": preset.user_id is None,
        "is_default": default is not None and default.pk == preset.pk,
        "may_use": shelf.may_use(desk.user, preset),
        "may_change": shelf.may_change(desk.user, preset),
        "model": offer.title if offer else "",
        "words": list(setting_words(settings).values()),
    }


def _parsed(preset: Preset) -> RunSettings:
    try:
        return parse(preset.settings)
    except Refused:
        return RunSettings()
