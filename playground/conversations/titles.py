"""What a conversation is called by itself: the first line that somebody typed. Pure."""

from playground.conversations import attached

LENGTH = 80


def title_of(text: str) -> str:
    """What a conversation is called that begins with this text; after its files where nothing else was said."""
    files, typed = attached.split(text.strip())
    lines = typed.strip().splitlines()
    return shortened(lines[0].strip() if lines else ", ".join(file.name.strip() for file in files))


def shortened(title: str) -> str:
    """The title as far as a list has room for it."""
    return title if len(title) <= LENGTH else title[: LENGTH - 1].rstrip() + "…"
