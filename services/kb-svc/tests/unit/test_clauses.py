"""Which clauses a text has."""

from kb_svc.domain.clauses import MOST_CLAUSES, clauses

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
