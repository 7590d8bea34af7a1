"""Templates: the list, one beside it, comparing, and the deeds on them. Editing and using have modules of their own."""

import re
import uuid
from collections.abc import Callable
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from playground.accounts.models import Team, User
from playground.accounts.people import current_team, role_in
from playground.accounts.roles import Act, Thing, may
from playground.errors import Refused
from playground.prompts import files, library, queries
from playground.prompts.models import PromptTemplate, TemplateVersion
from playground.web import access
from playground.web.access import person, team_of
from playground.web.respond import go
from playground.web.template_panel import change, panel
from playground.web.template_shelf import Wish
from playground.web.template_shelf import shelf as shelf_of
from playground.web.template_worth import side_by_side


@never_cache
@login_required
@require_GET
def shelf(request: HttpRequest) -> HttpResponse:
    """The list; for htmx its cards alone, and the short form of the address."""
    wish = Wish.read(request.GET.dict())
    context = {"section": "templates", "shelf": shelf_of(person(request), wish), "panel": None}
    htmx = request.htmx  # type: ignore[attr-defined]
    if not htmx or htmx.history_restore_request:  # going back asks for the whole page, even through htmx
        return render(request, "prompts/page.html", context)
    answer = render(request, "prompts/_cards.html", context)
    answer.headers["HX-Push-Url"] = wish.address()
    return answer


