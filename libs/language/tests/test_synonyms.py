"""Synonyms: a question with what people say is also asked with the words of policies."""

import pytest
from aftercare_language.normalization import normalize
from aftercare_language.synonyms import CHINESE, Synonym, Synonyms, default, expanded, shipped

TABLE = Synonyms(
    [
        Synonym(CHINESE, "邮费", "运费"),
        Synonym(CHINESE, "票", "发票"),
        Synonym("en", "send back", "return"),
        Synonym("en", "isn't in the box", "missing"),
    ]
)


@pytest.mark.parametrize(
    ("question", "meanings"),
    [
        ("邮费谁出", ["运费"]),
        ("开发票", []),  # 票 of 发票 adds nothing to the word itself
        ("sending it back", []),  # the words of a synonym stand side by side
        ("i send back the shoes", ["return"]),
        ("sends back", ["return"]),
        ("the cable isnt in the box", ["missing"]),
        ("nothing of the table", []),
        ("", []),
    ],
)
def test_meanings(question: str, meanings: list[str]) -> None:
    assert TABLE.meanings(normalize(question)) == meanings


def test_a_term_counts_once_with_the_weight() -> None:
    twice = Synonyms([Synonym("en", "bill", "invoice"), Synonym("en", "receipt", "invoice")])
    assert expanded("bill or receipt", twice, 0.5) == {"invoic": 0.5}


def test_every_shipped_word_is_usable() -> None:
    table = default()
    for each in shipped():
        assert each.typed.strip(), each
        assert each.meant.strip(), each
        assert len(each.typed) > 1 or each.typed in "票修券碎裂烂瘪凹勒催凶", f"one character has many meanings: {each}"
    assert table.meanings("邮费谁掏")
