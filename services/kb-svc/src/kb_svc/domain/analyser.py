"""Text to terms, for what is stored and for what is asked, in Chinese and English. See docs/adr "Chinese search without a parser"."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

# Scripts written without spaces: Han (with extensions and 々〇), kana, bopomofo, hangul.
_UNSPACED = (
    "\u3005-\u3007\u3040-\u30ff\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|(?P<word>[^\W_{_UNSPACED}]+)")
_POSSESSIVE = re.compile(r"['’]s\b")
_VOWEL = re.compile(r"[aeiouy]")
_LONGEST_WORD = 40  # a longer "word" is a hash or a pasted address: its beginning is enough to find it by

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
# Characters that ask or join and say nothing by themselves; a pair made of two of them (怎么, 可以, 我的) says nothing either.
STOP_CHARACTERS = frozenset(
    "的了着过地得吗呢吧啊呀嘛么我你您他她它们这那哪是有在和与或就都也还又再很更太要能会可以应该怎什为因所被把给让从对到跟"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One term and where it stands: `text[start:end]`."""

    term: str
    start: int
    end: int


def fold(text: str) -> str:
    """`text` with width, case and compatibility forms made equal (ＶＩＰ → vip, ㎏ → kg, ％ → %). Folding twice changes nothing."""
    while (folded := unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())) != text:
        text = folded
    return text


def stem(word: str) -> str:
    """A light English stem: refunds, refunded and refunding meet in `refund`. Words of other languages come back nearly as they are."""
    if len(word) <= 3 or not word.isascii() or not word.isalpha():
        return word
    word = _IRREGULAR.get(word) or _without_ending(_singular(word))
    if word.endswith("ll"):
        return word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word


def _without_ending(word: str) -> str:
    root = word.removesuffix("ing") if word.endswith("ing") else word.removesuffix("ed")
    if root == word or len(root) < 3 or not _VOWEL.search(root):
        return word
    doubled = root[-1] == root[-2] and root[-1] not in "lsz"
    return root[:-1] if doubled else root


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def terms(text: str) -> Counter[str]:
    """How often each term stands in `text`: single characters and pairs of unspaced scripts, stems of words."""
    return Counter(token.term for token in _scan(fold(text)))


def asked(question: str) -> set[str]:
    """The terms of a question. Words that carry no meaning are left out unless the question has nothing else."""
    found = set(terms(question))
    return {term for term in found if not (term in _STOP_STEMS or STOP_CHARACTERS.issuperset(term))} or found


def tokens(text: str) -> Iterator[Token]:
    """The terms of `text` in order, each with its place in the text as it was written, whatever folding did to its length."""
    folded, origin = _folded_with_origins(text)
    for token in _scan(folded):
        yield Token(token.term, origin[token.start], origin[token.end - 1] + 1)


def is_pair(term: str) -> bool:
    """Whether `term` is worth looking candidates up by: a pair or a word. A single character of an unspaced script stands everywhere."""
    return len(term) > 1 or term.isascii()


def _scan(folded: str) -> Iterator[Token]:
    folded = _POSSESSIVE.sub(lambda found: " " * len(found.group()), folded)
    for run in _RUN.finditer(folded):
        at, text = run.start(), run.group()
        if run.lastgroup == "word":
            yield Token(stem(text[:_LONGEST_WORD]), at, run.end())
            continue
        for i, character in enumerate(text):
            yield Token(character, at + i, at + i + 1)
        for i, pair in enumerate(pairwise(text)):
            yield Token("".join(pair), at + i, at + i + 2)


def _folded_with_origins(text: str) -> tuple[str, list[int]]:
    """The folded text and, for each of its characters, the index it came from. A mark is folded with the letter that carries it."""
    pieces: list[str] = []
    origin: list[int] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end < len(text) and unicodedata.combining(text[end]):
            continue
        piece = _fold_letter(text[start:end])
        pieces.append(piece)
        origin.extend([start] * len(piece))
        start = end
    return "".join(pieces), origin


@lru_cache(maxsize=8192)
def _fold_letter(letter: str) -> str:
    return fold(letter)


_STOP_STEMS = frozenset(stem(word) for word in STOP_WORDS)
