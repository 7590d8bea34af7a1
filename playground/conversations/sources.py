"""What a provider's web search found, as numbered references. A link is only what a browser may safely follow."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

_NUMBER = re.compile(r"(\d{1,3})$")


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference. `refer` is its mark in the text; `link` is "" when it is no plain web address."""

    number: int
    refer: str
    title: str
    link: str
    site: str
    content: str
    date: str


def sources_of(found: Sequence[Mapping[str, str]]) -> tuple[Reference, ...]:
    """In the order of the provider, with the numbers of their marks where these have one."""
    return tuple(_source(place, one) for place, one in enumerate(found, 1))


def _source(place: int, one: Mapping[str, str]) -> Reference:
    number = _NUMBER.search(one.get("refer", ""))
    link, host = _safe(one.get("link", ""))
    return Reference(
        number=int(number[1]) if number else place,
        refer=one.get("refer", ""),
        title=one.get("title", "") or host or one.get("refer", ""),
        link=link,
        site=one.get("media", "") or host,
        content=one.get("content", ""),
        date=one.get("publish_date", ""),
    )


def _safe(link: str) -> tuple[str, str]:
    """The link and its host, when it is http or https; nothing else is made clickable."""
    try:
        parts = urlsplit(link.strip())
        host = parts.hostname or ""
    except ValueError:
        return "", ""
    return (link.strip(), host) if parts.scheme in ("http", "https") and host else ("", "")
