"""Whether published clauses support the words of a text: a check by words, which refuses rather than believes.

Each sentence of the text has to be a shorter or reordered form of up to three consecutive parts of one clause: it has no word and no number that these do
not have, the same words of negation and condition, and the same parties in the same order.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

LONGEST = 800
"""Characters of a text that is checked; a longer one is not supported."""
_LEAST_SHARE = 0.7
_RUN = 3
_SENTENCE = re.compile(r"[。！？!?；;\n]+|\.(?=\s|$)")
_PART = re.compile(r"[。！？!?；;，,：\n]+|\.(?=\s|$)|:(?=\s)")
_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|[\u3400-\u9fff]")
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*%?|[零一二三四五六七八九十百千万两半]+")
_URL = re.compile(r"\b(?:https?://|www\.)\S+|\b[\w.-]+\.(?:com|cn|net|org|io|top|xyz)\b|\S+@\S+", re.IGNORECASE)
_MARKERS = re.compile(
    r"不|没|无|非|未|除|仅|只|须|必|如果|若|才|\b(?:not|no|never|without|unless|except|only|if|when|must|cannot|\w+n't)\b"
)
_CONDITIONS = re.compile(r"除|仅|只|如果|若|才|\b(?:without|unless|except|only|if|when)\b")
_PARTIES = re.compile(
    r"买家|卖家|商家|平台|快递|您|你|我们|\b(?:buyers?|sellers?|merchants?|platform|couriers?|you|your|we|our|us|i)\b"
)
_CONNECTING = frozenset("的了吗呢请会在和与是就都将可以给也") | frozenset(
    "the a an is are be will of to in on for and or it this that with by at from as please".split()  # noqa: SIM905
)


def is_supported(text: str, clauses: Sequence[str]) -> bool:
    """Whether each sentence of a text is supported by one of the clauses; false for a text without words."""
    sentences = [each for each in _SENTENCE.split(text.lower()) if _TOKEN.search(each) or _NUMBER.search(each)]
    if not sentences or len(text) > LONGEST or any(not each.isprintable() for each in text.replace("\n", "")):
        return False
    runs = [run for clause in clauses for run in _runs(clause.lower())]
    return all(any(_supports(run, sentence) for run in runs) for sentence in sentences)


def _runs(clause: str) -> Iterator[str]:
    """The parts between commas of each sentence of a clause, alone and with up to two that follow. A condition belongs to its whole sentence: what is without it
    is not what the clause states."""
    for sentence in _SENTENCE.split(clause):
        parts = [each.strip() for each in _PART.split(sentence) if each.strip()]
        for at in range(len(parts)):
            for end in range(at + 1, min(at + _RUN, len(parts)) + 1):
                if not any(_CONDITIONS.search(each) for each in parts[:at] + parts[end:]):
                    yield "，".join(parts[at:end])


def _supports(run: str, sentence: str) -> bool:
    if not set(_URL.findall(sentence)) <= set(_URL.findall(run)):
        return False
    if not set(_NUMBER.findall(sentence)) <= set(_NUMBER.findall(run)):
        return False
    if sorted(_MARKERS.findall(sentence)) != sorted(_MARKERS.findall(run)):
        return False
    if _PARTIES.findall(sentence) != _PARTIES.findall(run):
        return False
    words, known = _words(sentence), _words(run)
    if not set(words) <= set(known):
        return False
    pairs = set(pairwise(words))
    return not pairs or len(pairs & set(pairwise(known))) >= _LEAST_SHARE * len(pairs)


def _words(text: str) -> list[str]:
    return [each for each in _TOKEN.findall(text) if each not in _CONNECTING]
