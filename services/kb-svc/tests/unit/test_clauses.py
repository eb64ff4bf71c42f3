"""Which clauses a text has, and what they state for machines."""

import pytest
from kb_svc.domain.clause_terms import MOST_WITH_TERMS
from kb_svc.domain.clauses import MOST_CLAUSES, clauses
from kb_svc.domain.errors import ClauseTermsInvalid
from kb_svc.domain.markdown import plain

TEXT = """Before.

## First

One.

## Second

```
# no heading
```
"""


def test_a_text_has_a_clause_for_each_section_and_one_before_them() -> None:
    assert [clause.id for clause in clauses(TEXT)] == ["0", "1", "2"]
    assert [clause.id for clause in clauses("## Only\n\ntext")] == ["1"]
    assert [clause.id for clause in clauses("no heading")] == ["0"]
    assert clauses("") == ()


def test_a_change_of_one_section_leaves_the_hashes_of_the_others() -> None:
    before, after = clauses(TEXT), clauses(TEXT.replace("One.", "Two.\n\n"))
    assert [one.hash == other.hash for one, other in zip(before, after, strict=True)] == [True, False, True]


def test_blank_lines_between_sections_change_nothing() -> None:
    assert clauses(TEXT) == clauses(TEXT.replace("## Second", "\n\n## Second"))


def test_a_long_text_has_a_bounded_number_of_clauses() -> None:
    assert len(clauses("\n".join(f"# {number}" for number in range(1_000)))) == MOST_CLAUSES


def with_terms(*blocks: str) -> str:
    return "# Window\n\nSeven days.\n\n" + "\n\n".join(f"```terms\n{block}\n```" for block in blocks)


def test_a_clause_states_terms_beside_its_words() -> None:
    text = with_terms(
        '{"window_days": 7, "types": ["return_refund"], "reasons": ["changed_mind"], "refund_percent": 100}'
    )
    [clause] = clauses(text)
    assert clause.terms == {
        "window_days": 7,
        "types": ["return_refund"],
        "reasons": ["changed_mind"],
        "refund_percent": 100,
    }
    assert clause.hash != clauses(text.replace("7,", "8,"))[0].hash, "a term is a part of the clause"
    assert plain(text) == "Window Seven days.", "what is for machines is neither searched nor cut into snippets"
    assert [each.terms for each in clauses(TEXT)] == [None, None, None]


@pytest.mark.parametrize(
    ("blocks", "field"),
    [
        (["not JSON"], "terms"),
        (["[]"], "terms"),
        (["{}"], "terms"),
        (["[" * 100_000], "terms"),
        (['{"window_days": 7}', '{"window_days": 8}'], "terms"),
        (['{"days": 7}'], "days"),
        (['{"window_days": -1}'], "window_days"),
        (['{"window_days": true}'], "window_days"),
        (['{"window_days": 36501}'], "window_days"),
        (['{"refund_percent": 101}'], "refund_percent"),
        (['{"refund_percent": 99.5}'], "refund_percent"),
        (['{"types": []}'], "types"),
        (['{"types": "exchange"}'], "types"),
        (['{"types": ["exchange", "exchange"]}'], "types"),
        (['{"reasons": ["Not A Code"]}'], "reasons"),
    ],
)
def test_terms_that_are_not_in_their_form_are_refused_with_the_clause(blocks: list[str], field: str) -> None:
    with pytest.raises(ClauseTermsInvalid) as refused:
        clauses(with_terms(*blocks))
    assert (refused.value.pointer, refused.value.facts["clause_id"], refused.value.facts["field"]) == (
        "/body",
        "1",
        field,
    )
    assert refused.value.facts["allowed"]


def test_a_text_has_a_bounded_number_of_clauses_with_terms() -> None:
    text = "\n\n".join(with_terms('{"window_days": 7}') for _ in range(MOST_WITH_TERMS))
    assert len(clauses(text)) == MOST_WITH_TERMS
    with pytest.raises(ClauseTermsInvalid):
        clauses(text + "\n\n" + with_terms('{"window_days": 7}'))
