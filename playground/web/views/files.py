"""Conversations as files: to take along, and to bring in."""

import re
import uuid
from collections.abc import Iterator

import orjson
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from playground.accounts.people import current_team
from playground.accounts.roles import Act
from playground.conversations.files.bring_in import Brought, bring_in
from playground.conversations.files.read import SCHEMA, read_conversations
from playground.conversations.files.write import document_of, markdown_of
from playground.errors import Refused
from playground.web import access
from playground.web.access import person
from playground.web.forms.files import ImportForm

KINDS = {"json": "application/json", "md": "text/markdown; charset=utf-8"}
LONGEST_NAME = 60


@never_cache
@login_required
@require_GET
def export(request: HttpRequest, conversation_id: uuid.UUID, kind: str) -> HttpResponse:
    """One conversation: "json" with all branches, or "md" with the open one, and its thinking for `thinking=1`."""
    found = access.conversation(person(request), conversation_id, Act.VIEW)
    if kind not in KINDS:
        raise Http404
    if kind == "json":
        content: bytes | str = orjson.dumps(document_of(found), option=orjson.OPT_INDENT_2)
    else:
        content = markdown_of(found, with_thinking=request.GET.get("thinking") == "1")
    answer = HttpResponse(content, content_type=KINDS[kind])
    answer.headers["Content-Disposition"] = _attachment(f"{found.title}.{kind}")
    return answer


@never_cache
@login_required
@require_GET
def export_all(request: HttpRequest) -> HttpResponseBase:
    """All conversations of the person, archived ones too: one JSON document a line."""
    mine = access.conversations(person(request)).filter(batch=None).order_by("created_at")

    def lines() -> Iterator[bytes]:
        for found in mine.iterator(chunk_size=50):
            yield orjson.dumps(document_of(found), option=orjson.OPT_APPEND_NEWLINE)

    answer = StreamingHttpResponse(lines(), content_type="application/jsonl")
    day = timezone.localdate().isoformat()
    answer.headers["Content-Disposition"] = _attachment(f"{_('conversations')} {day}.jsonl")
    return answer


@login_required
@require_GET
def schema(request: HttpRequest) -> HttpResponse:
    """The schema that describes our own JSON, for whoever writes such files with other programs."""
    return HttpResponse(SCHEMA.read_bytes(), content_type="application/schema+json")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def bring(request: HttpRequest) -> HttpResponse:
    """The page on which a file is brought in; all of it or, with the reason, nothing."""
    user = person(request)
    form = ImportForm(request.POST or None, request.FILES or None)
    made: list[Brought] = []
    if request.method == "POST" and form.is_valid():
        try:
            made = bring_in(read_conversations(form.cleaned_data["file"].read()), user=user, team=current_team(user))
        except Refused as error:
            form.refuse(error)
        else:
            form = ImportForm()
    context = {"form": form, "made": made, "section": "playground"}
    return render(request, "conversations/import.html", context, status=form.status)


def _attachment(name: str) -> str:
    """The header that makes a browser keep an answer as a file, without signs that file systems refuse."""
    stem, _dot, ending = name.rpartition(".")
    words = re.sub(r"[^\w\- ]+", " ", stem).split()
    safe = " ".join(words)[:LONGEST_NAME].strip() or "conversation"
    return str(content_disposition_header(True, f"{safe}.{ending}"))
