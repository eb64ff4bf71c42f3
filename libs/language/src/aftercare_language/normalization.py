"""Text normalization for the search: width, case, accents, invisible characters and traditional Chinese make no difference."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from opencc import OpenCC

# Characters without a glyph (soft hyphen, zero-width space and joiners, variation selectors, fillers): Unicode's property
# Default_Ignorable_Code_Point, which NFKC_Casefold removes as well. It is written out because Python's unicodedata lacks it
# and testing all code points against the regular expressions of pydantic would cost each start a second.
_IGNORABLE = (
    "00AD 034F 061C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 3164 FE00-FE0F FEFF FFA0 FFF0-FFF8 "
    "1BCA0-1BCA3 1D173-1D17A E0000-E0FFF"
)
# Combining classes from here on are accents, which are removed. A mark of a lower class makes another letter (voicing marks
# of kana, viramas, vowel points).
_FIRST_ACCENT_CLASS = 200
_LAST_ACCENT = 0x1E94A
_LATIN_WITH_STROKES = (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
# Characters that are normalized one to one. Most texts have no others, and then offsets need not be computed.
_ONE_TO_ONE = re.compile("[\x00-\x7f\u2010-\u2016\u2018-\u201f\u3000-\u3029\u4e00-\u9fff\uff01-\uff5e]*")
_TO_SIMPLIFIED = OpenCC("t2s")  # keeps the length of a text


@dataclass(frozen=True, slots=True)
class NormalizedText:
    """Normalized text. Its character `i` stands for `[starts[i], ends[i])` of the original, in code points."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


def normalize(text: str) -> str:
    """The text with variants replaced: ＶＩＰ → vip, ㎏ → kg, café → cafe, 換貨 → 换货. The function is idempotent."""
    if text.isascii():
        return text.lower()
    while (normalized := _simplified(_mapped(text))) != text:
        text = normalized
    return text


def normalize_with_offsets(text: str) -> NormalizedText:
    """`normalize(text)` with the offsets of the original. Marks and invisible characters belong to the character before."""
    if _ONE_TO_ONE.fullmatch(text):
        return NormalizedText(normalize(text), range(len(text)), range(1, len(text) + 1))
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    beginnings = [at for at, extends in enumerate(map(extends_previous, text)) if at == 0 or not extends]
    for start, end in pairwise([*beginnings, len(text)]):
        piece = _mapped_character(text[start]) if end - start == 1 else _mapped_until_stable(text[start:end])
        pieces.append(piece)
        starts += [start] * len(piece)
        ends += [end] * len(piece)
    if starts == list(range(len(text))):
        return NormalizedText(_simplified("".join(pieces)), range(len(text)), range(1, len(text) + 1))
    return NormalizedText(_simplified("".join(pieces)), starts, ends)


def _mapped(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", decomposed.translate(_REPLACEMENTS))


def _mapped_until_stable(text: str) -> str:
    while (mapped := _mapped(text)) != text:
        text = mapped
    return text


@lru_cache(maxsize=8192)
def _mapped_character(character: str) -> str:
    return _mapped_until_stable(character)


@lru_cache(maxsize=8192)
def extends_previous(character: str) -> bool:
    """Whether normalization may combine the character with the one before it, or removes it."""
    first = unicodedata.normalize("NFKD", character)[0]
    jamo = "\u1160" <= first <= "\u11ff"  # vowels and final consonants of hangul syllables
    return jamo or unicodedata.category(first).startswith("M") or _REPLACEMENTS.get(ord(first), "") is None


def _simplified(text: str) -> str:
    while (converted := _TO_SIMPLIFIED.convert(text)) != text:
        text = converted
    return text


def _ignorable() -> Iterator[int]:
    for part in _IGNORABLE.split():
        first, _, last = part.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


def _accents() -> Iterator[int]:
    return (code for code in range(0x300, _LAST_ACCENT + 1) if unicodedata.combining(chr(code)) >= _FIRST_ACCENT_CLASS)


def _letters_with_strokes() -> Iterator[tuple[int, str]]:
    """Letters that Unicode does not decompose (ø, đ, ł), with the base letter in their name."""
    for code in _LATIN_WITH_STROKES:
        name, _, addition = unicodedata.name(chr(code), "").partition(" WITH ")
        letter = name.removeprefix("LATIN SMALL LETTER ").lower()
        if addition and len(letter) == 1 and not unicodedata.decomposition(chr(code)):
            yield code, letter


# For `str.translate`: None removes the character.
_REPLACEMENTS: dict[int, str | None] = {
    **dict.fromkeys(_ignorable()),
    **dict.fromkeys(_accents()),
    **dict(_letters_with_strokes()),
}
