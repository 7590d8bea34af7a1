"""What a server said when it was asked for its models, in words: for the form that lets somebody choose."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from playground.streaming.probe import Finding
from playground.web.forms.models import AT_MOST
from playground.web.troubles import Trouble, trouble

# Our own words about what came over the wire (playground/wire); a provider's are shown as they are.
gettext_noop("The address answers with a web page.")
gettext_noop("The answer is compressed, which was not asked for.")
gettext_noop("The server does not speak HTTP as it should.")
gettext_noop("The connection broke before an answer came.")
gettext_noop("No connection could be made.")
gettext_noop("The server has no list of models.")
gettext_noop("The server lists no models.")
gettext_noop("The provider sent us elsewhere; that is never followed.")
gettext_noop("No secure connection: the certificate is not trusted.")
gettext_noop("The name of the server is not known.")

_BY_NAME = gettext_lazy("Or name the models below: a list is a convenience that a server need not have.")
_UNLISTED = {
    "no_list": Trouble(
        gettext_lazy("This is not a list of models."),
        gettext_lazy("Something answers at this address, but /models does not list models there."),
        gettext_lazy("Check that the address is complete; most end in /v1. Or name the models below."),
    ),
    "key_wanted": Trouble(
        gettext_lazy("The server wants a key."),
        gettext_lazy("It answered 401 to a request without one."),
        gettext_lazy("Enter the key, then list again."),
    ),
    "key_refused": Trouble(
        gettext_lazy("The server refused the key."),
        gettext_lazy("It answered 401 or 403 when it was asked for its models."),
        gettext_lazy("Check the key, then list again. Or name the models below: some servers list for nobody."),
    ),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """A note above the rows. `words`: the server's own, or ours about the wire."""

    tone: str
    icon: str
    title: str
    text: str
    words: str = ""


def own_words(words: str) -> str:
    """A message in the reader's language where it is one of ours. Of a web page only that it is one is told."""
    if words.lstrip()[:1] == "<":
        words = "The address answers with a web page."
    return _(words) if words else ""


def listing_of(finding: Finding, *, with_key: bool) -> Listing:
    """What to say about the answer."""
    if not finding.code:
        return _listed(len(finding.listed))
    code = "key_wanted" if finding.code == "key_refused" and not with_key else finding.code
    told = _UNLISTED.get(code) or trouble(code)
    return Listing("bad", "circle-x", str(told.title), told.text, own_words(finding.words))


def _listed(count: int) -> Listing:
    if not count:
        return Listing("warn", "triangle-alert", _("The server answers, but lists no models."), str(_BY_NAME))
    title = ngettext("The server lists one model.", "The server lists %(count)d models.", count) % {"count": count}
    text = _("Choose those that are to be used here. What stays empty is not known, and never free.")
    if count > AT_MOST:
        text += " " + _("The first %(count)d are shown; name others below.") % {"count": AT_MOST}
    return Listing("ok", "circle-check", title, text)
