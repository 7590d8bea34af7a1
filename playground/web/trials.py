"""What the empty chat page offers to try: four documented use cases, and the sandbox's fault prompts as practice."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from playground.catalog.models import LanguageModel, Offer
from playground.conversations.run_settings import RunSettings
from playground.sandbox.faults import FAULTS
from playground.web.offers import Desk

SHOWN = 4
CODE = re.compile("`([^`]*)`")  # how descriptions of faults mark what is typed, for documents; here it stands in quotes


@dataclass(frozen=True, slots=True)
class Trial:
    """A prompt ready to be sent. `uses`: titles of use cases in the catalog that it is an example of."""

    icon: str
    title: Promise
    note: Promise
    prompt: Promise
    uses: frozenset[str]


TRIALS = (
    Trial(
        "scroll-text",
        gettext_lazy("Summarise a meeting"),
        gettext_lazy("Agenda, decisions, actions"),
        gettext_lazy(
            "Summarise this meeting as agenda, decisions and action items with owner and date.\n\n"
            "Mei: The Oslo warehouse is full until Friday. Tom: Then we ship via Bergen, I book the trucks today. "
            "Mei: Fine. And the invoice template? Ana: I finish it by Wednesday, Tom checks it on Thursday. "
            "Mei: Good. Next meeting on Monday at ten."
        ),
        frozenset({"Meeting summaries"}),
    ),
    Trial(
        "calculator",
        gettext_lazy("Reason over a table"),
        gettext_lazy("Formula first, then the number"),
        gettext_lazy(
            "Which product earns most per hour? Give the formula first, then a table.\n\n"
            "| product | price | cost | hours |\n|---|---|---|---|\n"
            "| A | 120 | 70 | 2 |\n| B | 90 | 30 | 1.5 |\n| C | 200 | 150 | 1 |"
        ),
        frozenset({"Data reasoning"}),
    ),
    Trial(
        "briefcase",
        gettext_lazy("Match a résumé"),
        gettext_lazy("Score with evidence"),
        gettext_lazy(
            "Score this résumé against the vacancy from 0 to 100 and quote the evidence for each point.\n\n"
            "Vacancy: Python backend engineer, Django, PostgreSQL, three years, English.\n"
            "Résumé: Li Na, four years of Python at a logistics company, built a Django order service "
            "on PostgreSQL, speaks English and Mandarin."
        ),
        frozenset({"Job matching"}),
    ),
    Trial(
        "code",
        gettext_lazy("Review a diff"),
        gettext_lazy("Bugs, tests, naming"),
        gettext_lazy(
            "Review this change: bugs first, then tests, then names.\n\n"
            "```diff\n def total(prices):\n-    return sum(prices)\n+    t = 0\n"
            "+    for i in range(1, len(prices)):\n"
            "+        t += prices[i]\n+    return t\n```"
        ),
        frozenset({"Web development"}),
    ),
    Trial(
        "file-text",
        gettext_lazy("Answer from a text"),
        gettext_lazy("Only what it says, quoted"),
        gettext_lazy(
            "Answer from this text only, and quote the sentence that says so: until when can a ticket be returned?\n\n"
            "Tickets are valid for one day. A ticket that was not used can be returned until 18:00 of the day before. "
            "For a returned ticket 90 percent of the price is paid back within five days."
        ),
        frozenset({"Question answering"}),
    ),
    Trial(
        "languages",
        gettext_lazy("Translate a notice"),
        gettext_lazy("Tone kept, terms explained"),
        gettext_lazy(
            "Translate this notice into Chinese. Keep the tone polite, and explain below which terms you chose.\n\n"
            "Dear guests, the lift is being serviced on Tuesday from nine to noon. Our porters are glad to carry your "
            "luggage. We apologise for the inconvenience."
        ),
        frozenset({"Complex translation", "Translation and cross-cultural work"}),
    ),
    Trial(
        "pencil",
        gettext_lazy("Write to order"),
        gettext_lazy("Form, tone and length given"),
        gettext_lazy(
            "Write an invitation to the opening of a small bookshop on 12 December at 17:00: three short paragraphs, "
            "warm, no exclamation marks, and one sentence about the reading by the author Mei Tan."
        ),
        frozenset({"Content creation"}),
    ),
    Trial(
        "list-filter",
        gettext_lazy("Extract and label"),
        gettext_lazy("E-mails, dates, amounts"),
        gettext_lazy(
            "Extract every e-mail address, date and amount from this message, and label it as invoice, complaint "
            "or question.\n\nHello, I am Ana Ruiz (ana.ruiz@example.org). On 3 November 2026 you billed me 249.90 EUR, "
            "but the order of 1 November was 199.90 EUR. Please send a corrected invoice to office@example.org by "
            "20 November."
        ),
        frozenset({"Simple extraction and classification"}),
    ),
    Trial(
        "book-open",
        gettext_lazy("Write a scene"),
        gettext_lazy("Place, conflict, dialogue"),
        gettext_lazy(
            "Write a short scene for two: on the night ferry to Bergen a cook and a violin maker find that they were "
            "given the same cabin. Place and light first, then the dialogue; end before they agree."
        ),
        frozenset({"Script writing", "Script generation"}),
    ),
    Trial(
        "layers",
        gettext_lazy("Compare two papers"),
        gettext_lazy("Method, finding, figures"),
        gettext_lazy(
            "Compare these two abstracts side by side: method, sample, finding, figures. Where do they differ?\n\n"
            "Paper A (2024): A field trial with 120 households over twelve months found that a monthly energy report "
            "lowered consumption by 4.2 percent.\n"
            "Paper B (2025): A randomised study with 2,300 households over six months found no lasting effect of "
            "energy reports; consumption fell by 0.6 percent and rose again."
        ),
        frozenset({"Literature comparison", "Professional report writing"}),
    ),
)


def empty_view(desk: Desk, chosen: RunSettings) -> dict[str, Any]:
    """Values of `conversations/_empty.html` for the chosen offer."""
    offer = desk.find(chosen.offer)
    practice_offer = _practice_offer(desk, offer)
    return {
        "model_title": offer.title if offer else "",
        "thinking_on": offer is not None and offer.thinking != "none" and chosen.thinking is not False,
        "trials": list(_trials(offer)),
        "practice": practice() if practice_offer else [],
        "practice_offer_id": str(practice_offer.pk) if practice_offer else "",
        "is_keyless": not desk.keys and (offer is None or offer.provider.practice),
    }


def first_trial(offer: Offer) -> dict[str, str] | None:
    """The first prompt that the empty page would offer for it."""
    return next(_trials(offer), None)


def practice() -> list[dict[str, Any]]:
    """Prompts of the sandbox that show on purpose what can go wrong."""
    chinese = (get_language() or "").startswith("zh")
    return [
        {
            "prompt": f"/sandbox {fault.words_zh[0] if chinese and fault.words_zh else fault.name}",
            "title": fault.title_zh if chinese else fault.title,
            "description": CODE.sub(r"“\1”", fault.description_zh if chinese else fault.description),
        }
        for fault in FAULTS
    ]


def _trials(offer: Offer | None) -> Iterator[dict[str, str]]:
    """First what is documented for the chosen model, then what is for others; nothing that nobody documents."""
    own = offer.language_model if offer else None
    documented = list(LanguageModel.objects.exclude(use_cases=[]).order_by("sort"))
    by_own = [(trial, words) for trial in TRIALS if own and (words := _documented(trial, [own]))]
    taken = {trial for trial, _words in by_own}
    by_others = [(one, words) for one in TRIALS if one not in taken and (words := _documented(one, documented))]
    for trial, words in [*by_own, *by_others][:SHOWN]:
        shown = {name: str(getattr(trial, name)) for name in ("icon", "title", "note", "prompt")}
        yield shown | {"documented": words}


def _documented(trial: Trial, models: Iterable[LanguageModel]) -> str:
    """The first of `models` whose documentation names one of the trial's uses, and its words for it; "" for none."""
    language = get_language() or "en"
    for model in models:
        for use, told in zip(model.use_cases, model.words(language).use_cases, strict=True):
            if use["title"] in trial.uses:
                return _("%(model)s: %(use)s") % {"model": model.name, "use": told["title"]}
    return ""


def _practice_offer(desk: Desk, chosen: Offer | None) -> Offer | None:
    """The chosen offer when it is the sandbox's already, else the sandbox's first."""
    if chosen is not None and chosen.provider.practice:
        return chosen
    return next((offer for offer in desk.offers if offer.provider.practice), None)
