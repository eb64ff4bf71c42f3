"""The terms of texts and queries, in Chinese and English. See docs/adr/0015-chinese-search-without-a-parser.md."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import Stemmer

from kb_svc.domain.normalization import normalize, normalize_with_offsets

VERSION = 2
"""Stored with each indexed article. Raise it with every change of the terms of a text: `migrate` then indexes again."""

# Scripts written without spaces: Han (with extensions and 々〇), kana, bopomofo, hangul.
_UNSPACED = (
    "\u3005-\u3007\u3040-\u30ff\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"\d+|[^\W\d_{_UNSPACED}]+")
# Adjacent words: without a separator (zp200), or with one character that is neither a letter nor a digit (wi-fi, wi fi).
_RUN = re.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|(?:{_WORD.pattern})(?:[\W_]?(?:{_WORD.pattern}))*")
# Not `\b`: a digit or a Chinese character after it starts another word.
_POSSESSIVE = re.compile(rf"['’]s(?![^\W\d_{_UNSPACED}])")
JOINED_WEIGHT = 0.4  # of a joined term in a query: its parts are terms as well, and most neighbours are not compounds
_LONGEST_WORD = 40  # characters; a longer "word" is a hash or a URL, and is indexed by its beginning

_snowball = Stemmer.Stemmer("english")
_IRREGULAR = {
    "paid": "pay",
    "bought": "buy",
    "sent": "send",
    "broke": "break",
    "broken": "break",
    "lost": "lose",
    "kept": "keep",
    "chose": "choose",
}

STOP_WORDS = frozenset(
    "a an and are as at be been but by can could did do does for from had has have how i if in is it its just me my no not of on or "  # noqa: SIM905
    "our so than that the their them then there these they this to us was we were what when where which who whom whose why will with "
    "would you your".split()
)
_NEVER_LAST = STOP_WORDS - {"in", "on"}  # "log in" and "add on" are also written as one word
# Function characters. A pair of two of them (怎么, 可以, 我的) is a stop word as well.
STOP_CHARACTERS = frozenset(
    "的了着过地得吗呢吧啊呀嘛么我你您他她它们这那哪是有在和与或就都也还又再很更太要能会可以应该怎什为因所被把给让从对到跟"
)


class Token(NamedTuple):
    """A term and its position, `text[start:end]`. `joined`: it consists of neighbours that are terms themselves."""

    term: str
    start: int
    end: int
    joined: bool = False


def stem(word: str) -> str:
    """The English stem: `refund` for refunds, refunded and refunding. Words of other alphabets are returned unchanged."""
    return str(_snowball.stemWord(_IRREGULAR.get(word, word))) if word.isascii() else word


def terms(text: str) -> Counter[str]:
    """How often each term occurs: single characters and pairs of unspaced scripts, stems of words, and of neighbouring words
    joined (`wifi` for Wi-Fi and Wi Fi)."""
    return Counter(token.term for token in _scan(normalize(text)))


def query_terms(query: str) -> dict[str, float]:
    """The terms of a query and their weights, without stop words unless the query consists of them."""
    found: dict[str, float] = {}
    for token in _scan(normalize(query)):
        found[token.term] = max(found.get(token.term, 0), JOINED_WEIGHT if token.joined else 1)
    content = {term: found[term] for term in found if not (term in _STOP_STEMS or STOP_CHARACTERS.issuperset(term))}
    return content or found


def tokens(text: str) -> Iterator[Token]:
    """The terms of the text with their positions in the original, in code points."""
    normalized = normalize_with_offsets(text)
    for token in _scan(normalized.text):
        yield Token(token.term, normalized.starts[token.start], normalized.ends[token.end - 1])


def is_selective(term: str) -> bool:
    """Whether candidates are looked up by the term: a pair or a word. Single characters of unspaced scripts are too common."""
    return len(term) > 1 or term.isascii()


def _scan(normalized: str) -> Iterator[Token]:
    without = _POSSESSIVE.sub(lambda found: " " * len(found.group()), normalized)
    for run in _RUN.finditer(without):
        yield from (_characters if run.lastgroup == "unspaced" else _words)(run.group(), run.start())


def _characters(run: str, at: int) -> Iterator[Token]:
    for i, character in enumerate(run, at):
        yield Token(character, i, i + 1)
    for i, (first, second) in enumerate(pairwise(run), at):
        yield Token(first + second, i, i + 2)


def _words(run: str, at: int) -> Iterator[Token]:
    """The words of a run, and neighbours joined: all without a space between them, and pairs with a space unless one of the
    two is a stop word."""
    words = [Token(word.group()[:_LONGEST_WORD], at + word.start(), at + word.end()) for word in _WORD.finditer(run)]
    for word in words:
        yield _stemmed(word)
    compound = words[0]
    for before, word in pairwise(words):
        if run[before.end - at : word.start - at].isspace():
            compound = word
            if before.term in STOP_WORDS or word.term in _NEVER_LAST:
                continue
        else:
            compound = _joined(compound, word)
            if compound.start < before.start:
                yield _stemmed(compound)
        yield _stemmed(_joined(before, word))


def _joined(first: Token, second: Token) -> Token:
    return Token((first.term + second.term)[:_LONGEST_WORD], first.start, second.end, joined=True)


def _stemmed(word: Token) -> Token:
    return Token(stem(word.term), word.start, word.end, word.joined)


_STOP_STEMS = frozenset(stem(word) for word in STOP_WORDS)
