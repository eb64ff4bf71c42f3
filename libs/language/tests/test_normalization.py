"""Spelling variants are normalized alike."""

import unicodedata
from functools import cache

import pytest
from aftercare_events.characters import finder, is_invisible
from aftercare_language.normalization import (
    _ONE_TO_ONE,
    _TO_SIMPLIFIED,
    _ignorable,
    extends_previous,
    normalize,
    normalize_with_offsets,
)
from hypothesis import given
from hypothesis import strategies as st

ANY_TEXT = st.text(max_size=300)
MARKED = st.text(
    st.sampled_from("eé\u0301\u0327\u00ad\u200d\ufe0f\u115fがか\u3099ﾀﾞ한ㅎㅏㄴ葛\U000e0100İıßﬁ換貨 A"), max_size=60
)
IGNORED = {chr(code) for code in _ignorable()}
IGNORABLE = finder(r"\p{Default_Ignorable_Code_Point}")
# Visible characters of the category Cf: they stand before or around digits, letters or notes.
VISIBLE_FORMATS = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, *range(0xFFF9, 0xFFFC), 0x110BD, 0x110CD}
VISIBLE_FORMATS |= set(range(0x13430, 0x13440))


@cache
def characters() -> list[str]:
    """All of Unicode but surrogates, which no text holds."""
    return [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]


@cache
def traditional() -> list[str]:
    return [c for c in characters() if unicodedata.name(c, "").startswith("CJK") and _TO_SIMPLIFIED.convert(c) != c]


TRADITIONAL = st.deferred(lambda: st.text(st.sampled_from(traditional()), max_size=80))


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("ＶＩＰ会员", "vip会员"),
        ("１２３％", "123%"),
        ("（退货）！", "(退货)!"),
        ("ﾀﾞﾒ", "ダメ"),
        ("㎏", "kg"),
        ("①", "1"),
        ("ﬁx", "fix"),
        ("Straße", "strasse"),
        ("café", "cafe"),
        ("cafe\u0301", "cafe"),
        ("Zürich naïve piñata", "zurich naive pinata"),
        ("Łódź smørrebrød Đà Nẵng", "lodz smorrebrod da nang"),
        ("İSTANBUL", "istanbul"),
        ("Ёлка", "елка"),
        ("re\u00adfund", "refund"),
        ("退\u200b货", "退货"),
        ("葛\U000e0100", "葛"),
        ("\u3164", ""),
    ],
)
def test_variants_are_normalized(text: str, normalized: str) -> None:
    assert normalize(text) == normalized


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("換貨", "换货"),
        ("退貨運費由誰負擔", "退货运费由谁负担"),
        ("發票", "发票"),
        ("頭髮", "头发"),
        ("乾淨", "干净"),
        ("賣家一直不回覆", "卖家一直不回复"),
        ("想瞭解保固", "想了解保固"),
        ("裏面裡面", "里面里面"),
    ],
)
def test_traditional_characters_are_simplified(traditional: str, simplified: str) -> None:
    assert normalize(traditional) == simplified
    assert normalize(simplified) == simplified


@pytest.mark.parametrize("word", ["が", "パン", "한국어", "ไม่", "हिन्दी", "עִבְרִית"])
def test_marks_that_make_another_letter_are_kept(word: str) -> None:
    assert normalize(word) == unicodedata.normalize("NFC", word)


def test_characters_that_unicode_declares_ignorable_are_removed() -> None:
    assert [hex(ord(c)) for c in characters() if IGNORABLE(c) != (c in IGNORED)] == []
    assert all(map(is_invisible, IGNORED)), "the rule for names and waybills"
    formats = [c for c in characters() if unicodedata.category(c) == "Cf" and ord(c) not in VISIBLE_FORMATS]
    assert len(formats) > 100
    assert [hex(ord(c)) for c in {*formats, *IGNORED} if normalize(f"a{c}b") != "ab"] == []


@given(st.one_of(ANY_TEXT, MARKED))
def test_normalization_is_idempotent(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


def test_normalization_of_each_character_is_idempotent() -> None:
    assert [hex(ord(c)) for c in characters() if normalize(once := normalize(c)) != once] == []


@given(st.one_of(ANY_TEXT, MARKED, TRADITIONAL))
def test_every_normalized_character_has_offsets(text: str) -> None:
    normalized = normalize_with_offsets(text)
    assert normalized.text == normalize(text)
    assert len(normalized.text) == len(normalized.starts) == len(normalized.ends)
    offsets = list(zip(normalized.starts, normalized.ends, strict=True))
    assert offsets == sorted(offsets)
    assert all(0 <= start < end <= len(text) for start, end in offsets)


@given(TRADITIONAL)
def test_simplification_keeps_the_length(text: str) -> None:
    assert len(_TO_SIMPLIFIED.convert(text)) == len(text)


def test_a_mark_belongs_to_its_letter() -> None:
    text = "un cafe\u0301 chaud"
    normalized = normalize_with_offsets(text)
    at = normalized.text.index("cafe")
    assert text[normalized.starts[at] : normalized.ends[at + 3]] == "cafe\u0301"


def test_the_one_to_one_characters_are_normalized_one_to_one() -> None:
    easy = [c for c in characters() if _ONE_TO_ONE.fullmatch(c)]
    assert [hex(ord(c)) for c in easy if len(normalize(c)) != 1 or extends_previous(c)] == []
