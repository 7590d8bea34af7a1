"""The editor of templates: what is posted becomes a content, and a preview with its price. For templates/prompts.

The variables are those that the texts name. Their rows are drawn anew when others are named (prompts/_variables.html),
and a posted row is read by the name of its variable.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, QueryDict
from django.utils.translation import gettext as _

from playground.accounts.models import User
from playground.accounts.people import current_team
from playground.accounts.roles import Act
from playground.conversations import run_settings
from playground.conversations.models import Conversation, Message
from playground.conversations.run_settings import BadSetting
from playground.prompts.content import PARAMETERS, Content, examples_of, fill_content, read_content
from playground.prompts.errors import Unusable
from playground.prompts.render import names_in
from playground.prompts.variables import KIND_WORDS, Kind, Variable, check_all
from playground.web import access
from playground.web.forms.prompts import THINKING, EditorForm
from playground.web.offers import Desk
from playground.web.template_panel import prompt_price

LANGUAGES = (("en", "English"), ("zh-hans", "简体中文"))
ROW = "variable-"  # of the fields of a variable's row: variable-<name>-<field>
SELECTED = 2_000  # characters of a selection that becomes a variable
NUMBERS = ("temperature", "top_p", "max_tokens", "frequency_penalty", "presence_penalty", "seed")


@dataclass(slots=True)
class Draft:
    """A template being edited: its form, its variables, and the content when it makes sense."""

    form: EditorForm
    variables: list[Variable]
    content: Content | None = None
    errors: dict[str, str] = field(
        default_factory=dict
    )  # "variables", "settings": sentences without a field of their own

    @property
    def values(self) -> dict[str, Any]:
        """Values of `prompts/_editor.html`."""
        return {
            "form": self.form,
            "variables": [_row(one) for one in self.variables],
            "kinds": [(kind.value, words) for kind, words in KIND_WORDS.items()],
            "shown": _shown(self.variables),
            "errors": self.errors,
        }


def begin(desk: Desk, content: Content | None) -> Draft:
    """The editor with what there is: a version, a conversation, or nothing."""
    content = content or Content(title="")
    settings = dict(content.settings)
    words = {value: name for name, value in THINKING.items()}
    initial = {
        **{name: getattr(content, name) for name in ("title", "purpose", "language", "model")},
        **{name: getattr(content, name) for name in ("system_prompt", "first_message")},
        **settings,
        "tags": ", ".join(content.tags),
        "thinking": words[settings.get("thinking")],
        "stop": "\n".join(settings.get("stop", ())),
    }
    return Draft(_form(desk, initial=initial), list(content.variables), content)


def read(desk: Desk, post: QueryDict, *, icon: str = "") -> Draft:
    """What was posted. Errors stand at the fields they are about."""
    form = _form(desk, post, initial={"model": post.get("model", ""), "language": post.get("language", "")})
    form.is_valid()
    texts = [post.get(name, "") for name in ("system_prompt", "first_message")]
    raw = [_posted(post, name) for name in names_in(*texts)]
    draft = Draft(form, [_loose(one) for one in raw])
    try:
        draft.content = read_content(_whole(form, post, raw, icon))
        run_settings.parse(dict(draft.content.settings))
    except Unusable as error:
        draft.content = None
        _refuse(draft, error.field, error.message)
    except BadSetting as error:
        draft.content = None
        _refuse(draft, error.field, error.message)
    if form.errors:
        draft.content = None
    else:
        draft.variables = list(draft.content.variables) if draft.content else draft.variables
    return draft


def preview(desk: Desk, draft: Draft, model: str) -> dict[str, Any]:
    """Values of `prompts/_preview.html`: both texts filled with examples, their tokens, and what reading them costs."""
    system, first = (str(draft.form[name].value() or "") for name in ("system_prompt", "first_message"))
    if draft.content is not None:
        examples = examples_of(draft.content)
        filled = fill_content(draft.content, {name: value or f"{{{{{name}}}}}" for name, value in examples.items()})
        system, first = filled.system_prompt, filled.first_message
        missing = list(check_all(draft.content.variables, examples))
    else:
        missing = []
    return {
        "system": system,
        "first": first,
        "price": prompt_price(desk, model, "\n".join(filter(None, (system, first)))),
        "missing": missing,
        "errors": [*draft.errors.values(), *(str(one) for rows in draft.form.errors.values() for one in rows)],
    }


def from_conversation(user: User, asked: Mapping[str, str]) -> Content | None:
    """A conversation as a template: its system prompt, settings and a message of it (`message`, else its first).

    What was selected in that message (`selected`) becomes a variable, with itself as the example.
    """
    if not asked.get("conversation"):
        return None
    found = access.conversation(user, _uuid_or_404(asked["conversation"]), Act.VIEW)
    message = _message(user, found, asked.get("message", ""))
    text = message.content if message else ""
    selected = asked.get("selected", "")[:SELECTED].replace("\r\n", "\n").strip()
    variables: tuple[Variable, ...] = ()
    if selected and selected in text:
        name = _("text")
        kind = Kind.LONG_TEXT if "\n" in selected or len(selected) > 80 else Kind.TEXT
        text = text.replace(selected, f"{{{{{name}}}}}", 1)
        variables = (Variable(name, kind, example=selected),)
    settings = run_settings.parse(found.settings)
    kept = settings.to_json()
    desk = Desk(user, found.team)
    offer = desk.find(settings.offer)
    return Content(
        title=found.title[:120],
        system_prompt=settings.system_prompt,
        first_message=text,
        variables=_completed(variables, settings.system_prompt, text),
        model=offer.language_model.slug if offer and offer.language_model else "",
        settings=tuple((name, kept[name]) for name in PARAMETERS if name in kept),
    )


def desk_of(request: HttpRequest) -> Desk:
    """The reader's desk in their current team."""
    user = access.person(request)
    return Desk(user, current_team(user))


