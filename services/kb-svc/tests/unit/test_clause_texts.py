"""The words of clauses as events carry them: without markup, numbered as decisions cite them, in parts that fit."""

from aftercare_events.envelope import MAX_DATA_BYTES
from hypothesis import given
from hypothesis import strategies as st
from kb_svc.domain.clause_texts import LONGEST_TEXT, ClauseText, clause_texts, fits_inline, parts
from kb_svc.domain.clauses import clauses

LINES = st.sampled_from(["# A *b*", "Heading\n===", "text", "", "- item", "```", "x" * 90, "\U0001f9ff" * 50])
MARKDOWN = st.lists(LINES, max_size=40).map("\n".join)


def test_the_words_are_those_that_a_reader_sees() -> None:
    body = 'Within **seven** days.\n\n## Freight *paid*\n\nWe [pay](x) it.\n\n```terms\n{"window_days": 7}\n```\n'
    assert clause_texts(body) == (
        ClauseText("0", None, "Within seven days."),
        ClauseText("1", "Freight paid", "We pay it."),
    )


def test_a_long_clause_has_several_pieces() -> None:
    pieces = clause_texts("x" * (2 * LONGEST_TEXT + 1))
    assert [(each.id, len(each.text)) for each in pieces] == [("0", LONGEST_TEXT), ("0", LONGEST_TEXT), ("0", 1)]


@given(MARKDOWN)
def test_the_numbers_are_those_of_the_clauses(markdown: str) -> None:
    assert {each.id for each in clause_texts(markdown)} <= {each.id for each in clauses(markdown)}


@given(st.lists(MARKDOWN, max_size=8).map("\n\n# more\n".join))
def test_parts_have_all_words_in_order_and_fit(markdown: str) -> None:
    words = clause_texts(markdown * 5)
    divided = parts(words)
    assert [each for part in divided for each in part] == list(words)
    assert all(sum(each.size for each in part) < MAX_DATA_BYTES - 4_000 for part in divided)
    assert len(divided) == 1 or not fits_inline(words)
