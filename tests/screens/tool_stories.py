"""Conversations with calls, a web search and structured output, as the pictures show them. Invented, like texts.py."""

# ruff: noqa: E501 - lines of prose, as they are written

import json
from typing import Any

from tests.screens.texts import Said

FUNCTION = {
    "name": "get_price_series",
    "description": "Prices of a commodity over a window of days, in CNY per tonne",
    "parameters": json.dumps(
        {
            "type": "object",
            "properties": {
                "commodity": {"type": "string", "enum": ["lithium_carbonate", "nickel_sulfate"]},
                "window": {"type": "string", "pattern": "^[0-9]+d$"},
            },
            "required": ["commodity"],
        },
        indent=2,
    ),
    "fixed_result": '{"mean_cny_per_t": 74200, "n": 21, "as_of": "2026-11-18"}',
}


def call(number: int, **arguments: str) -> dict[str, Any]:
    """A call of the function, as it is kept."""
    function = {"name": FUNCTION["name"], "arguments": json.dumps(arguments)}
    return {"id": f"call_{number:024x}", "type": "function", "function": function}


ASKED = Said(
    "What does lithium carbonate cost on a 30-day mean, and nickel sulfate? Use the price series.",
    "",
    "Two commodities, so two calls with the same window.",
    prompt_tokens=412,
)
CALLS = [
    call(1, commodity="lithium_carbonate", window="30d"),
    call(2, commodity="nickel_sulfate", window="30d"),
]
RESULTS = [
    '{"mean_cny_per_t": 74200, "n": 21, "as_of": "2026-11-18"}',
    '{"mean_cny_per_t": 28150, "n": 21, "as_of": "2026-11-18"}',
]
ANSWERED = Said(
    "",
    "On the 30-day mean, **lithium carbonate** stands at **¥74,200 per tonne** and **nickel sulfate** at **¥28,150 per tonne**, both over 21 trading days up to 18 November 2026.",
    "",
    prompt_tokens=536,
    cached_tokens=384,
)
AGAIN = Said(
    "And lithium carbonate over one week?",
    "",
    "One more call, a shorter window.",
    prompt_tokens=610,
    cached_tokens=512,
)
AGAIN_CALLS = [call(3, commodity="lithium_carbonate", window="7d")]
SEARCHED = Said(
    "What is new in sodium-ion cells for grid storage this month?",
    "A 200 MWh station with sodium-ion cells went to the grid in Hubei [ref_1], and a second maker has announced cells of 160 Wh/kg for stationary use [ref_2]. Prices per kWh are named in neither text.",
    "",
    prompt_tokens=1_870,
)
SOURCES = [
    {
        "refer": "ref_1",
        "title": "Sodium-ion station of 200 MWh connected",
        "link": "https://example.com/hubei-sodium-station",
        "media": "Example Energy News",
        "content": "The station in Hubei went to the grid after four months of building.",
        "publish_date": "2026-11-12",
    },
    {
        "refer": "ref_2",
        "title": "Cells of 160 Wh/kg for stationary storage",
        "link": "https://example.com/sodium-cells",
        "media": "Example Battery Weekly",
        "content": "The maker names a cycle life of 10,000 and gives no price.",
        "publish_date": "2026-11-19",
    },
]
SCHEMA = {
    "type": "object",
    "properties": {
        "supplier": {"type": "string"},
        "invoice": {"type": "string", "pattern": "^INV-[0-9]{6}$"},
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"item": {"type": "string"}, "price_cny": {"type": "number", "minimum": 0}},
                "required": ["item", "price_cny"],
            },
        },
        "due": {"type": "string"},
    },
    "required": ["supplier", "invoice", "lines", "due"],
    "additionalProperties": False,
}
INVOICE = Said(
    "Read this invoice: Northwind Cells Ltd., no. 4711, two lines: separator film 12,400 CNY, rebate for March.",
    json.dumps(
        {
            "supplier": "Northwind Cells Ltd.",
            "invoice": "4711",
            "lines": [
                {"item": "separator film", "price_cny": 12400},
                {"item": "rebate for March", "price_cny": "not stated"},
            ],
        },
        indent=2,
    ),
    "",
    prompt_tokens=392,
)
