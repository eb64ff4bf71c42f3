"""Clauses keep their ids from version to version, and the differences of two versions are complete."""

from hypothesis import given
from hypothesis import strategies as st
from kb_svc.domain.clause_matching import ClauseChange, compared, first_ids, next_ids, sections
from kb_svc.domain.clauses import clauses

FIRST = (
    "Read this.\n\n# Window\n\nWithin seven days of receipt.\n\n# Freight\n\nThe buyer pays the freight of a return.\n"
)
SECTIONS = [
    "Within seven days.",
    "The buyer pays.",
    "Goods as they were.",
    "Refunds in three days.",
    "一、签收后七天内可以退货。",
]


def markdown(*bodies: tuple[str, str]) -> str:
    return "\n\n".join(f"# {heading}\n\n{body}" for heading, body in bodies)


def ids_of(first: str, second: str) -> dict[int, str]:
    before = sections(first)
    return next_ids(before, first_ids(before), sections(second), used=len(before))


def test_a_first_version_is_numbered_by_its_places() -> None:
    found = sections(FIRST)
    assert first_ids(found) == {0: "0", 1: "1", 2: "2"}
    assert [(str(each.place), each.hash) for each in found] == [(each.id, each.hash) for each in clauses(FIRST)]


def test_an_inserted_clause_moves_the_ids_of_no_other() -> None:
    second = FIRST.replace("# Window", "# Goods\n\nAs they were.\n\n# Window")
    assert ids_of(FIRST, second) == {0: "0", 1: "4", 2: "1", 3: "2"}


def test_a_clause_keeps_its_id_under_its_heading_and_with_alike_words() -> None:
    rewritten = FIRST.replace("Within seven days of receipt.", "You may send goods back for two weeks.")
    assert ids_of(FIRST, rewritten) == {0: "0", 1: "1", 2: "2"}
    renamed = FIRST.replace("# Freight", "# Who pays").replace("of a return", "of each return")
    assert ids_of(FIRST, renamed) == {0: "0", 1: "1", 2: "2"}
    replaced = FIRST.replace("# Freight\n\nThe buyer pays the freight of a return.", "# Invoices\n\nBy mail.")
    assert ids_of(FIRST, replaced) == {0: "0", 1: "1", 2: "4"}


def test_a_moved_clause_keeps_its_id_and_is_named() -> None:
    first = markdown(("A", SECTIONS[0]), ("B", SECTIONS[1]), ("C", SECTIONS[2]))
    second = markdown(("C", SECTIONS[2]), ("A", SECTIONS[0]), ("B", "The seller pays."))
    before, after = sections(first), sections(second)
    ids = next_ids(before, first_ids(before), after, used=3)
    assert ids == {1: "3", 2: "1", 3: "2"}
    found = {each.clause_id: each for each in compared(before, first_ids(before), after, ids)}
    assert {id: (each.change, each.moved) for id, each in found.items()} == {
        "3": (ClauseChange.SAME, True),
        "1": (ClauseChange.SAME, False),
        "2": (ClauseChange.CHANGED, False),
    }
    assert [(each.kind.value, each.text) for each in found["2"].words][1:3] == [
        ("removed", "buyer"),
        ("added", "seller"),
    ]


TEXT = st.lists(st.tuples(st.sampled_from("ABCDE"), st.sampled_from(SECTIONS)), max_size=6).map(
    lambda each: markdown(*each)
)


@given(st.lists(TEXT, min_size=1, max_size=5))
def test_over_any_history_an_id_is_of_one_clause_and_is_not_used_again(versions: list[str]) -> None:
    before = sections(versions[0])
    ids, used = first_ids(before), max((each.place for each in before), default=0)
    gone: set[str] = set()
    for text in versions[1:]:
        after = sections(text)
        new = next_ids(before, ids, after, used)
        assert len(set(new.values())) == len(after)
        assert not gone & set(new.values())
        same = {each.hash for each in before} & {each.hash for each in after}
        assert len({ids[each.place] for each in before if each.hash in same} & set(new.values())) >= len(same)
        found = compared(before, ids, after, new)
        assert {each.clause_id for each in found} == {*ids.values(), *new.values()}
        for each in found:
            assert (each.before is None, each.after is None) == (
                each.change is ClauseChange.ADDED,
                each.change is ClauseChange.REMOVED,
            )
        gone |= set(ids.values()) - set(new.values())
        before, ids, used = after, new, max(used, *map(int, new.values()), 0)
