"""The costs of a case, from counts."""

from capacity import OTHERS, Counts, costs_of, section
from suite_counters import DATABASES

ROLES = {(service, role): 0.0 for service in DATABASES.values() for role in ("serve", "relay", "consume")}


def counts(cpu: float, number: int) -> Counts:
    """The same everywhere."""
    return Counts(
        roles=dict.fromkeys(ROLES, cpu),
        databases=dict.fromkeys([*DATABASES, OTHERS], cpu),
        broker=cpu,
        commits=dict.fromkeys(DATABASES, number),
        sizes=dict.fromkeys(DATABASES, 1000 * number),
        wal=1000 * number,
        log=1000 * number,
        events=number,
    )


def test_what_is_used_at_rest_is_no_cost_of_cases() -> None:
    costs = costs_of(counts(0, 0), counts(1, 10), counts(7, 100), rest=10, seconds=20, cases=10)
    order = costs.services["order-svc"]
    assert order.roles == {"serve": 400, "relay": 400, "consume": 400}  # 6 s less 20 × 0.1 s, of 10 cases
    assert order.database_ms == 400 + 80  # with a fifth of what belongs to no database
    assert (order.commits, order.bytes_kept) == (7, 9000)
    assert (costs.broker_ms, costs.events, costs.log_bytes, costs.wal_bytes) == (400, 9, 9000, 9000)


def test_the_section_has_a_row_for_each_service() -> None:
    text = section(costs_of(counts(0, 0), counts(1, 10), counts(7, 100), rest=10, seconds=20, cases=10))
    assert "| cs-svc | 400.0 | 400.0 | 400.0 | 480.0 | 7 | 9.0 |" in text
    assert all(f"| {service} |" in text for service in DATABASES.values())
