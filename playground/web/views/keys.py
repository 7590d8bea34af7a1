"""The keys page. Tests are real calls, so `add` and `test` run on the event loop and hop to a thread for rows."""

import uuid
from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from playground.accounts.people import current_team
from playground.accounts.roles import Act
from playground.errors import Refused
from playground.streaming import probe
from playground.streaming.probe import Finding, Probe
from playground.vault import keys, servers
from playground.vault.models import ApiKey
from playground.web import access, key_draft, keyring
from playground.web.access import person
from playground.web.forms.dress import Dressed
from playground.web.forms.keys import LabelForm, ModelsForm, ReplaceForm
from playground.web.key_draft import Draft
from playground.web.respond import go, partial, wants_partial
from playground.wire.errors import WireError


@never_cache
@login_required
@require_GET
def table(request: HttpRequest) -> HttpResponse:
    """All keys, the form for another one, and what each tier allows."""
    user = person(request)
    return _page(request, key_draft.empty_draft(user, current_team(user)))


@never_cache
@login_required
@require_POST
@sensitive_post_parameters("secret")
async def add(request: HttpRequest) -> HttpResponseBase:
    """Store a key, after a test when that was asked for. A test that fails stores nothing."""
    draft: Draft = await sync_to_async(key_draft.read)(request)
    if draft.probe is not None:
        draft.finding = await probe.run(draft.probe)
    return await sync_to_async(_added)(request, draft)


@never_cache
@login_required
@require_POST
async def test(request: HttpRequest, key_id: uuid.UUID) -> HttpResponseBase:
    """Make the smallest call with a stored key and keep the result."""
    row, prepared = await sync_to_async(_prepare)(request, key_id)
    finding = prepared if isinstance(prepared, Finding) else await probe.run(prepared)
    return await sync_to_async(_tested)(request, row, finding)


@never_cache
@login_required
@require_GET
def one(request: HttpRequest, key_id: uuid.UUID) -> HttpResponse:
    """One key: its name and tier, another secret, its server's models, disabling and deleting."""
    return _key_page(request, access.api_key(person(request), key_id))


@login_required
@require_POST
def label(request: HttpRequest, key_id: uuid.UUID) -> HttpResponseBase:
    """Another name and tier."""
    row = access.api_key(person(request), key_id)
    form = LabelForm(request.POST)
    if not form.is_valid():
        return _key_page(request, row, label_form=form)
    keys.rename(row, label=form.cleaned_data["label"])
    keys.set_tier(row, tier=form.cleaned_data["tier"])
    messages.success(request, _("Saved."))
    return go(request, "keys")


@login_required
@require_POST
@sensitive_post_parameters("secret")
def replace(request: HttpRequest, key_id: uuid.UUID) -> HttpResponseBase:
    """Another secret; for a server of one's own possibly another address."""
    row = access.api_key(person(request), key_id)
    form = ReplaceForm(request.POST)
    if not _accepted(form, lambda: _replace(row, form)):
        return _key_page(request, row, replace_form=form)
    messages.success(request, _("The key is replaced. Test it now."))
    return go(request, "keys")


@login_required
@require_POST
def add_models(request: HttpRequest, key_id: uuid.UUID) -> HttpResponseBase:
    """More models of a server of one's own, or other limits and prices of those it has."""
    row = _own_server(request, key_id)
    form = ModelsForm(request.POST)
    today = timezone.now().date()
    if not _accepted(form, lambda: servers.offer_models(row.provider, form.served, today=today)):
        return _key_page(request, row, models_form=form)
    messages.success(request, _("The models can be chosen now."))
    return go(request, "key", row.pk)


@login_required
@require_POST
def withdraw_model(request: HttpRequest, key_id: uuid.UUID, offer_id: uuid.UUID) -> HttpResponseBase:
    """Take a model of a server of one's own out of the picker."""
    row = _own_server(request, key_id)
    servers.withdraw(row.provider, offer_id)
    return go(request, "key", row.pk)


