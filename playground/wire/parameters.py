"""What the two families of providers take in a request body, parameter by parameter. Pure facts, no model in them.

GLM: wire protocol, sections 3.1, 3.3 and 3.4 (the OpenAPI documents of both sites). OpenAI: the reference of its chat
completions, which compatible servers imitate, each as far as it wants to. What a family is not known to take is
listed with the reason why it is never sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Refusal = Literal["", "not_in_schema", "unverified"]
"""Why a parameter is never sent: the schema does not have it; only hearsay does. "" when it may be sent."""

NAMES: Final = (
    *("thinking", "reasoning_effort", "temperature", "top_p", "max_tokens", "stop"),
    *("frequency_penalty", "presence_penalty", "seed"),
    *("tools", "tool_choice", "tool_stream", "response_format", "web_search", "clear_thinking"),
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """Bounds of one parameter: of a number its least, most and step; of a list how many; of a choice all its words."""

    low: float | None = None
    high: float | None = None
    step: float | None = None
    most: int | None = None
    values: tuple[str, ...] = ()
    default: float | None = None  # where it is the same for all models
    refused: Refusal = ""


_NOT_IN_SCHEMA: Final = Parameter(refused="not_in_schema")
_EFFORTS: Final = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
_WHOLE: Final = 2**53 - 1  # the largest whole number that every JSON parser keeps

FAMILIES: Final[Mapping[str, Mapping[str, Parameter]]] = MappingProxyType(
    {
        "glm": MappingProxyType(
            {
                "thinking": Parameter(values=("enabled", "disabled")),
                "reasoning_effort": Parameter(values=_EFFORTS),
                "temperature": Parameter(0, 1, 0.01),
                "top_p": Parameter(0.01, 1, 0.01),
                "max_tokens": Parameter(1, 131_072, 1),
                "stop": Parameter(most=1),  # the schema lets four pass, its prose says that one works
                "frequency_penalty": _NOT_IN_SCHEMA,
                "presence_penalty": _NOT_IN_SCHEMA,
                "seed": Parameter(refused="unverified"),  # in the SDK's signature, in neither schema
                "tools": Parameter(most=128),
                "tool_choice": Parameter(values=("auto",)),
                "tool_stream": Parameter(),
                "response_format": Parameter(values=("text", "json_object")),
                "web_search": Parameter(values=("search_std", "search_pro", "search_pro_sogou", "search_pro_quark")),
                "clear_thinking": Parameter(),  # section 3.3: earlier thinking is kept on the other side
            }
        ),
        "openai": MappingProxyType(
            {
                "thinking": Parameter(values=("enabled", "disabled")),  # in the words of the provider's own switch
                "reasoning_effort": Parameter(values=_EFFORTS),
                "temperature": Parameter(0, 2, 0.01),
                "top_p": Parameter(0.01, 1, 0.01),
                "max_tokens": Parameter(1, 1_000_000, 1),
                "stop": Parameter(most=4),
                "frequency_penalty": Parameter(-2, 2, 0.1, default=0),
                "presence_penalty": Parameter(-2, 2, 0.1, default=0),
                "seed": Parameter(-_WHOLE, _WHOLE, 1),
                "tools": Parameter(most=128),
                "tool_choice": Parameter(values=("auto", "none", "required", "function")),
                "tool_stream": _NOT_IN_SCHEMA,  # arguments stream there without being asked
                "response_format": Parameter(values=("text", "json_object", "json_schema")),
                "web_search": _NOT_IN_SCHEMA,
                "clear_thinking": _NOT_IN_SCHEMA,
            }
        ),
    }
)
