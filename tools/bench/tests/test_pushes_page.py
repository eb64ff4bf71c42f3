"""The section about pushes of couriers, from figures."""

from pushes import Answered, Steady, section


def answered(per_second: float) -> Answered:
    return Answered(per_second=per_second, p50_ms=5, p99_ms=20, service_ms=0.9, postgres_ms=0.4)


def test_the_section_has_a_column_for_each_number_of_processes() -> None:
    steady = Steady(latencies_ms=[*range(101)], behind_seconds=0.25, serve_ms=0.5, consume_ms=1, postgres_ms=0.75)
    text = section({1: answered(900), 2: answered(1200)}, {200: steady, 800: steady})
    assert "| pushes per second (at least 800) | **900** | **1,200** |" in text
    assert "| 5.0 · 20.0 | 5.0 · 20.0 |" in text
    assert "| answered, p50 · p99, ms (at most 50) | 50.0 · **99.0** | 50.0 · **99.0** |" in text
    assert "| the last parcel has moved, s after the last answer | 0.2 | 0.2 |" in text
    assert "| cores at this rate (at most 2) | 0.45 | 1.80 |" in text
