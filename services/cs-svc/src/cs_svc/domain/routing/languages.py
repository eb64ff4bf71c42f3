"""In which language somebody writes, as far as agents are chosen by it."""

_CHINESE = ("\u3400", "\u9fff")
LEAST_SHARE = 0.15
"""So many of the letters are Chinese at least in a Chinese text, which may have codes and names in Latin letters."""


def language_of(text: str) -> str | None:
    """`zh` or `en`; None where the text has no letters."""
    letters = [each for each in text if each.isalpha()]
    if not letters:
        return None
    chinese = sum(_CHINESE[0] <= each <= _CHINESE[1] for each in letters)
    return "zh" if chinese >= LEAST_SHARE * len(letters) else "en"
