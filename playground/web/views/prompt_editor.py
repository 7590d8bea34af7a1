"""Writing templates: new, another version, the preview beside the form, and files that bring some along."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from playground.accounts.models import Team, User
from playground.accounts.people import current_team, role_in
from playground.accounts.roles import Act, Thing, may
from playground.errors import Refused
from playground.prompts import files, library
from playground.prompts.models import PromptTemplate
from playground.web import access, template_draft
from playground.web.access import person
from playground.web.forms.prompts import ImportForm
from playground.web.offers import Desk
from playground.web.respond import go
from playground.web.template_draft import Draft

LIVE = "live"  # the button that also makes the version live


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """A new template of the current team; `?conversation=` brings a conversation along."""
    user = person(request)
    desk = Desk(user, _team(user))
    if request.method != "POST":
        draft = template_draft.begin(desk, template_draft.from_conversation(user, request.GET.dict()))
        return _page(request, desk, draft)
    draft = template_draft.read(desk, request.POST)
    if draft.content is None:
        return _page(request, desk, draft, status=422)
    note, live = request.POST.get("note", ""), request.POST.get("act") == LIVE
    made = library.create(team=desk.team, author=user, content=draft.content, note=note, live=live)
    messages.success(request, _("Saved, and live.") if live else _("Saved as a draft."))
    return go(request, "template", made.pk)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, template_id: uuid.UUID) -> HttpResponseBase:
    """The next version of a template."""
    user = person(request)
    found = access.template(user, template_id, Act.EDIT)
    newest = found.newest or found.shown
    desk = Desk(user, current_team(user))
    if request.method != "POST":
        return _page(request, desk, template_draft.begin(desk, newest.content), found)
    draft = template_draft.read(desk, request.POST, icon=newest.icon)
    if draft.content is None:
        return _page(request, desk, draft, found, status=422)
    return _save(request, desk, draft, found)


@never_cache
@login_required
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What the form would send, with tokens and price; the variables' rows as well when others are named now."""
    desk = template_draft.desk_of(request)
    draft = template_draft.read(desk, request.POST)
    values = draft.values
    context = {
        "preview": template_draft.preview(desk, draft, request.POST.get("model", "")),
        "editor": values if values["shown"] != request.POST.get("shown") else None,
    }
    return render(request, "prompts/preview.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def import_file(request: HttpRequest) -> HttpResponseBase:
    """Templates from a file, all of them or none; as drafts unless they are to be live at once."""
    user = person(request)
    team = _team(user)
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if form.is_bound and form.is_valid():
        try:
            contents = files.read(form.cleaned_data["file"].read(files.MOST_BYTES + 1))
        except Refused as error:
            form.refuse(error)
        else:
            live = request.POST.get("act") == LIVE
            for content in contents:
                library.create(team=team, author=user, content=content, note=_("Imported"), live=live)
            count = len(contents)
            words = ngettext("%(count)s template imported.", "%(count)s templates imported.", count)
            messages.success(request, words % {"count": count})
            return go(request, "templates")
    return render(request, "prompts/import.html", {"section": "templates", "form": form}, status=form.status)


def _save(request: HttpRequest, desk: Desk, draft: Draft, found: PromptTemplate) -> HttpResponseBase:
    base = request.POST.get("base", "")
    live = request.POST.get("act") == LIVE
    try:
        library.save(
            found,
            author=desk.user,
            content=draft.content,  # type: ignore[arg-type]  # the caller has checked it
            base=int(base) if base.isdecimal() else 0,
            note=request.POST.get("note", ""),
            live=live,
        )
    except Refused as error:
        draft.form.add_error(None, error.message)
        return _page(request, desk, draft, access.template(desk.user, found.pk), status=409)
    messages.success(request, _("Saved, and live.") if live else _("Saved as a draft."))
    return go(request, "template", found.pk)


def _page(
    request: HttpRequest, desk: Desk, draft: Draft, found: PromptTemplate | None = None, status: int = 200
) -> HttpResponse:
    newest = found.newest if found else None
    moved = newest if newest and status == 409 else None
    context = {
        "section": "templates",
        "editor": draft.values,
        "preview": template_draft.preview(desk, draft, str(draft.form["model"].value() or "")),
        "template": {"id": found.pk, "title": found.shown.title, "base": newest.number} if found and newest else None,
        "moved": {"left": found.shown.pk, "right": moved.pk} if found and moved else None,
    }
    return render(request, "prompts/editor.html", context, status=status)


def _team(user: User) -> Team:
    """The current team, if the person may edit in it."""
    team = current_team(user)
    if not may(role_in(user, team), Act.EDIT, Thing.TEMPLATES):
        raise Http404
    return team
