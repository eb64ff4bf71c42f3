"""Texts of people as they are kept: within a limit, and without characters that deceive."""

import re

LONGEST_TEXT = 20_000
CUT = "\n[…]"
# Bidirectional overrides and isolates let a text look like another one; so do other controls that nobody types. A half of a character (surrogate)
# cannot be stored.
_DECEIVING = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_SPACES = re.compile(r"[ \t\u00a0]+\n")
_EMPTY_LINES = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    """The text without deceiving characters, with plain line ends and at most one empty line in a row, cut at LONGEST_TEXT."""
    lines = _DECEIVING.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    tidy = _EMPTY_LINES.sub("\n\n", _SPACES.sub("\n", lines)).strip()
    return tidy if len(tidy) <= LONGEST_TEXT else tidy[:LONGEST_TEXT] + CUT


def one_line(text: str, longest: int = 200) -> str:
    """The text on one line."""
    return " ".join(_DECEIVING.sub("", text).split())[:longest]
