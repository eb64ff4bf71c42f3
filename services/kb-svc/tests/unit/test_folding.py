"""Ways of writing that mean the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kb_svc.domain.folding import _ONE_TO_ONE, _TO_SIMPLIFIED, _ignorable, continues, fold, fold_with_places
from pydantic_core import SchemaValidator, core_schema

CHARACTERS = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]  # no text holds a surrogate
ANY_TEXT = st.text(max_size=300)
MARKED = st.text(
    st.sampled_from("eé\u0301\u0327\u00ad\u200d\ufe0f\u115fがか\u3099ﾀﾞ한ㅎㅏㄴ葛\U000e0100İıßﬁ換貨 A"), max_size=60
)
TRADITIONAL = [c for c in CHARACTERS if unicodedata.name(c, "").startswith("CJK") and _TO_SIMPLIFIED.convert(c) != c]
IGNORED = {chr(code) for code in _ignorable()}
IGNORABLE = SchemaValidator(core_schema.str_schema(pattern=r"\p{Default_Ignorable_Code_Point}")).isinstance_python
# Of the category Cf, these are seen: they stand before or around digits, letters or notes.
SEEN = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, *range(0xFFF9, 0xFFFC), 0x110BD, 0x110CD}
SEEN |= set(range(0x13430, 0x13440))


@pytest.mark.parametrize(
    ("written", "folded"),
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
def test_forms_that_mean_the_same_are_folded(written: str, folded: str) -> None:
    assert fold(written) == folded


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
    assert fold(traditional) == simplified
    assert fold(simplified) == simplified


@pytest.mark.parametrize("word", ["が", "パン", "한국어", "ไม่", "हिन्दी", "עִבְרִית"])
def test_marks_that_make_another_letter_stay(word: str) -> None:
    assert fold(word) == unicodedata.normalize("NFC", word)


def test_what_unicode_declares_ignorable_vanishes() -> None:
    assert [hex(ord(c)) for c in CHARACTERS if IGNORABLE(c) != (c in IGNORED)] == []
    formats = [c for c in CHARACTERS if unicodedata.category(c) == "Cf" and ord(c) not in SEEN]
    assert len(formats) > 100
    assert [hex(ord(c)) for c in {*formats, *IGNORED} if fold(f"a{c}b") != "ab"] == []


@given(st.one_of(ANY_TEXT, MARKED))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_folding_any_single_character_twice_changes_nothing() -> None:
    assert [hex(ord(c)) for c in CHARACTERS if fold(fold(c)) != fold(c)] == []


@given(st.one_of(ANY_TEXT, MARKED, st.text(st.sampled_from(TRADITIONAL), max_size=80)))
def test_every_folded_character_has_its_place(text: str) -> None:
    folded = fold_with_places(text)
    assert folded.text == fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    places = list(zip(folded.starts, folded.ends, strict=True))
    assert places == sorted(places)
    assert all(0 <= start < end <= len(text) for start, end in places)


@given(st.text(st.sampled_from(TRADITIONAL), max_size=80))
def test_simplifying_keeps_the_length(text: str) -> None:
    assert len(_TO_SIMPLIFIED.convert(text)) == len(text)


def test_a_mark_goes_with_its_letter() -> None:
    text = "un cafe\u0301 chaud"
    folded = fold_with_places(text)
    at = folded.text.index("cafe")
    assert text[folded.starts[at] : folded.ends[at + 3]] == "cafe\u0301"


def test_the_short_way_is_for_characters_that_fold_one_to_one() -> None:
    easy = [c for c in CHARACTERS if _ONE_TO_ONE.fullmatch(c)]
    assert [hex(ord(c)) for c in easy if len(fold(c)) != 1 or continues(c)] == []
