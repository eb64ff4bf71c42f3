"""The section about deadlines, from figures."""

from datetime import UTC, datetime, timedelta

from deadlines import Fired, Found, section

BEGUN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def fired(*late_seconds: float) -> Fired:
    """Deadlines that ended at one moment, and fired so much later."""
    ends = [(BEGUN, BEGUN + timedelta(seconds=late)) for late in late_seconds]
    return Fired(ends=ends, service=0.3, postgres=0.1)


def test_the_rate_is_that_from_the_first_end_to_the_last_firing() -> None:
    assert fired(0.5, 1, 2, 0.1).per_second == 2


def test_the_section_has_a_column_for_each_number_of_processes() -> None:
    found = Found(
        at_once={1: fired(1, 2), 2: fired(0.5, 1)}, steady={1: fired(0.1, 0.1), 2: fired(0.2, 0.2)}, statements=3.14
    )
    text = section(found)
    assert "| firings per second, of those that end at once | **1** | **2** |" in text
    assert "| CPU of one of them, ms: aftersale-svc · PostgreSQL | 150.00 · 50.00 | 150.00 · 50.00 |" in text
    assert "ms: p50 · p99 | 100 · **100** | 200 · **200** |" in text
    assert "| 3.1 | 3.1 |" in text
