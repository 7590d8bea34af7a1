"""What a request says about the form of its answer: text, JSON, or JSON by a schema. Pure."""

import json
from collections.abc import Mapping

from django.utils.translation import gettext as _

from playground.catalog.queries import OfferFacts
from playground.conversations.run_settings import BadSetting, RunSettings
from playground.tools.schemas import read_schema


def check_schema(settings: RunSettings) -> Mapping[str, object] | None:
    """The schema that an answer shall have, None for none. Raises BadSetting for one that cannot be used."""
    if settings.output != "json_schema":
        return None
    reading = read_schema(settings.schema)
    if reading.schema is None:
        raise BadSetting("schema", _("The schema of the answer cannot be used. Look at it in the run settings."))
    return reading.schema


def response_format(settings: RunSettings, offer: OfferFacts) -> dict[str, object] | None:
    """What a request says about its output, in the words of its provider."""
    if settings.output is None:
        return None
    if settings.output == "json_schema" and _knows_schemas(offer):
        return {"type": "json_schema", "json_schema": {"name": "answer", "schema": check_schema(settings)}}
    return {"type": "json_object"}


def system_text(settings: RunSettings, offer: OfferFacts) -> str:
    """The system prompt as it is sent: with the schema where the provider takes none, so that the model knows it.

    It is for a model, and the same in every language: what was sent has to be found again (wire/sent.py).
    """
    if settings.output != "json_schema" or _knows_schemas(offer):
        return settings.system_prompt
    schema = json.dumps(check_schema(settings), ensure_ascii=False)
    wish = f"Answer with one JSON value that fits this JSON schema, and with nothing around it:\n{schema}"
    return f"{settings.system_prompt}\n\n{wish}".strip()


def _knows_schemas(offer: OfferFacts) -> bool:
    return "json_schema" in offer.parameters["response_format"].values
