"""The section about imports of orders, from figures."""

from imports import ORDERS, STATES, Imported, order, section


def imported(per_second: float) -> Imported:
    return Imported(per_second=per_second, service_ms=0.6, postgres_ms=0.4, client_ms=0.1, vacuum_ms=0.2)


def test_the_section_compares_one_process_with_two_and_with_the_command() -> None:
    text = section(imported(1500), imported(2100), imported(1400))
    assert "| orders per second (at least 2,000) | **1,500** | **2,100** | **1,400** |" in text
    assert "| CPU of one, ms: order-svc | 0.60 | 0.60 | 0.60 |" in text
    assert "| PostgreSQL, VACUUM ANALYZE afterwards | 0.20 | 0.20 | 0.20 |" in text


def test_every_order_has_its_own_number_and_the_times_of_its_state() -> None:
    made = [order(number) for number in range(len(STATES))]
    assert len({each["order_no"] for each in made}) == len(made)
    completed = [each for each in made if each["state"] == "completed"]
    assert all({"paid_at", "received_at", "completed_at", "parcels"} <= each.keys() for each in completed)
    assert ORDERS % len(STATES) == 0
