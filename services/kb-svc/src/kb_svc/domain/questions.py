"""Other ways in which people ask what an article answers, as its editors write them down: they are searched, not shown as its text."""

from collections.abc import Iterable

from aftercare_language.normalization import normalize

MOST, LONGEST = 50, 200
"""Questions of a version, and characters of one."""
PUBLISHED_BYTES = 6_000
"""So many bytes of them are in the event of a publication, beside the words."""


def distinct(questions: Iterable[str]) -> list[str]:
    """The questions, each once: width, case and traditional characters make no difference."""
    return list({normalize(each): each for each in reversed(list(questions))}.values())[::-1]


def published(questions: Iterable[str]) -> tuple[str, ...]:
    """The first of them that have room in an event."""
    found, size = list[str](), 0
    for each in questions:
        size += len(each.encode()) + 3
        if size > PUBLISHED_BYTES:
            break
        found.append(each)
    return tuple(found)
