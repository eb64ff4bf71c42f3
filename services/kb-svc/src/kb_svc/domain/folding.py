"""Text with its ways of writing made equal: width, case, accents, invisible characters, traditional Chinese."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from opencc import OpenCC

# What has no glyph of its own (soft hyphen, zero-width space and joiners, variation selectors, fillers): Unicode's
# property Default_Ignorable_Code_Point, which NFKC_Casefold removes as well. Python's unicodedata does not carry it.
_IGNORABLE = (
    "00AD 034F 061C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 3164 FE00-FE0F FEFF FFA0 FFF0-FFF8 "
    "1BCA0-1BCA3 1D173-1D17A E0000-E0FFF"
)
# Combining classes from here on place a mark beside a letter: accents. A lower class makes another letter of it (the
# voicing marks of kana, viramas, vowel points).
_FIRST_PLACED_CLASS = 200
_LAST_ACCENT = 0x1E94A
_LATIN_WITH_STROKES = (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
# Most texts have nothing else, and need no search for where their letters came from.
_ONE_TO_ONE = re.compile("[\x00-\x7f\u2010-\u2016\u2018-\u201f\u3000-\u3029\u4e00-\u9fff\uff01-\uff5e]*")
_TO_SIMPLIFIED = OpenCC("t2s")  # character for character and phrase for phrase: lengths stay


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; its character `i` came from `[starts[i], ends[i])` of the text as it was written."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


def fold(text: str) -> str:
    """`text` in one way of writing: ＶＩＰ → vip, ㎏ → kg, café → cafe, 換貨 → 换货. Folding twice changes nothing."""
    if text.isascii():
        return text.lower()
    while (folded := _simplified(_plain(text))) != text:
        text = folded
    return text


def fold_with_places(text: str) -> Folded:
    """`fold(text)` and where each of its characters came from. Marks and invisible characters go with the letter before."""
    if _ONE_TO_ONE.fullmatch(text):
        return Folded(fold(text), range(len(text)), range(1, len(text) + 1))
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    begun = [at for at, joined in enumerate(map(continues, text)) if at == 0 or not joined]
    for start, end in pairwise([*begun, len(text)]):
        piece = _letter(text[start]) if end - start == 1 else _settled(text[start:end])
        pieces.append(piece)
        starts += [start] * len(piece)
        ends += [end] * len(piece)
    return Folded(_simplified("".join(pieces)), starts, ends)


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", apart.translate(_WITHOUT))


def _settled(text: str) -> str:
    while (folded := _plain(text)) != text:
        text = folded
    return text


@lru_cache(maxsize=8192)
def _letter(character: str) -> str:
    return _settled(character)


@lru_cache(maxsize=8192)
def continues(character: str) -> bool:
    """Whether a character may be joined with the one before it when it is composed, or vanishes."""
    first = unicodedata.normalize("NFKD", character)[0]
    jamo = "\u1160" <= first <= "\u11ff"  # vowels and final consonants of hangul syllables
    return jamo or unicodedata.category(first).startswith("M") or _WITHOUT.get(ord(first), "") is None


def _simplified(text: str) -> str:
    while (converted := _TO_SIMPLIFIED.convert(text)) != text:
        text = converted
    return text


def _ignorable() -> Iterator[int]:
    for part in _IGNORABLE.split():
        first, _, last = part.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


def _accents() -> Iterator[int]:
    return (code for code in range(0x300, _LAST_ACCENT + 1) if unicodedata.combining(chr(code)) >= _FIRST_PLACED_CLASS)


def _stroked() -> Iterator[tuple[int, str]]:
    """Letters that Unicode does not take apart (ø, đ, ł), with the letter that their name begins with."""
    for code in _LATIN_WITH_STROKES:
        name, _, addition = unicodedata.name(chr(code), "").partition(" WITH ")
        letter = name.removeprefix("LATIN SMALL LETTER ").lower()
        if addition and len(letter) == 1 and not unicodedata.decomposition(chr(code)):
            yield code, letter


_WITHOUT: dict[int, str | None] = {
    **dict.fromkeys(_ignorable()),
    **dict.fromkeys(_accents()),
    **dict(_stroked()),
}
