"""Snippets and their highlights."""

import time

import pytest
from aftercare_language.analyser import analyse, query_terms
from hypothesis import given
from hypothesis import strategies as st
from kb_svc.domain.positions import stored
from kb_svc.domain.snippets import WIDTH, Snippet, snippet


def weights(question: str) -> dict[str, float]:
    return dict.fromkeys(query_terms(question), 1.0)


def shown(text: str, weights: dict[str, float]) -> Snippet:
    """The snippet of a text that was stored with its positions."""
    return snippet(text, stored(analyse(text)), weights)


def test_the_snippet_is_where_the_terms_are() -> None:
    body = "前面说的是别的事情。" * 40 + "退货的运费由卖家承担。" + "后面也是别的事情。" * 40
    found = shown(body, weights("退货运费谁承担"))
    assert found.text.startswith("…")
    assert found.text.endswith("…")
    assert [found.text[start:end] for start, end in found.highlights] == ["退货", "运费", "承担"]


def test_the_snippet_of_a_text_without_the_terms_is_its_beginning() -> None:
    assert shown("开头。" * 100, weights("退货")).text == ("开头。" * 100)[:WIDTH] + "…"
    assert shown("短。", weights("退货")).text == "短。"
    assert shown("", weights("退货")).text == ""


def test_width_variants_are_highlighted_in_the_original() -> None:
    found = shown("办理ＶＩＰ会员，㎏计价", weights("vip kg"))
    assert [found.text[start:end] for start, end in found.highlights] == ["ＶＩＰ", "㎏"]


@pytest.mark.parametrize(
    ("text", "question", "highlighted"),
    [
        ("请联系Wi-Fi客服", "wifi", ["Wi-Fi"]),
        ("our wifi is free", "Wi-Fi", ["wifi"]),
        ("the Wi Fi box", "wifi", ["Wi Fi"]),
        ("型号ZP-200保修", "zp200", ["ZP-200"]),
        ("型号zp200保修", "ZP 200", ["zp200"]),
        ("a re\u00adfund is due", "refund", ["re\u00adfund"]),
        ("请申请退\u200b货吧", "退货", ["退\u200b货"]),
        ("un cafe\u0301, s'il vous plait", "café", ["cafe\u0301"]),
        ("Café crème", "cafe", ["Café"]),
        ("如何換貨？", "换货", ["換貨"]),
        ("如何换货？", "換貨", ["换货"]),
        ("賣家不回覆", "回复", ["回覆"]),
    ],
)
def test_matches_are_highlighted_in_the_original(text: str, question: str, highlighted: list[str]) -> None:
    found = shown(text, weights(question))
    assert [found.text[start:end] for start, end in found.highlights] == highlighted


def test_the_first_of_equal_windows_is_chosen() -> None:
    text = "alpha beta " + "filler " * 60 + "gamma delta"
    assert shown(text, weights("alpha beta, gamma delta")).text.startswith("alpha beta filler")


def test_a_word_longer_than_the_window_is_highlighted_up_to_its_end() -> None:
    found = shown("x" * 300, weights("x" * 200))
    assert (found.text, found.highlights) == ("x" * WIDTH + "…", ((0, WIDTH),))
    hidden = "re" + "\u200b" * 200 + "fund"
    assert shown(hidden, weights("refund")).highlights == ((0, WIDTH),)


def test_a_letter_is_not_parted_from_its_accent() -> None:
    text = "e\u0301" * 200
    assert shown("a" + text, {}).text == "a" + text[: WIDTH - 2] + "…"
    cut = shown(text + "退货" + text, weights("退货")).text
    assert (cut[1], cut[-2]) == ("e", "\u0301")
    assert WIDTH <= len(cut) <= WIDTH + 2


@given(st.text(max_size=600), st.text("退货运费ab ", min_size=1, max_size=10))
def test_snippets_are_bounded_and_highlights_are_inside(body: str, question: str) -> None:
    found = shown(body, weights(question))
    assert len(found.text) <= WIDTH + 2
    ends = [place for span in found.highlights for place in span]
    assert ends == sorted(ends)
    assert all(0 <= place <= len(found.text) for place in ends)


@pytest.mark.parametrize(
    "text", ["退货" * 10_000, "a " * 10_000, "a-" * 10_000, "a\u0301" * 10_000, "a" + "\u0301" * 20_000]
)
def test_hostile_texts_are_cut_in_bounded_time(text: str) -> None:
    began = time.process_time()
    shown(text, weights("退货 a"))
    assert time.process_time() - began < 2