@login_required
@require_POST
def switch(request: HttpRequest, key_id: uuid.UUID) -> HttpResponseBase:
    """Take a key out of use, or back into it."""
    row = access.api_key(person(request), key_id)
    keys.set_disabled(row, disabled=request.POST.get("disabled") == "1")
    if not wants_partial(request):
        return go(request, "keys")
    return partial(request, "keys/_row.html", {"key": keyring.row_of(row, may_manage=True)})


@login_required
@require_POST
def delete(request: HttpRequest, key_id: uuid.UUID) -> HttpResponseBase:
    """Delete a key for good; what was spent with it stays in the ledger."""
    servers.remove_key(access.api_key(person(request), key_id))
    messages.success(request, _("The key is deleted."))
    return go(request, "keys")


def _page(request: HttpRequest, draft: Draft, tested: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    rows = keyring.rows(draft.user, draft.team)
    context = {
        "section": "keys",
        "rows": [tested if tested and tested["id"] == row["id"] else row for row in rows],
        "concurrency": keyring.concurrency(list(keys.visible_to(draft.user, draft.team))),
        **draft.values(),
    }
    return render(request, "keys/page.html", context, status=status)


def _added(request: HttpRequest, draft: Draft) -> HttpResponseBase:
    if key_draft.store(request, draft) is not None:
        return go(request, "keys")
    if wants_partial(request):
        return partial(request, "keys/_add_form.html", draft.values(), status=422)
    return _page(request, draft, status=422)


def _prepare(request: HttpRequest, key_id: uuid.UUID) -> tuple[ApiKey, Probe | Finding]:
    """The test of a key, or why it cannot be made."""
    row = access.api_key(person(request), key_id, Act.USE)
    try:
        return row, probe.probe_of_key(row)
    except (Refused, WireError) as error:
        return row, Finding(error.code, error.message, 0, "")


def _tested(request: HttpRequest, row: ApiKey, finding: Finding) -> HttpResponse:
    keys.note_test(row, code=finding.code, milliseconds=finding.milliseconds, refused=finding.is_refusal)
    user = person(request)
    view = keyring.row_of(row, may_manage=keyring.rights_of(user, row.team).manage(row), finding=finding)
    if wants_partial(request):
        return partial(request, "keys/_row.html", {"key": view, "alone": "alone" in request.POST})
    return _page(request, key_draft.empty_draft(user, row.team), tested=view)


@sensitive_variables()
def _replace(row: ApiKey, form: ReplaceForm) -> None:
    secret = form.cleaned_data["secret"]
    if not row.provider.is_custom:
        keys.replace(row, key=secret)
        return
    address = servers.check_address(form.cleaned_data["base_url"] or row.address)
    if secret or not row.sealed:
        keys.replace(row, key=secret, base_url=address)
    else:
        keys.move(row, base_url=address)


def _accepted(form: Dressed, act: Callable[[], object]) -> bool:
    """Do what a form asks for; a refusal is shown in the form."""
    if not form.is_valid():
        return False
    try:
        act()
    except Refused as error:
        form.refuse(error)
        return False
    return True


def _own_server(request: HttpRequest, key_id: uuid.UUID) -> ApiKey:
    row = access.api_key(person(request), key_id)
    if not row.provider.is_custom:
        raise Http404
    return row


def _key_page(request: HttpRequest, row: ApiKey, **posted: Dressed) -> HttpResponse:
    context = {
        "section": "keys",
        "key": keyring.row_of(row, may_manage=True),
        "models": keyring.models_of(row.provider) if row.provider.is_custom else [],
        "label_form": LabelForm(initial={"label": row.label, "tier": row.tier}),
        "replace_form": ReplaceForm(initial={"base_url": row.address}),
        "models_form": ModelsForm(initial={"currency": row.provider.currency}),
        **posted,
    }
    return render(request, "keys/key.html", context, status=422 if posted else 200)
