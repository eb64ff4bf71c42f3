"""The terms of texts and queries, in Chinese and English. See docs/adr/0015-chinese-search-without-a-parser.md."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import chain, compress, pairwise
from operator import add, ne
from typing import NamedTuple

import Stemmer

from aftercare_language.normalization import NormalizedText, normalize, normalize_with_offsets

VERSION = 4
"""Stored with each indexed article. Raise it with every change of what `analyse` and `pinyin.counts` return: `migrate` then indexes again."""

# Scripts written without spaces: Han (with extensions and 々〇), kana, bopomofo, hangul.
_UNSPACED = (
    "\u3005-\u3007\u3040-\u30ff\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_SPACED = re.compile(rf"[^{_UNSPACED}]")
_WORD = re.compile(rf"\d+|[^\W\d_{_UNSPACED}]+")
# Adjacent words: without a separator (zp200), or with one character that is neither a letter nor a digit (wi-fi, wi fi).
_RUN = re.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|(?:{_WORD.pattern})(?:[\W_]?(?:{_WORD.pattern}))*")
# Not `\b`: a digit or a Chinese character after it starts another word.
_POSSESSIVE = re.compile(rf"['’]s(?![^\W\d_{_UNSPACED}])")
JOINED_WEIGHT = 0.4  # of a joined term in a query: its parts are terms as well, and most neighbours are not compounds
_LONGEST_WORD = 40  # characters; a longer "word" is a hash or a URL, and is indexed by its beginning

_snowball: Callable[[str], str] = Stemmer.Stemmer("english").stemWord
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
    """A term and its position, `text[start:end]`."""

    term: str
    start: int
    end: int


_Found = tuple[str, int, int, bool]
"""A term with its position, and whether it consists of neighbours that are terms themselves. A plain tuple: a text has hundreds,
and a NamedTuple takes several times as long to make."""


class Analysis(NamedTuple):
    """How often each term occurs in a text, and where the terms are that cannot be found as they are written.

    Those are words, and terms with a character of `rewritten`: the characters of unspaced scripts that normalization replaced
    in this text, and what it replaced them with. `positions` are `[start, end, start, end, …]` in the original, in code points.
    """

    counts: Counter[str]
    rewritten: str
    positions: Mapping[str, list[int]]


def _stem(word: str) -> str:
    return _snowball(_IRREGULAR.get(word, word)) if word.isascii() else word


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """The English stem: `refund` for refunds, refunded and refunding. Words of other alphabets are returned unchanged."""
    return _stem(word)


def terms(text: str) -> Counter[str]:
    """How often each term occurs: single characters and pairs of unspaced scripts, stems of words, and of neighbouring words
    joined (`wifi` for Wi-Fi and Wi Fi)."""
    return Counter(term for term, _, _, _ in _scan(normalize(text)))


def analyse(text: str) -> Analysis:
    """`terms(text)`, with the positions of those that cannot be found as they are written."""
    normalized = normalize_with_offsets(text)
    rewritten = _rewritten(text, normalized)
    found, positions = list[str](), defaultdict[str, list[int]](list)
    starts, ends = normalized.starts, normalized.ends
    for run in _runs(normalized.text):
        if run.lastgroup == "unspaced" and rewritten.isdisjoint(run.group()):
            # Without an object per term: a Chinese article consists of these, and it is analysed in a third of the time.
            characters = run.group()
            found += chain(characters, map(add, characters, characters[1:]))
            continue
        words = run.lastgroup != "unspaced"
        for term, start, end, _ in _tokens(run):
            found.append(term)
            if words or not rewritten.isdisjoint(term):
                positions[term] += starts[start], ends[end - 1]
    return Analysis(Counter(found), "".join(sorted(rewritten)), positions)


def _rewritten(text: str, normalized: NormalizedText) -> set[str]:
    if text.isascii():
        return set()
    one_to_one = isinstance(normalized.starts, range)
    clusters = (
        text if one_to_one else [text[start:end] for start, end in zip(normalized.starts, normalized.ends, strict=True)]
    )
    replaced = set(compress(zip(clusters, normalized.text, strict=True), map(ne, clusters, normalized.text)))
    return {character for written, now in replaced for character in written + now if is_unspaced(character)}


def query_terms(query: str) -> dict[str, float]:
    """The terms of a query and their weights, without stop words unless the query consists of them."""
    found: dict[str, float] = {}
    for term, _, _, joined in _scan(normalize(query)):
        found[term] = max(found.get(term, 0), JOINED_WEIGHT if joined else 1)
    content = {term: found[term] for term in found if not (term in _STOP_STEMS or STOP_CHARACTERS.issuperset(term))}
    return content or found


def tokens(text: str) -> Iterator[Token]:
    """The terms of the text with their positions in the original, in code points."""
    normalized = normalize_with_offsets(text)
    for term, start, end, _ in _scan(normalized.text):
        yield Token(term, normalized.starts[start], normalized.ends[end - 1])


def is_selective(term: str) -> bool:
    """Whether candidates are looked up by the term: a pair or a word. Single characters of unspaced scripts are too common."""
    return len(term) > 1 or term.isascii()


def is_unspaced(term: str) -> bool:
    """Whether the term is of a script without spaces: a character or a pair."""
    return _SPACED.match(term) is None


def _scan(normalized: str) -> Iterator[_Found]:
    return chain.from_iterable(map(_tokens, _runs(normalized)))


def _runs(normalized: str) -> Iterator[re.Match[str]]:
    """The runs of unspaced scripts, and those of words with at most one character between them."""
    return _RUN.finditer(_POSSESSIVE.sub(lambda found: " " * len(found.group()), normalized))


def _tokens(run: re.Match[str]) -> Iterator[_Found]:
    return (_characters if run.lastgroup == "unspaced" else _words)(run.group(), run.start())


def _characters(run: str, at: int) -> Iterator[_Found]:
    for i, character in enumerate(run, at):
        yield character, i, i + 1, False
    for i, (first, second) in enumerate(pairwise(run), at):
        yield first + second, i, i + 2, False


def _words(run: str, at: int) -> Iterator[_Found]:
    """The words of a run, and neighbours joined: all without a space between them, and pairs with a space unless one of the
    two is a stop word."""
    words = [
        (run[start:end][:_LONGEST_WORD], at + start, at + end)
        for start, end in map(re.Match[str].span, _WORD.finditer(run))
    ]
    for word, start, end in words:
        yield stem(word), start, end, False
    compound, start, _ = words[0]
    for (before, first, left), (word, right, end) in pairwise(words):
        if run[left - at : right - at].isspace():
            compound, start = word, right
            if before in STOP_WORDS or word in _NEVER_LAST:
                continue
        else:
            compound = (compound + word)[:_LONGEST_WORD]
            if start < first:
                yield _stem(compound), start, end, True
        yield _stem((before + word)[:_LONGEST_WORD]), first, end, True


_STOP_STEMS = frozenset(stem(word) for word in STOP_WORDS)
