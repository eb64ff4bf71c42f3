"""Text to terms, for what is stored and for what is asked, in Chinese and English. See docs/adr "Chinese search without a parser"."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import Stemmer

from .folding import fold, fold_with_places

VERSION = 2
"""Stored with each indexed article. Raise it whenever a text gives other terms than before: `migrate` then indexes anew."""

# Scripts written without spaces: Han (with extensions and 々〇), kana, bopomofo, hangul.
_UNSPACED = (
    "\u3005-\u3007\u3040-\u30ff\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"\d+|[^\W\d_{_UNSPACED}]+")
# A row: words that nothing parts (zp200), or one character that is no letter (wi-fi, wi fi).
_RUN = re.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|(?:{_WORD.pattern})(?:[\W_]?(?:{_WORD.pattern}))*")
# Not `\b`: a digit or a Chinese character after it is a word of its own.
_POSSESSIVE = re.compile(rf"['’]s(?![^\W\d_{_UNSPACED}])")
JOINED_WEIGHT = 0.4  # in a question: its parts are asked for as well, and most neighbours only happen to stand together
_LONGEST_WORD = 40  # a longer "word" is a hash or a pasted address: its beginning is enough to find it by

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
_NEVER_LAST = STOP_WORDS - {"in", "on"}  # log in, add on: these do make one word with the verb before them
# Characters that ask or join and say nothing by themselves; a pair made of two of them (怎么, 可以, 我的) says nothing either.
STOP_CHARACTERS = frozenset(
    "的了着过地得吗呢吧啊呀嘛么我你您他她它们这那哪是有在和与或就都也还又再很更太要能会可以应该怎什为因所被把给让从对到跟"
)


class Token(NamedTuple):
    """One term and where it stands: `text[start:end]`. `joined`: made of neighbours that are terms themselves."""

    term: str
    start: int
    end: int
    joined: bool = False


def stem(word: str) -> str:
    """The English stem: refunds, refunded and refunding meet in `refund`. Words of other alphabets come back as they are."""
    return str(_snowball.stemWord(_IRREGULAR.get(word, word))) if word.isascii() else word


def terms(text: str) -> Counter[str]:
    """How often each term stands in `text`: single characters and pairs of unspaced scripts; stems of words, and of
    neighbouring words written as one (`wifi` for Wi-Fi and Wi Fi)."""
    return Counter(token.term for token in _scan(fold(text)))


def asked(question: str) -> dict[str, float]:
    """The terms of a question and their weights. Words that carry no meaning are left out unless the question has nothing else."""
    found: dict[str, float] = {}
    for token in _scan(fold(question)):
        found[token.term] = max(found.get(token.term, 0), JOINED_WEIGHT if token.joined else 1)
    told = {term: found[term] for term in found if not (term in _STOP_STEMS or STOP_CHARACTERS.issuperset(term))}
    return told or found


def tokens(text: str) -> Iterator[Token]:
    """The terms of `text`, each with its place in the text as it was written, whatever folding did to its length."""
    folded = fold_with_places(text)
    for token in _scan(folded.text):
        yield Token(token.term, folded.starts[token.start], folded.ends[token.end - 1])


def is_pair(term: str) -> bool:
    """Whether `term` is worth looking candidates up by: a pair or a word. A single character of an unspaced script stands everywhere."""
    return len(term) > 1 or term.isascii()


def _scan(folded: str) -> Iterator[Token]:
    folded = _POSSESSIVE.sub(lambda found: " " * len(found.group()), folded)
    for run in _RUN.finditer(folded):
        yield from (_characters if run.lastgroup == "unspaced" else _words)(run.group(), run.start())


def _characters(run: str, at: int) -> Iterator[Token]:
    for i, character in enumerate(run, at):
        yield Token(character, i, i + 1)
    for i, (first, second) in enumerate(pairwise(run), at):
        yield Token(first + second, i, i + 2)


def _words(row: str, at: int) -> Iterator[Token]:
    """The words of a row and its neighbours joined: all that no space parts, and two that a space parts unless one says nothing."""
    words = [Token(word.group()[:_LONGEST_WORD], at + word.start(), at + word.end()) for word in _WORD.finditer(row)]
    for word in words:
        yield _stemmed(word)
    compound = words[0]
    for before, word in pairwise(words):
        if row[before.end - at : word.start - at].isspace():
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
