"""What articles are looked up by."""

from hypothesis import given
from hypothesis import strategies as st
from kb_svc.domain.probes import ENOUGH, MOST_READ, probes

FREQUENCIES = st.dictionaries(
    st.text("abc退换", min_size=1, max_size=3), st.integers(1, 100_000), min_size=1, max_size=8
)


@given(FREQUENCIES)
def test_each_rare_term_is_looked_up_alone_and_few_common_ones_are(frequencies: dict[str, int]) -> None:
    weights = dict.fromkeys(frequencies, 1.0)
    alone = {each.terms for each in probes(list(frequencies), frequencies, weights) if " " not in each.terms}
    rare = {term for term in frequencies if frequencies[term] <= MOST_READ}
    assert rare <= alone
    assert len(alone - rare) <= 2
    assert alone, "every question looks something up"


def test_common_terms_are_looked_up_together() -> None:
    frequencies = {"refund": 50_000, "order": 60_000, "card": 70_000, "kettle": ENOUGH}
    found = probes(list(frequencies), frequencies, dict.fromkeys(frequencies, 1.0))
    assert [(each.terms, each.weight) for each in found] == [
        ("kettle", 1.0),
        ("refund order card", 3.0),
        ("refund order", 2.0),
        ("refund card", 2.0),
        ("order card", 2.0),
    ]


def test_a_common_term_by_itself_is_looked_up() -> None:
    assert [each.terms for each in probes(["refund"], {"refund": 50_000}, {"refund": 1.0})] == ["refund"]