@never_cache
@login_required
@require_GET
def one(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """The list with a template beside it; `?version=` shows another one than members get."""
    user = person(request)
    found = access.template(user, template_id)
    context = {
        "section": "templates",
        "shelf": shelf_of(user, Wish.read(request.GET.dict()), opened=found.pk),
        "panel": panel(user, found, _version_of(user, found, request.GET.get("version", ""))),
    }
    return render(request, "prompts/page.html", context)


@never_cache
@login_required
@require_GET
def built_in(request: HttpRequest, name: str) -> HttpResponseBase:
    """A template that came with the program, in the reader's language, by its name."""
    team = current_team(person(request))
    found = queries.available(team, language=get_language() or "en", drafts=False).filter(builtin_key=name).first()
    if found is None:
        raise Http404
    return redirect("template", found.pk)


@never_cache
@login_required
@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """Two versions side by side, of one template or of two."""
    user = person(request)
    left, right = (access.template_version(user, _uuid_or_404(request.GET.get(side, ""))) for side in ("left", "right"))
    may_try = all(access.may_with_template(user, side.template, Act.USE) for side in (left, right))
    context = {
        "section": "templates",
        "change": change(left, right),
        "worth": side_by_side(team_of(request), left, right),
        "may_try": may_try,
    }
    return render(request, "prompts/compare.html", context)


@login_required
@require_POST
def star(request: HttpRequest, template_id: uuid.UUID) -> HttpResponseBase:
    """Put a star (`on=1`), or take it."""
    user = person(request)
    found = access.template(user, template_id)
    library.star(found, user, starred=request.POST.get("on") == "1")
    return go(request, "template", found.pk)


@login_required
@require_POST
def archive(request: HttpRequest, template_id: uuid.UUID) -> HttpResponseBase:
    """Into the archive (`on=1`), or back into the list."""
    user = person(request)
    found = access.template(user, template_id, Act.EDIT)
    archived = request.POST.get("on") == "1"
    library.archive(found, archived=archived, by=user)
    messages.success(request, _("Moved into the archive.") if archived else _("Moved back to the list."))
    return go(request, "template", found.pk)


@login_required
@require_POST
def make_live(request: HttpRequest, template_id: uuid.UUID) -> HttpResponseBase:
    """The posted version is what members get from now on."""
    user = person(request)
    found = access.template(user, template_id, Act.EDIT)
    version = _posted_version(request, user, found)
    return _done(request, found, lambda: library.make_live(found, version, by=user), _("This version is live now."))


@login_required
@require_POST
def restore(request: HttpRequest, template_id: uuid.UUID) -> HttpResponseBase:
    """What the posted version says, as a new one."""
    user = person(request)
    found = access.template(user, template_id, Act.EDIT)
    version = _posted_version(request, user, found)
    return _done(request, found, lambda: library.restore(found, version, author=user), _("Restored as a new version."))


@login_required
@require_POST
def copy(request: HttpRequest, template_id: uuid.UUID) -> HttpResponseBase:
    """Another template in the current team that says the same."""
    user = person(request)
    found = access.template(user, template_id)
    version = _posted_version(request, user, found)
    made = library.copy(version, team=_team(user, current_team(user).pk), author=user)
    messages.success(request, _("Copied."))
    return go(request, "template-edit", made.pk)


@login_required
@require_POST
def fork(request: HttpRequest, template_id: uuid.UUID) -> HttpResponseBase:
    """A template of the posted team that says the same and hears when this one moves."""
    user = person(request)
    found = access.template(user, template_id)
    version = _posted_version(request, user, found)
    posted = request.POST.get("team", "")
    team = _team(user, int(posted) if posted.isdecimal() else 0)
    if team.pk == found.team_id:
        raise Http404
    made = library.fork(version, team=team, author=user)
    messages.success(request, _("Forked into %(team)s.") % {"team": team.name})
    return go(request, "template", made.pk)


@login_required
@require_POST
def catch_up(request: HttpRequest, template_id: uuid.UUID) -> HttpResponseBase:
    """Take over what the origin says now as a draft (`take=1`), or keep one's own."""
    user = person(request)
    found = access.template(user, template_id, Act.EDIT)
    if found.origin is None:
        raise Http404
    access.template(user, found.origin.pk)
    take = request.POST.get("take") == "1"
    said = _("Taken over as a draft.") if take else _("Kept as it is.")
    return _done(request, found, lambda: library.catch_up(found, author=user, take_over=take), said)


@never_cache
@login_required
@require_GET
def export(request: HttpRequest, template_id: uuid.UUID, kind: str) -> HttpResponse:
    """A template as a file."""
    user = person(request)
    found = access.template(user, template_id)
    version = _version_of(user, found, request.GET.get("version", "")) or found.shown
    return _file([version], kind, version.title)


@never_cache
@login_required
@require_GET
def export_all(request: HttpRequest, kind: str) -> HttpResponse:
    """The team's own templates as a file, as members get them."""
    own = PromptTemplate.objects.filter(team=current_team(person(request)), archived_at=None, live__isnull=False)
    listed = own.select_related("live").order_by("folded_name")[: files.MOST_TEMPLATES]
    return _file([one.shown for one in listed], kind, "templates")


def _file(versions: list[TemplateVersion], kind: str, title: str) -> HttpResponse:
    if kind not in files.KINDS:
        raise Http404
    name = re.sub(r"[^\w-]+", "-", title).strip("-").lower() or "template"
    return HttpResponse(
        files.write([version.content for version in versions], kind),
        content_type=f"{files.KINDS[kind]}; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename*=utf-8''{quote(f'{name}.{kind}')}"},
    )


def _done(request: HttpRequest, found: PromptTemplate, deed: Callable[[], object], said: str) -> HttpResponseBase:
    """Carry it out; a refusal is told where a confirmation would stand."""
    try:
        deed()
    except Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    return go(request, "template", found.pk)


def _posted_version(request: HttpRequest, user: User, found: PromptTemplate) -> TemplateVersion:
    version = _version_of(user, found, request.POST.get("version", ""))
    if version is None:
        raise Http404
    return version


def _version_of(user: User, found: PromptTemplate, text: str) -> TemplateVersion | None:
    """The version that an address names; None when it names none. One of another template is not there."""
    if not text:
        return None
    version = access.template_version(user, _uuid_or_404(text))
    if version.template_id != found.pk:
        raise Http404
    return version


def _team(user: User, team_id: int) -> Team:
    """A team in which the person may edit."""
    team = Team.objects.filter(pk=team_id, members__user=user).first()
    if team is None or not may(role_in(user, team), Act.EDIT, Thing.TEMPLATES):
        raise Http404
    return team


def _uuid_or_404(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None