def _form(desk: Desk, post: QueryDict | None = None, *, initial: Mapping[str, Any]) -> EditorForm:
    models = {one.language_model.slug: one.language_model.name for one in desk.offers if one.language_model}
    return EditorForm(post, initial=initial, models=models.items(), languages=LANGUAGES)


def _whole(form: EditorForm, post: QueryDict, raw: list[dict[str, Any]], icon: str) -> dict[str, object]:
    cleaned = form.cleaned_data
    settings = {name: cleaned.get(name) for name in NUMBERS}
    settings["thinking"] = THINKING.get(post.get("thinking", ""))
    settings["effort"] = cleaned.get("effort") or None
    settings["stop"] = [line for line in post.get("stop", "").splitlines() if line] or None
    texts = ("title", "purpose", "system_prompt", "first_message", "language", "model")
    return {
        **{name: post.get(name, "") for name in texts},
        "icon": icon,
        "tags": [one.strip() for one in post.get("tags", "").replace("，", ",").split(",") if one.strip()],
        "variables": raw,
        "settings": {name: value for name, value in settings.items() if value is not None},
    }


def _posted(post: QueryDict, name: str) -> dict[str, Any]:
    """A variable's row as it was posted; one whose row is not there yet is a required line of text."""

    def said(what: str) -> str:
        return post.get(f"{ROW}{name}-{what}", "").replace("\r\n", "\n")

    if not said("kind"):
        return {"name": name}
    choices = [line.strip() for line in said("choices").split("\n") if line.strip()]
    return {
        "name": name,
        "kind": said("kind"),
        "required": said("required") == "on",
        **{what: said(what) for what in ("label", "help", "default", "example")},
        **{what: said(what) for what in ("least", "most") if said(what).strip()},
        **({"choices": choices} if said("kind") == Kind.CHOICE else {}),
    }


def _loose(raw: Mapping[str, Any]) -> Variable:
    """A row to show again although it may make no sense."""
    kind = raw.get("kind", Kind.TEXT)
    words: dict[str, Any] = {what: raw.get(what, "") for what in ("label", "help", "default", "example")}
    bounds: dict[str, Any] = {what: raw.get(what) for what in ("least", "most")}
    return Variable(
        name=raw["name"],
        kind=Kind(kind) if kind in list(Kind) else Kind.TEXT,
        required=raw.get("required", True),
        choices=tuple(raw.get("choices", ())),
        **words,
        **bounds,
    )


def _row(one: Variable) -> dict[str, Any]:
    return {
        "name": one.name,
        "place": f"{{{{{one.name}}}}}",
        "prefix": f"{ROW}{one.name}-",
        "kind": one.kind.value,
        "is_choice": one.kind == Kind.CHOICE,
        "is_bounded": one.kind not in (Kind.CHOICE, Kind.DATE),
        "is_long": one.kind in (Kind.LONG_TEXT, Kind.FILE),
        "counts": one.kind != Kind.NUMBER,
        "choices": "\n".join(one.choices),
        "required": one.required,
        **{what: getattr(one, what) for what in ("label", "help", "default", "example")},
        **{what: "" if getattr(one, what) is None else getattr(one, what) for what in ("least", "most")},
    }


def _shown(variables: list[Variable]) -> str:
    """Which rows stand there: names and kinds. The browser sends it along, so that they are redrawn only if need be."""
    return " ".join(f"{one.name}:{one.kind.value}" for one in variables)


def _refuse(draft: Draft, name: str, sentence: str) -> None:
    if name in draft.form.fields:
        draft.form.add_error(name, sentence)
    else:
        draft.errors[name] = sentence


def _completed(variables: tuple[Variable, ...], *texts: str) -> tuple[Variable, ...]:
    """The declared variables and those that a text happens to name."""
    declared = {one.name: one for one in variables}
    return tuple(declared.get(name, Variable(name)) for name in names_in(*texts))


def _message(user: User, found: Conversation, message_id: str) -> Message | None:
    if message_id:
        chosen = access.message(user, _uuid_or_404(message_id), Act.VIEW)
        if chosen.conversation_id != found.pk:
            raise Http404
        if chosen.role == Message.Role.USER:
            return chosen
    return next((one for one in found.branch() if one.role == Message.Role.USER), None)


def _uuid_or_404(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None
