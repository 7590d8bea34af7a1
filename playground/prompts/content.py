"""What a version of a template says, as a value: for rows, forms and files alike. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from django.utils.translation import gettext as _

from playground.prompts.errors import Unusable
from playground.prompts.render import fill, names_in
from playground.prompts.variables import Variable, read_variables
from playground.wire.text import clean

LONGEST = {"title": 120, "purpose": 400, "system_prompt": 100_000, "first_message": 100_000, "language": 16}
LONGEST |= {"model": 120, "icon": 40}
MOST_TAGS, LONGEST_TAG = 12, 40
# Run settings that a template may recommend, and the type of each. Bounds are the model's and are checked when it runs.
PARAMETERS: Mapping[str, tuple[type, ...]] = {
    "thinking": (bool,),
    "effort": (str,),
    "temperature": (int, float),
    "top_p": (int, float),
    "max_tokens": (int,),
    "stop": (list,),
    "frequency_penalty": (int, float),
    "presence_penalty": (int, float),
    "seed": (int,),
}


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a version holds. `model`: the slug of the recommended language model, "" for none."""

    title: str
    purpose: str = ""
    language: str = ""
    icon: str = ""
    tags: tuple[str, ...] = ()
    system_prompt: str = ""
    first_message: str = ""
    variables: tuple[Variable, ...] = ()
    model: str = ""
    settings: tuple[tuple[str, Any], ...] = ()  # PARAMETERS, in that order

    def to_json(self) -> dict[str, object]:
        """For a row or a file; what is empty is absent."""
        values: dict[str, object] = {
            **{one.name: getattr(self, one.name) for one in fields(self)},
            "tags": list(self.tags),
            "variables": [one.to_json() for one in self.variables],
            "settings": dict(self.settings),
        }
        return {name: value for name, value in values.items() if value not in ("", [], {})}


@dataclass(frozen=True, slots=True)
class Filled:
    """A template with its variables filled: what is sent."""

    system_prompt: str
    first_message: str


def read_content(raw: Mapping[str, object]) -> Content:
    """A content from a row, a form or a file. Raises Unusable naming the field.

    Every `{{name}}` of the texts is a variable; those that are not declared become required lines of text.
    """
    unknown = set(raw) - {one.name for one in fields(Content)}
    if unknown:
        raise Unusable("file", _("“%(word)s” is unknown.") % {"word": min(map(str, unknown))})
    texts = {name: _text(raw, name) for name in LONGEST}
    if not texts["title"].strip():
        raise Unusable("title", _("Give the template a title."))
    if not texts["system_prompt"].strip() and not texts["first_message"].strip():
        raise Unusable("system_prompt", _("Write a system prompt or a first message."))
    content = Content(
        **texts, tags=_tags(raw.get("tags")), variables=read_variables(raw.get("variables")), settings=_settings(raw)
    )
    return replace(content, variables=_variables_of(content))


def fill_content(content: Content, values: Mapping[str, str]) -> Filled:
    """Both texts with the values in their places; an empty optional value leaves nothing there."""
    known = {one.name: clean(values.get(one.name, "")) for one in content.variables}
    return Filled(fill(content.system_prompt, known), fill(content.first_message, known))


def examples_of(content: Content) -> dict[str, str]:
    """A value for every variable, as far as the template has examples or defaults."""
    return {one.name: one.example or one.default for one in content.variables}


def _variables_of(content: Content) -> tuple[Variable, ...]:
    """The variables in the order of their places; one that no text names is a mistake in a file."""
    declared = {one.name: one for one in content.variables}
    named = names_in(content.system_prompt, content.first_message)
    idle = [name for name in declared if name not in named]
    if idle:
        sentence = _("No text has a place {{%(name)s}} for the variable that is declared.")
        raise Unusable("variables", sentence % {"name": idle[0]})
    read_variables([{"name": name} for name in named])  # not too many of them
    return tuple(declared.get(name, Variable(name)) for name in named)


def _text(raw: Mapping[str, object], name: str) -> str:
    value = raw.get(name, "")
    if not isinstance(value, str):
        raise Unusable(name, _("%(field)s is a text.") % {"field": name})
    value = clean(value.replace("\r\n", "\n"))
    if len(value) > LONGEST[name]:
        raise Unusable(name, _("At most %(count)s characters.") % {"count": f"{LONGEST[name]:,}"})
    return value.strip("\n") if name.endswith(("prompt", "message")) else " ".join(value.split())


def _tags(raw: object) -> tuple[str, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, list) or not all(isinstance(one, str) for one in raw):
        raise Unusable("tags", _("Tags are a list of words."))
    tags = tuple(dict.fromkeys(filter(None, (" ".join(clean(one).split()) for one in raw))))
    if len(tags) > MOST_TAGS or any(len(one) > LONGEST_TAG for one in tags):
        words = _("At most %(count)s tags of %(length)s characters.")
        raise Unusable("tags", words % {"count": MOST_TAGS, "length": LONGEST_TAG})
    return tags


def _settings(raw: Mapping[str, object]) -> tuple[tuple[str, Any], ...]:
    given = raw.get("settings") or {}
    if not isinstance(given, Mapping):
        raise Unusable("settings", _("Settings are parameters by name."))
    for name, value in given.items():
        if name not in PARAMETERS:
            raise Unusable("settings", _("“%(word)s” is unknown.") % {"word": str(name)[:40]})
        if not _has_type(value, PARAMETERS[name]):
            raise Unusable("settings", _("%(field)s has a value of the wrong type.") % {"field": name})
    return tuple((name, given[name]) for name in PARAMETERS if given.get(name) is not None)


def _has_type(value: object, kinds: tuple[type, ...]) -> bool:
    if value is None:
        return True
    if isinstance(value, bool) and bool not in kinds:
        return False
    if isinstance(value, list):
        return list in kinds and all(isinstance(one, str) for one in value)
    return isinstance(value, kinds)
