"""How text becomes terms."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kb_svc.domain.analyser import STOP_WORDS, asked, fold, is_pair, stem, terms, tokens

ANY_TEXT = st.text(max_size=300)
WRITTEN = st.text(st.sampled_from("退货运费谁承担，。！ＶＩＰ vip 7 天 return shipping's 「」（）é①㎏\n"), max_size=80)


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
    ],
)
def test_forms_that_mean_the_same_are_folded(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(ANY_TEXT)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_folding_any_single_character_twice_changes_nothing() -> None:
    assert [hex(c) for c in range(0x110000) if fold(fold(chr(c))) != fold(chr(c))] == []


@given(ANY_TEXT)
def test_no_text_makes_the_analyser_fail(text: str) -> None:
    found = terms(text)
    assert all(found)
    assert all(count > 0 for count in found.values())
    assert asked(text) <= set(found)
    assert bool(asked(text)) == bool(found)


@given(ANY_TEXT)
def test_terms_do_not_depend_on_width_or_case(text: str) -> None:
    assert terms(fold(text)) == terms(text)
    assert terms(unicodedata.normalize("NFKC", text)) == terms(text)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=200))
def test_tokens_stand_where_they_say(text: str) -> None:
    for token in tokens(text):
        assert 0 <= token.start < token.end <= len(text)


@given(WRITTEN)
def test_tokens_with_places_are_the_terms(text: str) -> None:
    assert sorted(token.term for token in tokens(text)) == sorted(terms(text).elements())
    for token in tokens(text):
        if len(token.term) == token.end - token.start and not token.term.isascii():
            assert fold(text[token.start : token.end]) == token.term


def test_chinese_becomes_characters_and_pairs() -> None:
    assert set(terms("退货运费")) == {"退", "货", "运", "费", "退货", "货运", "运费"}


def test_pairs_do_not_reach_over_punctuation_or_words() -> None:
    assert "货运" not in terms("退货，运费")
    assert "货运" not in terms("退货 OK 运费")
    assert set(terms("买iPhone15手机")) == {"买", "iphone15", "手", "机", "手机"}


@pytest.mark.parametrize(
    ("words", "root"),
    [
        ("refund refunds refunded refunding REFUNDS refund's", "refund"),
        ("ship ships shipped shipping", "ship"),
        ("policy policies", "policy"),
        ("damage damaged damages damaging", "damag"),
        ("box boxes", "box"),
        ("cancel cancels cancelled cancelling canceled", "cancel"),
        ("pay pays paying paid", "pay"),
        ("sell sells selling", "sel"),
    ],
)
def test_forms_of_an_english_word_meet(words: str, root: str) -> None:
    assert {term for word in words.split() for term in terms(word)} == {root}


@pytest.mark.parametrize("word", ["business", "status", "this", "used", "sing", "red", "iphone15", "café", "gas"])
def test_words_that_only_look_like_forms_are_left(word: str) -> None:
    assert stem(word) == word


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=30))
def test_a_stem_is_never_empty_nor_longer(word: str) -> None:
    assert 0 < len(stem(word)) <= max(len(word), 5)  # five: broke -> break


def test_words_without_meaning_are_not_asked_for() -> None:
    assert asked("who pays for return shipping") == {"pay", "return", "ship"}
    assert asked("怎么退货") == {"退", "货", "退货", "么退"}


def test_a_question_of_such_words_alone_is_asked_as_it_is() -> None:
    assert asked("who is it") == {"who", "is", "it"}
    assert asked("怎么") == {"怎", "么", "怎么"}
    assert all(asked(word) for word in STOP_WORDS)


@pytest.mark.parametrize("text", ["", " ", "，。！？…", "\x00\x01", "🙂🙂", "---", "\u200b\ufeff"])
def test_where_there_are_no_words_there_are_no_terms(text: str) -> None:
    assert asked(text) == set()


def test_candidates_are_looked_up_by_pairs_and_words() -> None:
    assert [term for term in ("退货", "return", "7", "退", "é") if is_pair(term)] == ["退货", "return", "7"]
