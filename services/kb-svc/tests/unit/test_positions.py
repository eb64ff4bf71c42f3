"""The positions of a query's terms: what is stored and found is what a full analysis of the text gives."""

import pytest
from aftercare_language.analyser import Token, analyse, terms, tokens
from hypothesis import example, given
from hypothesis import strategies as st
from kb_svc.domain.positions import find, stored

CHINESE = "退货运费谁承担，七天无理由。"
TRADITIONAL = "退貨運費誰承擔換后乾隆干淨瞭解了"
ENGLISH = [
    "refund",
    "refunds",
    "refunded",
    "paid",
    "pay",
    "wi",
    "fi",
    "wi-fi",
    "U.S.A.",
    "the",
    "in",
    "log",
    "seller's",
    "zp200",
    " ",
    ". ",
]
EMOJI = ["🙂", "❤\ufe0f", "👨\u200d👩\u200d👧", "🇨🇳", "👍🏽"]
COMBINING = [
    "e\u0301",
    "é",
    "か\u3099",
    "が",
    "ﾀﾞ",
    "葛\U000e0100",
    "ㅎㅏㄴ",
    "한",
    "\u1112\u1161\u11ab",
    "\u0301",
    "\u3099",
]
INVISIBLE = ["退\u200b货", "re\u00adfund", "\u200d", "\ufeff", "\u3164"]
OTHERS = ["①", "㎏", "ＶＩＰ", "（", "İ", "ß", "ﬁ", "々", "〇", "豈", "\U00020000", '"', "{", "[1,2]", "\\", "7", "'s"]
TEXTS = st.one_of(
    st.text(max_size=300),
    st.text(st.sampled_from(CHINESE), max_size=80),
    st.text(st.sampled_from(CHINESE + TRADITIONAL), max_size=80),
    st.lists(st.sampled_from(ENGLISH), max_size=40).map("".join),
    st.lists(
        st.sampled_from([*CHINESE, *TRADITIONAL, *ENGLISH, *EMOJI, *COMBINING, *INVISIBLE, *OTHERS]), max_size=60
    ).map("".join),
)


def analysed(text: str, chosen: set[str]) -> list[Token]:
    """What a full analysis gives."""
    return in_order([Token(token.term, token.start, token.end) for token in tokens(text) if token.term in chosen])


def in_order(found: list[Token]) -> list[Token]:
    """By place: several terms of one character, as of ¼, come in any order."""
    return sorted(found, key=lambda token: (token.start, token.end, token.term))


@given(TEXTS, TEXTS, st.data())
@example("か\u3099か", "か", None)
@example("退\u200b货退货", "退货", None)
@example("换貨換货", "换货 換貨", None)
@example("退退退退", "退退", None)
@example("¼", "", None)
def test_the_positions_found_are_those_of_a_full_analysis(text: str, other: str, data: st.DataObject | None) -> None:
    every = sorted({*terms(text), *terms(other)})
    chosen = set(data.draw(st.lists(st.sampled_from(every), max_size=8)) if data and every else every)
    assert in_order(find(text, stored(analyse(text)), chosen)) == analysed(text, chosen)


@given(TEXTS)
def test_an_analysis_counts_the_terms_of_the_text(text: str) -> None:
    assert analyse(text).counts == terms(text)


def test_simplified_chinese_is_found_as_it_is_written() -> None:
    assert analyse("退货的运费由谁承担？ＶＩＰ。").positions.keys() == {"vip"}


@pytest.mark.parametrize(
    ("text", "stored_terms"),
    [
        ("换货与退貨", {"货", "换货", "货与", "退货"}),  # a 货 is found as it is written, the other is not
        ("退货", set()),
        ("refunds: 7 days", {"refund", "7", "day", "7day"}),
    ],
)
def test_positions_are_stored_of_words_and_of_terms_with_replaced_characters(text: str, stored_terms: set[str]) -> None:
    assert set(analyse(text).positions) == stored_terms
