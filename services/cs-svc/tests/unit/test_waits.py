"""Forecasts of waits: nine of ten are right, also while queues change."""

import math
from random import Random

import pytest
from cs_svc.domain.routing.waits import (
    LEAST_KNOWN,
    MOST_KNOWN,
    Coverage,
    Forecast,
    Levels,
    Wait,
    ahead_in,
    estimate,
    forecast,
    group,
)
from hypothesis import given
from hypothesis import strategies as st

WAITS = st.lists(
    st.builds(Wait, ahead=st.integers(0, 60), estimate=st.none() | st.floats(1, 5000), waited=st.floats(11, 20_000)),
    max_size=80,
)


@given(st.integers(0, 500), WAITS, st.floats(-0.2, 0.3), st.floats(-0.2, 0.3))
def test_every_interval_has_a_begin_and_an_end(ahead: int, known: list[Wait], below: float, above: float) -> None:
    found = forecast(ahead, known, Levels(below=below, above=above))
    assert (found is None) == (len(known) < LEAST_KNOWN)
    if found is not None and below + above < 1:
        assert 0 <= found.low <= found.high


@given(WAITS)
def test_fewer_misses_are_promised_by_a_wider_interval(known: list[Wait]) -> None:
    wide, narrow = (forecast(3, known, Levels(below=level, above=level)) for level in (0.01, 0.25))
    if wide is not None and narrow is not None:
        assert wide.low <= narrow.low
        assert wide.high >= narrow.high


def drifting(random: Random, number: int) -> float:
    """Waits of a queue whose length and spread change: calm, a long burst, and calm again."""
    burst = 6.0 if number // 400 % 2 else 1.0
    return 10 + 60 * burst * math.exp(random.gauss(0, 0.5 if burst == 1.0 else 0.9))


@pytest.mark.parametrize("seed", range(2))
def test_nine_of_ten_intervals_are_right_while_the_queue_changes(seed: int) -> None:
    random, known = Random(seed), list[Wait]()
    coverage = {each: Coverage(team_id="first", group=each) for each in range(4)}
    for number in range(2400):
        ahead = random.choice((0, 2, 8, 30))
        waited = drifting(random, number) * (1 + ahead / 10)
        shown = forecast(ahead, known, coverage[group(ahead)].levels)
        if shown is not None:
            coverage[group(ahead)] = coverage[group(ahead)].after(shown, waited)
        known = [Wait(ahead=ahead, estimate=estimate(ahead, known), waited=waited), *known][:MOST_KNOWN]
    for each in coverage.values():
        assert 0.87 <= each.covered / each.counted <= 0.93, (each.group, each.covered / each.counted)


def test_a_wait_outside_makes_the_next_interval_wider_on_that_side() -> None:
    shown = Forecast(estimate=60, low=30, high=90)
    assert Levels().after(shown, 120).above < Levels().above
    assert Levels().after(shown, 120).below > Levels().below
    assert Levels().after(shown, 10).below < Levels().below


def test_groups_of_waits_have_names_for_people() -> None:
    assert [ahead_in(each) for each in range(4)] == ["0", "1-3", "4-15", "16-"]
