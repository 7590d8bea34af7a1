"""Functions to start from: what their forms begin with."""

import json
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy


@dataclass(frozen=True, slots=True)
class Example:
    """One example. What a model reads stays English in every language, as it does in code."""

    slug: str
    title: Any
    name: str
    description: str
    properties: dict[str, Any]
    required: tuple[str, ...]
    result: Any


EXAMPLES: Final = (
    Example(
        "weather",
        gettext_lazy("Weather"),
        "get_weather",
        "Current weather of a city",
        {
            "city": {"type": "string", "description": "Name of the city, as people write it"},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
        },
        ("city",),
        {"temperature": 7, "unit": "celsius", "sky": "overcast"},
    ),
    Example(
        "rate",
        gettext_lazy("Exchange rate"),
        "get_exchange_rate",
        "Exchange rate between two currencies on a day",
        {
            "from": {"type": "string", "pattern": "^[A-Z]{3}$"},
            "to": {"type": "string", "pattern": "^[A-Z]{3}$"},
            "day": {"type": "string", "format": "date"},
        },
        ("from", "to"),
        {"rate": 7.1, "source": "an example"},
    ),
    Example(
        "orders",
        gettext_lazy("Search in orders"),
        "search_orders",
        "Finds orders of a customer, newest first",
        {
            "customer": {"type": "string"},
            "status": {"type": "array", "items": {"type": "string", "enum": ["open", "shipped", "returned"]}},
            "limit": {"type": "integer", "minimum": 1, "maximum": 50, "default": 10},
        },
        ("customer",),
        {"orders": [{"number": "A-1042", "status": "shipped"}]},
    ),
)


def example(slug: str) -> dict[str, str]:
    """What the form begins with: the example of that name, or the shape of a schema."""
    found = next((one for one in EXAMPLES if one.slug == slug), None)
    if found is None:
        return {"parameters": _text({"type": "object", "properties": {}, "required": []})}
    schema = {"type": "object", "properties": found.properties, "required": list(found.required)}
    return {
        "name": found.name,
        "description": found.description,
        "parameters": _text(schema),
        "fixed_result": json.dumps(found.result),
    }


def _text(value: object) -> str:
    return json.dumps(value, indent=2)
