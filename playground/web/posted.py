"""The form of the run settings as a browser posts it."""

from django.http import QueryDict

from playground.web import run_tools


def posted_settings(post: QueryDict) -> dict[str, object]:
    """Run settings as the form posts them, for run_settings.parse."""
    return {
        "offer": post.get("offer", ""),
        "key": post.get("key", ""),
        "thinking": _posted_thinking(post.get("thinking", ""), post.get("thinking_chosen")),
        "effort": post.get("effort", ""),
        "temperature": _number(post.get("temperature", "")),
        "top_p": _number(post.get("top_p", "")),
        "max_tokens": _whole(post.get("max_tokens", "")),
        "stop": post.get("stop", ""),
        "frequency_penalty": _number(post.get("frequency_penalty", "")),
        "presence_penalty": _number(post.get("presence_penalty", "")),
        "seed": _whole(post.get("seed", "")),
        "system_prompt": post.get("system_prompt", "").replace("\r\n", "\n"),
        "template": post.get("template", ""),
        "when_full": post.get("when_full", ""),
        **run_tools.posted(post),
    }


def _posted_thinking(switch: str, chosen: str | None) -> bool | None:
    """A switch that is off is not posted; one that is on untouched, or locked, leaves the choice to the provider."""
    if chosen is None:
        return None
    if switch != "on":
        return False
    return True if chosen else None


def _number(text: str) -> object:
    try:
        return float(text) if text.strip() else None
    except ValueError:
        return text


def _whole(text: str) -> object:
    number = _number(text)
    return int(number) if isinstance(number, float) and number.is_integer() else number
