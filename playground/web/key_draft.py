"""A key that is being added: read from a request, tested or asked for its models, stored. Called by views.keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from playground.accounts.models import Team, User
from playground.accounts.people import current_team
from playground.errors import Refused
from playground.streaming import probe
from playground.streaming.probe import Finding, Probe
from playground.vault import keys, servers
from playground.vault.models import ApiKey
from playground.web import keyring
from playground.web.access import person
from playground.web.forms.dress import Dressed
from playground.web.forms.keys import TEAM, KeyForm, ModelsForm, ServerForm
from playground.web.forms.models import ModelRows
from playground.web.listing import Listing, listing_of, own_words
from playground.web.troubles import trouble
from playground.wire.addresses import check_host_port
from playground.wire.errors import WireError

LIST, TEST = "list", "test"
PRIVATE = frozenset({"private_address", "address_refused"})


@dataclass(slots=True)
class Draft:
    """Who adds what. `act`: list, test or save; `probe`: the call that is to be made; `finding`: its result."""

    user: User
    team: Team
    rights: keyring.Rights
    form: KeyForm
    act: str = ""
    probe: Probe | None = None
    finding: Finding | None = None
    server: ServerForm | None = None  # what was wrong with the address when only its models were asked for

    @property
    def lists(self) -> bool:
        """Whether only the models are asked for."""
        return self.act == LIST

    def values(self) -> dict[str, Any]:
        """Values of `keys/_add_form.html` and `keys/_models.html`."""
        asked = self.server or self.form
        return {
            "form": self.form,
            "address_field": asked["base_url"],
            "may_add": self.rights.add,
            "failed": _failure(self.finding) if not self.lists else None,
            "listing": self._listing(),
            "private": self._private(asked),
            "is_owner": self.user.is_owner,
        }

    def _listing(self) -> Listing | None:
        if self.server is not None and (wrong := self.server.errors.get("secret")):
            return Listing("bad", "circle-x", str(wrong[0]), "")
        if self.finding is None or not self.lists:
            return None
        return listing_of(self.finding, with_key=self.probe is not None and self.probe.secret is not None)

    def _private(self, asked: Dressed) -> str:
        """The private host and port that stand in the way; "" for none."""
        codes = {error.code for error in asked.errors.as_data().get("base_url", ())} if asked.is_bound else set()
        if self.finding is not None:
            codes.add(self.finding.code)
        if not codes & PRIVATE:
            return ""
        try:
            host, port = check_host_port(str(asked["base_url"].value() or "").strip())
        except WireError:
            return ""
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def empty_draft(user: User, team: Team, data: Any = None, initial: Any = None) -> Draft:
    """The form as it is before anything was typed, with `data` to be judged, or with `initial` only to be shown."""
    rights = keyring.rights_of(user, team)
    choices: dict[str, Any] = {"endpoints": keyring.endpoints(), "people": keyring.people(team, rights)}
    form = KeyForm(data, initial=initial, auto_id="key-%s", **choices)
    return Draft(user, team, rights, form)


def read(request: HttpRequest, act: str = "") -> Draft:
    """What was posted, with a probe when a call was asked for and can be made."""
    user = person(request)
    draft = empty_draft(user, current_team(user), request.POST)
    if not draft.rights.add:
        raise Http404
    allow = request.POST.get("allow", "")
    draft.act = LIST if allow else act or request.POST.get("act", "")
    if allow:
        _allow(request, user, allow)
    if draft.lists:
        _read_server(draft, request.POST)
    elif draft.form.is_valid() and draft.act == TEST:
        if draft.form.is_custom and not draft.form.is_named:
            draft.act = LIST  # nothing to be tested yet
            _read_server(draft, request.POST)
        else:
            _prepare(draft, draft.form, lambda: _probe(draft.form))
    return draft


def store(request: HttpRequest, draft: Draft) -> ApiKey | None:
    """Store the key of a draft; None when something stands in the way, which the draft then tells."""
    finding = draft.finding
    if draft.lists:
        _offer_choice(draft, request.POST)
        return None
    if not draft.form.is_valid() or (finding and finding.code):
        return None
    try:
        row = _stored(draft)
    except Refused as error:
        draft.form.refuse(error)
        return None
    if finding:
        keys.note_test(row, code="", milliseconds=finding.milliseconds, refused=False)
    messages.success(request, _("The key works and is saved.") if finding else _("The key is saved."))
    return row


def models_listed(data: Mapping[str, Any], finding: Finding) -> ModelsForm:
    """The models of a server that is there already: those of the form, then those it lists."""
    rows = ModelRows(data).with_names(_named(data), finding.listed)
    return ModelsForm(initial={"currency": data.get("currency", "")}, rows=rows)


def _allow(request: HttpRequest, user: User, address: str) -> None:
    """An owner lets a private address in, right where it stood in the way."""
    if not user.is_owner:
        raise Http404
    try:
        host, port = check_host_port(f"http://{address}")
        keys.allow_host(user=user, host=host, port=port)
    except (Refused, WireError):
        return  # the form says again what is wrong with the address
    messages.success(request, _("The address is allowed."))


def _read_server(draft: Draft, data: Mapping[str, Any]) -> None:
    """Only the address and the key count here: the rest of the form may still be empty."""
    draft.server = server = ServerForm(data, auto_id="key-%s")
    if server.is_valid():
        _prepare(draft, server, lambda: _probe_of_list(server))


def _prepare(draft: Draft, form: Dressed, make: Any) -> None:
    try:
        draft.probe = make()
    except Refused as error:
        form.refuse(error)
    except WireError as error:
        draft.finding = Finding(error.code, error.message, 0, "")


def _probe_of_list(server: ServerForm) -> Probe:
    secret = keys.check_key(server.cleaned_data["secret"], needed=False)
    address = servers.check_address(server.cleaned_data["base_url"])
    return probe.probe_of_server(base_url=address, secret=secret or None, model="")


def _probe(form: KeyForm) -> Probe:
    data = form.cleaned_data
    if form.is_custom:
        secret = keys.check_key(data["secret"], needed=False)
        names = [model.name for model in form.served]
        address = servers.check_address(data["base_url"])
        return probe.probe_of_server(base_url=address, secret=secret or None, model=next(iter(names), ""))
    provider, address = keyring.chosen_endpoint(data["endpoint"])
    secret = keys.check_key(data["secret"], needed=True)
    return probe.probe_of_provider(provider, base_url=address or provider.base_url, secret=secret)


@sensitive_variables()
def _stored(draft: Draft) -> ApiKey:
    data = draft.form.cleaned_data
    about: dict[str, Any] = {
        "team": draft.team,
        "user": None if data["who"] == TEAM else draft.user,
        "created_by": draft.user,
        "tier": data["tier"],
        "key": data["secret"],
    }
    if not draft.form.is_custom:
        provider, address = keyring.chosen_endpoint(data["endpoint"])
        return keys.add(provider=provider, label=data["label"], base_url=address, **about)
    return servers.add_server(
        name=data["label"],
        base_url=data["base_url"],
        models=draft.form.served,
        currency=data["currency"],
        today=timezone.now().date(),
        **about,
    )


def _offer_choice(draft: Draft, data: Mapping[str, Any]) -> None:
    """The form again as it was typed, with the names that were typed and those the server lists as rows."""
    listed = draft.finding.listed if draft.finding else ()
    rows = draft.form.rows.with_names(_named(data), listed)
    shown = {name: data[name] for name in data if name not in ("models", "secret")}
    draft.form = empty_draft(draft.user, draft.team, initial=shown).form
    draft.form.rows = rows


def _named(data: Mapping[str, Any]) -> list[str]:
    try:
        return servers.tidy_names(str(data.get("models", "")).splitlines())
    except Refused:
        return []


def _failure(finding: Finding | None) -> dict[str, Any] | None:
    if finding is None or not finding.code:
        return None
    told = trouble(finding.code)
    return {"title": told.title, "text": told.text, "words": own_words(finding.words)}
