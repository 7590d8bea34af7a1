"""What the playground begins with when somebody follows a link: settings, and a text in the composer.

    ?template=<version>   a template as it was filled last; &offer or &model takes another than the recommended one
    ?model=<name>         a model by its name in the catalog or at its provider; &provider=<slug> says whose
    ?modelCode=<name>     the same, as the documented links into BigModel's trial center have it
    ?offer=<id>           a model as one provider sells it
    ?preset=<id>          run settings under a name
    &prompt=<text>        what stands in the composer

Nothing is sent. The texts are those the person filled last (prompts.library.keep_filling); without any, the template's
own with its places still open.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from playground.accounts.models import User
from playground.accounts.roles import Act
from playground.catalog.models import Offer
from playground.catalog.queries import facts_of
from playground.conversations.run_settings import RunSettings, parse, propose
from playground.prompts import library
from playground.prompts.models import TemplateVersion
from playground.prompts.queries import version_for
from playground.web import access, presets
from playground.web.offers import Desk
from playground.web.template_panel import offer_for

LONGEST_PROMPT = 20_000  # characters of a link


@dataclass(frozen=True, slots=True)
class Opening:
    """Run settings and what stands in the composer."""

    settings: RunSettings
    text: str


def opening(request: HttpRequest, desk: Desk) -> Opening | None:
    """What a link asks for; None when it asks for nothing. A model that is not here is said in a message."""
    asked, text = request.GET, request.GET.get("prompt", "")[:LONGEST_PROMPT]
    try:
        version_id = uuid.UUID(asked.get("template", ""))
    except ValueError:
        chosen = wished(request, desk)
        return Opening(chosen or desk.chosen(None), text) if chosen or text else None
    version = access.template_version(desk.user, version_id, Act.USE)
    filled = library.filling(desk.user, version.pk) or version
    return Opening(settings_of(desk, version, filled.system_prompt, asked), text or filled.first_message)


def wished(request: HttpRequest, desk: Desk) -> RunSettings | None:
    """The settings of the preset that a link asks for, or of the model, and nothing that was set for another one."""
    if named := request.GET.get("preset", ""):
        preset = access.preset(desk.user, _preset_id(named), Act.USE)
        for sentence in presets.lost_of(desk, preset).values():
            messages.info(request, sentence)
        return presets.wished_of(desk, preset)
    offer = _asked_for(desk, request.GET)
    if offer is not None:
        return propose(facts_of(offer), system_prompt=desk.chosen(None).system_prompt)
    if name := _name(request.GET):
        messages.info(request, _("There is no model “%(name)s” here.") % {"name": name[:80]})
    return None


def settings_of(
    desk: Desk, version: TemplateVersion, system_prompt: str, asked: Mapping[str, str] | None = None
) -> RunSettings:
    """The run settings a template recommends, on the recommended model or the one that is asked for."""
    content = version.content
    offer = _asked_for(desk, asked or {}) or offer_for(desk, content.model)
    offer = offer or desk.find(desk.chosen(None).offer)
    basis = propose(facts_of(offer)) if offer else RunSettings()
    wished = parse({"max_tokens": basis.max_tokens, **dict(content.settings)})
    return replace(wished, offer=basis.offer, system_prompt=system_prompt, template=version.pk)


def address(version: TemplateVersion) -> str:
    """Where the playground begins with this version."""
    return f"{reverse('playground')}?{urlencode({'template': str(version.pk)})}"


def template_words(user: User, version_id: uuid.UUID | None) -> dict[str, Any] | None:
    """The template that run settings or an answer name, as far as the person may still see it."""
    version = version_for(user, version_id) if version_id else None
    if version is None:
        return None
    try:
        access.template(user, version.template_id)
    except Http404:
        return None
    return {"id": version.template_id, "version": version.pk, "title": version.title, "number": version.number}


def _preset_id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None


def _asked_for(desk: Desk, asked: Mapping[str, str]) -> Offer | None:
    try:
        return desk.find(uuid.UUID(asked.get("offer", "")))
    except ValueError:
        return _named(desk, _name(asked), asked.get("provider", ""))


def _named(desk: Desk, name: str, provider: str) -> Offer | None:
    """The offer of that name that can be run: with a key before practice, practice before what needs a key."""
    found = [
        one
        for one in desk.offers
        if name
        and name in (one.language_model.slug if one.language_model else "", one.wire_name.lower().rpartition("/")[2])
        and provider in ("", one.provider.slug)
    ]
    return min(found, key=lambda one: (bool(desk.refused(one)), one.provider.practice), default=None)


def _name(asked: Mapping[str, str]) -> str:
    return (asked.get("model") or asked.get("modelCode") or "").strip().lower()
