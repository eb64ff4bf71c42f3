"""The section about pushes of couriers, from figures."""

from pushes import Answered, Steady, section


def answered(per_second: float) -> Answered:
    return Answered(per_second=per_second, p50_ms=5, p99_ms=20, service_ms=0.9, postgres_ms=0.4)


def test_the_section_has_a_column_for_each_number_of_processes() -> None:
    text = section({1: answered(900), 2: answered(1200)}, Steady(latencies_ms=[*range(101)], behind_seconds=0.25))
    assert "| pushes per second (at least 800) | **900** | **1,200** |" in text
    assert "| 5.0 · 20.0 | 5.0 · 20.0 |" in text
    assert "| answered, p50 · p99, ms | 50.0 · **99.0** | 50 |" in text
