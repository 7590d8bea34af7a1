"""Deeds on presets, and who sees which: a person their own, and those of the team they work in."""

import uuid
from dataclasses import replace

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from playground.accounts import audit
from playground.accounts.models import Team, User
from playground.accounts.people import role_in
from playground.accounts.roles import Act, Thing, may
from playground.conversations.run_settings import RunSettings
from playground.errors import Refused
from playground.presets.models import DefaultPreset, Preset
from playground.wire.text import clean

LONGEST_NAME = 80
MOST = 200  # that one person sees of a kind in a team


def presets_for(user: User, team: Team) -> QuerySet[Preset]:
    """What the person can begin with in this team, their own first."""
    seen = Preset.objects.filter(Q(user=user) | Q(user=None), team=team, team__members__user=user)
    return seen.order_by(F("user").asc(nulls_last=True), "name", "id")


def preset_for(user: User, preset_id: uuid.UUID) -> Preset | None:
    """A preset that is there for the person: of a team they are in, and no one else's own."""
    seen = Preset.objects.filter(Q(user=user) | Q(user=None), team__members__user=user)
    return seen.select_related("team").filter(pk=preset_id).first()


def may_change(user: User, preset: Preset) -> bool:
    """Whether the person may rename or delete it."""
    return preset.user_id == user.pk or may_share(user, preset.team)


def may_use(user: User, preset: Preset) -> bool:
    """Whether the person may begin with it."""
    return preset.user_id == user.pk or may(role_in(user, preset.team), Act.USE, Thing.PRESETS)


def may_share(user: User, team: Team) -> bool:
    """Whether the person may keep presets for the team."""
    return may(role_in(user, team), Act.EDIT, Thing.PRESETS)


def save(*, user: User, team: Team, name: str, settings: RunSettings, for_team: bool) -> Preset:
    """Keep settings under a name. A key is not part of them: whose money it is, each run decides.

    Raises Refused: `not_allowed`, `empty_name`, `name_taken`, `too_many_presets`.
    """
    if for_team and not may_share(user, team):
        raise Refused("not_allowed", _("Your role in this team does not allow this."))
    owner = None if for_team else user
    if Preset.objects.filter(team=team, user=owner).count() >= MOST:
        raise Refused("too_many_presets", _("There can be %(count)s presets. Delete one first.") % {"count": MOST})
    kept = replace(settings, key=None).to_json()
    preset = Preset(team=team, user=owner, name=_name(name), settings=kept, created_by=user)
    with transaction.atomic():
        _write(preset)
        _note(user, preset, "preset.added")
    return preset


@transaction.atomic
def rename(user: User, preset: Preset, name: str) -> None:
    """Give it another name. Raises Refused: `empty_name`, `name_taken`."""
    preset.name = _name(name)
    _write(preset)
    _note(user, preset, "preset.renamed")


@transaction.atomic
def remove(user: User, preset: Preset) -> None:
    """Delete it; whoever began with it begins with what they used last again."""
    _note(user, preset, "preset.deleted")
    preset.delete()


def begin_with(user: User, preset: Preset, *, on: bool) -> None:
    """Let the person's new conversations begin with it, or no longer."""
    if on:
        DefaultPreset.objects.update_or_create(user=user, team=preset.team, defaults={"preset": preset})
    else:
        DefaultPreset.objects.filter(user=user, preset=preset).delete()


def default_of(user: User, team: Team) -> Preset | None:
    """What the person's new conversations in this team begin with; None: with what they used last."""
    return presets_for(user, team).filter(defaults__user=user).first()


def _note(user: User, preset: Preset, deed: str) -> None:
    """A person's own presets are nobody else's business."""
    if preset.user_id is None:
        audit.note(team=preset.team, person=user, deed=deed, subject=preset.name)


def _name(name: str) -> str:
    name = " ".join(clean(name).split())[:LONGEST_NAME]
    if not name:
        raise Refused("empty_name", _("Give the preset a name."))
    return name


def _write(preset: Preset) -> None:
    try:
        with transaction.atomic():
            preset.save()
    except IntegrityError:
        raise Refused("name_taken", _("There is a preset of this name already.")) from None
