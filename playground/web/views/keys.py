"""The keys page. Tests are real calls, so `add` and `test` run on the event loop and hop to a thread for rows."""

import uuid
from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from playground.accounts.models import User
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
from playground.web.forms.models import rows_of
from playground.web.key_draft import Draft
from playground.web.listing import listing_of
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
@require_GET
def now(request: HttpRequest) -> HttpResponse:
    """What changes by itself while the page is open: runs under way, last use, status. Asked every other second."""
    user = person(request)
    return render(request, "keys/now.html", {"rows": keyring.rows(user, current_team(user))})


@never_cache
@login_required
@require_POST
@sensitive_post_parameters("secret")
async def add(request: HttpRequest) -> HttpResponseBase:
    """Store a key, after a test when that was asked for. A test that fails stores nothing."""
    draft: Draft = await sync_to_async(key_draft.read)(request)
    await _call(draft)
    return await sync_to_async(_added)(request, draft)


@never_cache
@login_required
@require_POST
@sensitive_post_parameters("secret")
async def list_models(request: HttpRequest) -> HttpResponseBase:
    """Ask a server that is being added for its models. Only they are swapped: what was typed stays in the browser."""
    draft: Draft = await sync_to_async(key_draft.read)(request, key_draft.LIST)
    await _call(draft)
    return await sync_to_async(_listed)(request, draft)


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


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def label(request: HttpRequest, key_id: uuid.UUID) -> HttpResponseBase:
    """Another name and tier."""
    user = person(request)
    row = access.api_key(user, key_id)
    form = LabelForm(request.POST) if request.method == "POST" else _label_form(row)
    if not form.is_bound or not form.is_valid():
        return _form(request, row, "keys/_label_form.html", label_form=form)
    if form.cleaned_data["label"] != row.label:
        keys.rename(row, label=form.cleaned_data["label"], by=user)
    if form.cleaned_data["tier"] != row.tier:
        keys.set_tier(row, tier=form.cleaned_data["tier"], by=user)
    messages.success(request, _("Saved."))
    return _row_changed(request, row)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("secret")
def replace(request: HttpRequest, key_id: uuid.UUID) -> HttpResponseBase:
    """Another secret; for a server of one's own possibly another address."""
    row = access.api_key(person(request), key_id)
    form = ReplaceForm(request.POST) if request.method == "POST" else _replace_form(row)
    if not form.is_bound or not _accepted(form, lambda: _replace(row, form, person(request))):
        return _form(request, row, "keys/_replace_form.html", replace_form=form)
    messages.success(request, _("The key is replaced. Test it now."))
    return _row_changed(request, row)


@never_cache
@login_required
@require_POST
async def models(request: HttpRequest, key_id: uuid.UUID) -> HttpResponseBase:
    """Choose the models of a server of one's own anew, with their limits and prices; or ask it for them."""
    row = await sync_to_async(_own_server)(request, key_id)
    if request.POST.get("act") != key_draft.LIST:
        return await sync_to_async(_models_saved)(request, row)
    prepared = await sync_to_async(_prepared_list)(row)
    finding = prepared if isinstance(prepared, Finding) else await probe.list_models(prepared)
    return await sync_to_async(_models_listed)(request, row, finding)


@login_required
@require_POST
def switch(request: HttpRequest, key_id: uuid.UUID) -> HttpResponseBase:
    """Take a key out of use, or back into it."""
    user = person(request)
    row = access.api_key(user, key_id)
    disabled = request.POST.get("disabled") == "1"
    keys.set_disabled(row, disabled=disabled, by=user)
    messages.success(request, _("The key is disabled.") if disabled else _("The key is enabled."))
    return _row_changed(request, row)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, key_id: uuid.UUID) -> HttpResponseBase:
    """Delete a key for good, after saying what goes with it; what was spent with it stays in the ledger."""
    user = person(request)
    row = access.api_key(user, key_id)
    if request.method != "POST":
        return _form(request, row, "keys/_delete_form.html")
    servers.remove_key(row, by=user)
    messages.success(request, _("The key is deleted."))
    return go(request, "keys")


async def _call(draft: Draft) -> None:
    if draft.probe is not None:
        draft.finding = await (probe.list_models if draft.lists else probe.run)(draft.probe)


