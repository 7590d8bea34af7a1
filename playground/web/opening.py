"""What the playground begins with when somebody comes from a template: settings, and a text in the composer.

Nothing is sent. The texts are those the person filled last (prompts.library.keep_filling); without any, the template's
own with its places still open.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from playground.accounts.models import User
from playground.accounts.roles import Act
from playground.catalog.queries import facts_of
from playground.conversations.run_settings import RunSettings, parse, propose
from playground.prompts import library
from playground.prompts.models import TemplateVersion
from playground.prompts.queries import version_for
from playground.web import access
from playground.web.offers import Desk
from playground.web.template_panel import offer_for


@dataclass(frozen=True, slots=True)
class Opening:
    """Run settings and what stands in the composer."""

    settings: RunSettings
    text: str


def opening(request: HttpRequest, desk: Desk) -> Opening | None:
    """What `?template=<version>` asks for, with `&offer=<id>` for another model than the recommended one."""
    try:
        version_id = uuid.UUID(request.GET.get("template", ""))
    except ValueError:
        return None
    version = access.template_version(desk.user, version_id, Act.USE)
    filled = library.filling(desk.user, version.pk) or version
    return Opening(settings_of(desk, version, filled.system_prompt, request.GET), filled.first_message)


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


def _asked_for(desk: Desk, asked: Mapping[str, str]) -> Any:
    try:
        return desk.find(uuid.UUID(asked.get("offer", "")))
    except ValueError:
        return None
