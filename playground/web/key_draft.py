"""A key that is being added: read from a request, tested if asked for, stored. Called by views.keys."""

from dataclasses import dataclass, field
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
from playground.web.forms.keys import TEAM, KeyForm
from playground.web.troubles import trouble
from playground.wire.errors import WireError

LISTED_AT_MOST = 60  # names that a server's own list puts into the form


@dataclass(slots=True)
class Draft:
    """Who adds what. `probe`: the test that was asked for; `finding`: its result; `listed`: names to choose from."""

    user: User
    team: Team
    rights: keyring.Rights
    form: KeyForm
    probe: Probe | None = None
    finding: Finding | None = None
    listed: list[str] = field(default_factory=list)

    def values(self) -> dict[str, Any]:
        """Values of `keys/_add_form.html`."""
        errors = self.form.errors.as_data().get("base_url", ())
        return {
            "form": self.form,
            "may_add": self.rights.add,
            "failed": _failure(self.finding),
            "listed": len(self.listed),
            "is_private": any(error.code == "private_address" for error in errors),
            "is_owner": self.user.is_owner,
        }


def empty_draft(user: User, team: Team, data: Any = None) -> Draft:
    """The form as it is before anything was typed, or with `data` in it."""
    rights = keyring.rights_of(user, team)
    form = KeyForm(data, endpoints=keyring.endpoints(), people=keyring.people(team, rights), auto_id="key-%s")
    return Draft(user, team, rights, form)


def read(request: HttpRequest) -> Draft:
    """What was posted, with a probe when a test was asked for and can be made."""
    user = person(request)
    draft = empty_draft(user, current_team(user), request.POST)
    if not draft.rights.add:
        raise Http404
    if draft.form.is_valid() and request.POST.get("act") == "test":
        try:
            draft.probe = _probe(draft.form)
        except Refused as error:
            draft.form.refuse(error)
        except WireError as error:
            draft.finding = Finding(error.code, error.message, 0, "")
    return draft


def store(request: HttpRequest, draft: Draft) -> ApiKey | None:
    """Store the key of a draft; None when something stands in the way, which the draft then tells."""
    finding = draft.finding
    if not draft.form.is_valid() or (finding and finding.code):
        return None
    if finding and draft.form.is_custom and not draft.form.served.names:
        _offer_choice(request, draft, finding)
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


def _probe(form: KeyForm) -> Probe:
    data = form.cleaned_data
    if form.is_custom:
        secret = keys.check_key(data["secret"], needed=False)
        names = servers.tidy_names(form.served.names)
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
    today = timezone.now().date()
    return servers.add_server(
        name=data["label"], base_url=data["base_url"], models=draft.form.served, today=today, **about
    )


def _offer_choice(request: HttpRequest, draft: Draft, finding: Finding) -> None:
    """The server answers, but nobody named a model: the form comes back with those that it lists."""
    data = request.POST.copy()
    draft.listed = list(finding.listed[:LISTED_AT_MOST])
    data["models"] = "\n".join(draft.listed)
    draft.form = empty_draft(draft.user, draft.team, data).form


def _failure(finding: Finding | None) -> dict[str, Any] | None:
    if finding is None or not finding.code:
        return None
    told = trouble(finding.code)
    return {"title": told.title, "text": told.text, "words": finding.words}