def _page(request: HttpRequest, draft: Draft, tested: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    rows = keyring.rows(draft.user, draft.team)
    context = {
        "section": "keys",
        "may_see_log": draft.rights.share,
        "rows": [tested if tested and tested["id"] == row["id"] else row for row in rows],
        "concurrency": keyring.concurrency(list(keys.visible_to(draft.user, draft.team))),
        **draft.values(),
    }
    return render(request, "keys/page.html", context, status=status)


def _added(request: HttpRequest, draft: Draft) -> HttpResponseBase:
    if key_draft.store(request, draft) is not None:
        return go(request, "keys")
    status = _status_of(draft)
    if wants_partial(request):
        return partial(request, "keys/_add_form.html", draft.values(), status=status)
    return _page(request, draft, status=status)


def _listed(request: HttpRequest, draft: Draft) -> HttpResponseBase:
    key_draft.store(request, draft)
    status = _status_of(draft)
    if not wants_partial(request):
        return _page(request, draft, status=status)
    return partial(request, "keys/listed.html", draft.values(), status=status)


def _status_of(draft: Draft) -> int:
    """What was not stored is refused, but for a list of models that was asked for and came."""
    return 200 if draft.lists and draft.finding and not draft.finding.code else 422


def _row_changed(request: HttpRequest, row: ApiKey) -> HttpResponseBase:
    """The row as it is now: for htmx in its place in the table, else the page."""
    if not wants_partial(request):
        return go(request, "keys")
    row = access.api_key(person(request), row.pk)
    return partial(request, "keys/_row_changed.html", {"key": keyring.row_of(row, may_manage=True)})


def _form(request: HttpRequest, row: ApiKey, template: str, **forms: Dressed) -> HttpResponse:
    """One form of a key, for the dialog; without a script all of them, on the key's own page."""
    status = 422 if any(form.is_bound for form in forms.values()) else 200
    if not wants_partial(request):
        return _key_page(request, row, status=status, **forms)
    about = {"key": keyring.row_of(row, may_manage=True), "effect": keyring.effect_of_deleting(row), "in_dialog": True}
    return partial(request, template, about | forms, status=status)


def _prepare(request: HttpRequest, key_id: uuid.UUID) -> tuple[ApiKey, Probe | Finding]:
    """The test of a key, or why it cannot be made."""
    row = access.api_key(person(request), key_id, Act.USE)
    try:
        return row, probe.probe_of_key(row)
    except (Refused, WireError) as error:
        return row, Finding(error.code, error.message, 0, "")


def _prepared_list(row: ApiKey) -> Probe | Finding:
    try:
        return probe.probe_of_key(row)
    except (Refused, WireError) as error:
        return Finding(error.code, error.message, 0, "")


def _tested(request: HttpRequest, row: ApiKey, finding: Finding) -> HttpResponse:
    keys.note_test(row, code=finding.code, milliseconds=finding.milliseconds, refused=finding.is_refusal)
    user = person(request)
    view = keyring.row_of(row, may_manage=keyring.rights_of(user, row.team).manage(row), finding=finding)
    if wants_partial(request):
        return partial(request, "keys/_row.html", {"key": view, "alone": "alone" in request.POST})
    return _page(request, key_draft.empty_draft(user, row.team), tested=view)


def _models_saved(request: HttpRequest, row: ApiKey) -> HttpResponseBase:
    form = ModelsForm(request.POST)
    today = timezone.now().date()
    if not _accepted(form, lambda: servers.offer_models(row.provider, form.served, today=today)):
        if wants_partial(request):
            return partial(request, "keys/_models_form.html", _models_values(row, form), status=422)
        return _key_page(request, row, status=422, models_form=form)
    messages.success(request, _("The models are saved."))
    return go(request, "key", row.pk)


def _models_listed(request: HttpRequest, row: ApiKey, finding: Finding) -> HttpResponseBase:
    form = key_draft.models_listed(request.POST, finding)
    listing = listing_of(finding, with_key=bool(row.sealed))
    status = 422 if finding.code else 200
    if wants_partial(request):
        values = _models_values(row, form) | {"listing": listing}
        return partial(request, "keys/_models.html", values, status=status)
    return _key_page(request, row, status=status, models_form=form, listing=listing)


def _models_values(row: ApiKey, form: ModelsForm) -> dict[str, Any]:
    return {"form": form, "list_url": reverse("key-models", args=[row.pk]), "key": keyring.row_of(row, may_manage=True)}


@sensitive_variables()
def _replace(row: ApiKey, form: ReplaceForm, user: User) -> None:
    secret = form.cleaned_data["secret"]
    if not row.provider.is_custom:
        keys.replace(row, key=secret, by=user)
        return
    address = servers.check_address(form.cleaned_data["base_url"] or row.address)
    if secret or not row.sealed:
        keys.replace(row, key=secret, base_url=address, by=user)
    else:
        keys.move(row, base_url=address, by=user)


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


def _label_form(row: ApiKey) -> LabelForm:
    return LabelForm(initial={"label": row.label, "tier": row.tier})


def _replace_form(row: ApiKey) -> ReplaceForm:
    return ReplaceForm(initial={"base_url": row.address})


def _key_page(request: HttpRequest, row: ApiKey, status: int = 200, **posted: Any) -> HttpResponse:
    context: dict[str, Any] = {
        "section": "keys",
        "key": keyring.row_of(row, may_manage=True),
        "effect": keyring.effect_of_deleting(row),
        "label_form": _label_form(row),
        "replace_form": _replace_form(row),
    }
    if row.provider.is_custom:
        offered = keyring.offered_by(row.provider)
        form = ModelsForm(initial={"currency": row.provider.currency}, rows=rows_of(offered))
        context |= {"models_form": form, "list_url": reverse("key-models", args=[row.pk])}
    return render(request, "keys/key.html", context | posted, status=status)
