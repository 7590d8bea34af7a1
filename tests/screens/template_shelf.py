"""The templates of the team that the pictures show: versions by several hands, a draft, stars."""

import datetime as dt

from playground.accounts.models import Team, User
from playground.prompts import library
from playground.prompts.content import Content, read_content
from playground.prompts.models import TemplateVersion
from tests.screens.frozen_time import NOW, HeldClock

FIRST = """You are the meeting assistant of {{team}}.
Summarise the transcript below.

Return these sections, in this order:
1. Agenda
2. Decisions and actions"""
SECOND = """You are the meeting assistant of {{team}}.
Summarise the transcript below in {{language}}. Use only what was said;
write “not stated” where an owner or a date is missing.

Return these sections, in this order:
1. Agenda
2. Decisions
3. Actions: owner, task, due date
4. Risks, highest first"""
DRAFT = SECOND.replace("4. Risks, highest first", "4. Risks, highest first\n5. Questions for the next meeting")
MEETING = {
    "title": "Weekly meeting notes",
    "purpose": "Agenda, decisions, actions and risks from a transcript, in two languages.",
    "tags": ["Meetings", "Office"],
    "icon": "scroll-text",
    "language": "en",
    "first_message": "Transcript:\n{{transcript}}",
    "model": "glm-4-flashx-250414",
    "settings": {"temperature": 0.2, "max_tokens": 3072},
}
VARIABLES = [
    {"name": "transcript", "kind": "long_text", "example": "Mei: The Oslo warehouse is full until Friday."},
    {"name": "language", "kind": "choice", "choices": ["English", "简体中文", "Español"], "default": "English"},
    {"name": "team", "default": "Northwind", "help": "Who will read it"},
]
SUPPORT = {
    "title": "Support reply",
    "purpose": "First reply in the customer’s language, with policy limits and a hand-over rule.",
    "tags": ["Customer service"],
    "icon": "mail",
    "language": "en",
    "system_prompt": "You answer customers of Northwind, tone {{tone}}, by this policy only:\n{{policy}}",
    "first_message": "{{ticket}}",
    "model": "glm-4.7-flashx",
    "settings": {"thinking": False},
}
CONTRACT = {
    "title": "合同条款翻译",
    "purpose": "逐条对照翻译，附术语表和存疑之处。",
    "tags": ["Translation"],
    "icon": "languages",
    "language": "zh-hans",
    "system_prompt": "你把合同从{{source}}译成{{target}}。\n<glossary>\n{{glossary}}\n</glossary>",
    "model": "glm-4.5",
}


def fill_shelf(clock: HeldClock, *, team: Team, owner: User, colleague: User) -> dict[str, str]:
    """Make them; where things are, for the addresses of screens.py."""
    clock.set(NOW - dt.timedelta(days=20))
    library.create(team=team, author=colleague, content=read_content(CONTRACT))
    support = library.create(team=team, author=colleague, content=read_content(SUPPORT))
    meeting = library.create(team=team, author=owner, content=_meeting(FIRST))
    clock.set(NOW - dt.timedelta(days=4, hours=3))
    note = "separate actions from decisions"
    second = library.save(meeting, author=colleague, content=_meeting(SECOND), base=1, note=note)
    clock.set(NOW - dt.timedelta(hours=5))
    library.save(meeting, author=owner, content=_meeting(DRAFT), base=2, note="ask what is open", live=False)
    library.star(meeting, owner, starred=True)
    library.star(support, owner, starred=True)
    clock.set(NOW)
    return {
        "template": str(meeting.pk),
        "template_version": str(second.pk),
        "template_first": str(meeting.versions.get(number=1).pk),
    }


def versions_on_the_shelf(team: Team) -> list[TemplateVersion]:
    """Those that were run: all but drafts."""
    live = TemplateVersion.objects.filter(template__team=team).exclude(live_at=None)
    return list(live.select_related("template").order_by("template__created_at", "number"))


def _meeting(prompt: str) -> Content:
    named = [one for one in VARIABLES if f"{{{{{one['name']}}}}}" in prompt + str(MEETING["first_message"])]
    return read_content({**MEETING, "system_prompt": prompt, "variables": named})
