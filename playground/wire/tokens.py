"""How many tokens a text probably is: for labelled estimates where no provider has counted."""

import re

# Weights of a linear estimate for GLM's byte-pair vocabulary: Han is cheap there (about 1.6 characters a token),
# Latin words are about one token with a further one for each started group of eight letters.
_PIECES = re.compile(
    r"(?P<han>[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3040-\u30ff\uac00-\ud7af]+)"
    r"|(?P<word>[A-Za-z\u00c0-\u024f]+)|(?P<digits>[0-9]+)|(?P<space>\s+)|(?P<sign>.)",
    re.DOTALL,
)


def estimate_tokens(text: str) -> int:
    """A deterministic estimate; 0 only for the empty text. Within about 15 % for prose, worse for code and noise."""
    if not text:
        return 0
    total = 0.0
    for piece in _PIECES.finditer(text):
        length = piece.end() - piece.start()
        match piece.lastgroup:
            case "han":
                total += length / 1.6
            case "word":
                total += 1 + (length - 1) // 8
            case "digits":
                total += (length + 2) // 3
            case "space":
                total += max(0, length - 1) / 4 + (0.5 if "\n" in piece.group() else 0)
            case _:
                total += 0.8
    return max(1, round(total))
