"""What the empty chat page offers to try: four documented use cases, and the sandbox's fault prompts as practice."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from playground.sandbox.faults import FAULTS


def trials() -> list[dict[str, str]]:
    """Four uses that the makers document for their models (catalog: use cases), ready to be sent."""
    return [
        {
            "icon": "scroll-text",
            "title": _("Summarise a meeting"),
            "note": _("Agenda, decisions, actions"),
            "prompt": _(
                "Summarise this meeting as agenda, decisions and action items with owner and date.\n\n"
                "Mei: The Oslo warehouse is full until Friday. Tom: Then we ship via Bergen, I book the trucks today. "
                "Mei: Fine. And the invoice template? Ana: I finish it by Wednesday, Tom checks it on Thursday. "
                "Mei: Good. Next meeting on Monday at ten."
            ),
        },
        {
            "icon": "calculator",
            "title": _("Reason over a table"),
            "note": _("Formula first, then the number"),
            "prompt": _(
                "Which product earns most per hour? Give the formula first, then a table.\n\n"
                "| product | price | cost | hours |\n|---|---|---|---|\n"
                "| A | 120 | 70 | 2 |\n| B | 90 | 30 | 1.5 |\n| C | 200 | 150 | 1 |"
            ),
        },
        {
            "icon": "briefcase",
            "title": _("Match a résumé"),
            "note": _("Score with evidence"),
            "prompt": _(
                "Score this résumé against the vacancy from 0 to 100 and quote the evidence for each point.\n\n"
                "Vacancy: Python backend engineer, Django, PostgreSQL, three years, English.\n"
                "Résumé: Li Na, four years of Python at a logistics company, built a Django order service "
                "on PostgreSQL, speaks English and Mandarin."
            ),
        },
        {
            "icon": "code",
            "title": _("Review a diff"),
            "note": _("Bugs, tests, naming"),
            "prompt": _(
                "Review this change: bugs first, then tests, then names.\n\n"
                "```diff\n def total(prices):\n-    return sum(prices)\n+    t = 0\n"
                "+    for i in range(1, len(prices)):\n"
                "+        t += prices[i]\n+    return t\n```"
            ),
        },
    ]


def practice() -> list[dict[str, Any]]:
    """Prompts of the sandbox that show on purpose what can go wrong."""
    chinese = (get_language() or "").startswith("zh")
    return [
        {
            "prompt": f"/sandbox {fault.words_zh[0] if chinese and fault.words_zh else fault.name}",
            "title": fault.title_zh if chinese else fault.title,
            "description": fault.description_zh if chinese else fault.description,
        }
        for fault in FAULTS
    ]
