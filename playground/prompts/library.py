"""The deeds on templates: make, save, restore, make live, copy, fork, archive, star. Each is one transaction.

Who may do them is asked above (web/access.py). A version is only ever added.
"""

import uuid
from dataclasses import replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.accounts import audit
from playground.accounts.models import Team, User
from playground.folding import fold
from playground.prompts.content import LONGEST, Content
from playground.prompts.errors import PromptRefused
from playground.prompts.models import LastFilling, PromptTemplate, TemplateStar, TemplateVersion

LONGEST_NOTE = 200


@transaction.atomic
def create(
    *,
    team: Team,
    author: User,
    content: Content,
    note: str = "",
    live: bool = True,
    forked: TemplateVersion | None = None,
) -> PromptTemplate:
    """A new template of a team with its first version; `forked`: the version it comes from and wants to hear of."""
    template = PromptTemplate.objects.create(
        team=team, created_by=author, origin=forked.template if forked else None, origin_version=forked
    )
    version = add_version(template, content, author=author, note=note, live=live)
    _tell(version, author, "template.forked" if forked else "template.created")
    return template


@transaction.atomic
def save(
    template: PromptTemplate, *, author: User, content: Content, base: int, note: str = "", live: bool = True
) -> TemplateVersion:
    """The next version. `base` is the number of the one that was edited: Refused("moved") when somebody was faster.

    Saving what is there already adds nothing; `live` then makes that version live.
    """
    locked = _lock(template)
    newest = locked.newest
    if newest is not None and newest.number != base:
        raise PromptRefused(
            "moved",
            _("Version %(number)s was saved meanwhile. Compare with it, then save again.") % {"number": newest.number},
        )
    if newest is not None and newest.content == content:
        if live and locked.live_id != newest.pk:
            _make_live(locked, newest)
            _tell(newest, author, "template.published")
        return newest
    version = add_version(locked, content, author=author, note=note, live=live)
    return _tell(version, author, "template.published" if live else "template.saved")


@transaction.atomic
def restore(template: PromptTemplate, version: TemplateVersion, *, author: User) -> TemplateVersion:
    """What an older version says, as a new one that is live."""
    note = _("Version %(number)s restored") % {"number": version.number}
    restored = add_version(_lock(template), version.content, author=author, note=note, live=True)
    return _tell(restored, author, "template.restored")


@transaction.atomic
def make_live(template: PromptTemplate, version: TemplateVersion, *, by: User) -> None:
    """The version that members get from now on: a draft, or an older one that is pinned so."""
    _make_live(_lock(template), version)
    _tell(version, by, "template.published")


def copy(version: TemplateVersion, *, team: Team, author: User) -> PromptTemplate:
    """Another template that says the same and knows nothing of where it came from."""
    suffix = _(" (copy)")
    content = version.content
    title = content.title[: LONGEST["title"] - len(suffix)] + suffix
    return create(team=team, author=author, content=replace(content, title=title))


def fork(version: TemplateVersion, *, team: Team, author: User) -> PromptTemplate:
    """A template of another team that says the same and remembers its origin."""
    return create(team=team, author=author, content=version.content, forked=version)


@transaction.atomic
def catch_up(template: PromptTemplate, *, author: User, take_over: bool) -> None:
    """Settle that the origin moved: with its text as a new draft, or by keeping one's own."""
    locked = _lock(template)
    moved = locked.origin.live if locked.origin else None
    if moved is None:
        raise PromptRefused("nothing_live", _("The template it was forked from is gone."))
    if take_over:
        note = _("Taken over from version %(number)s of the origin") % {"number": moved.number}
        _tell(add_version(locked, moved.content, author=author, note=note, live=False), author, "template.saved")
    locked.origin_version = moved
    locked.save(update_fields=["origin_version"])


@transaction.atomic
def archive(template: PromptTemplate, *, archived: bool, by: User | None) -> None:
    """Out of the list, or back into it."""
    template.archived_at = timezone.now() if archived else None
    template.save(update_fields=["archived_at"])
    _tell(template.shown, by, "template.archived" if archived else "template.brought_back")


def star(template: PromptTemplate, user: User, *, starred: bool) -> None:
    """A person's star, put or taken; twice is once."""
    if starred:
        TemplateStar.objects.get_or_create(user=user, template=template)
    else:
        TemplateStar.objects.filter(user=user, template=template).delete()


def keep_filling(user: User, version: TemplateVersion, *, system_prompt: str, first_message: str) -> None:
    """Remember what the playground is to begin with."""
    texts = {"system_prompt": system_prompt, "first_message": first_message}
    LastFilling.objects.update_or_create(user=user, defaults={"version": version, **texts})


def filling(user: User, version_id: uuid.UUID) -> LastFilling | None:
    """What the person filled this version with last."""
    return LastFilling.objects.filter(user=user, version=version_id).first()


def add_version(
    template: PromptTemplate, content: Content, *, author: User | None, note: str = "", live: bool
) -> TemplateVersion:
    """Append a version to a template that is locked or new; the files of the program come in here too."""
    version = TemplateVersion.objects.create(
        template=template,
        number=template.newest.number + 1 if template.newest else 1,
        author=author,
        note=note.strip()[:LONGEST_NOTE],
        **TemplateVersion.columns(content),
    )
    template.newest = version
    if live:
        _make_live(template, version)
    else:
        _touch(template)
    return version


def _tell(version: TemplateVersion, person: User | None, deed: str) -> TemplateVersion:
    """Into the log of the template's team; what came with the program is nobody's deed. Returns the version."""
    team = version.template.team
    if team is not None:
        about = {"version": version.number, "template": str(version.template_id)}
        audit.note(team=team, person=person, deed=deed, subject=version.title, details=about)
    return version


def _lock(template: PromptTemplate) -> PromptTemplate:
    locked = PromptTemplate.objects.select_for_update().get(pk=template.pk)
    if locked.archived_at is not None:
        raise PromptRefused("archived", _("This template is in the archive. Move it back to the list to change it."))
    return locked


def _make_live(template: PromptTemplate, version: TemplateVersion) -> None:
    if version.template_id != template.pk:
        raise ValueError("a version of another template")
    if version.live_at is None:
        version.live_at = timezone.now()
        version.save(update_fields=["live_at"])
    template.live = version
    _touch(template)


def _touch(template: PromptTemplate) -> None:
    """Keep what the search looks into in step with what is shown."""
    shown = template.shown
    template.updated_at = timezone.now()
    template.folded_name = fold("\n".join([shown.title, *shown.tags]))
    names = [str(one["name"]) for one in shown.variables]
    texts = (shown.title, *shown.tags, shown.purpose, *names, shown.system_prompt, shown.first_message)
    template.folded = fold("\n".join(texts))
    template.folded_tags = "".join(f"\n{fold(tag)}\n" for tag in shown.tags)
    template.save()
