"""docs/benchmarks.md from figures, and the events that are measured with."""

import re
from collections import Counter

import report
from aftercare_events import EVENTS
from create_case import EndpointRuns
from cross_service import KINDS
from cross_service import Found as Waits
from effect_lag import Lag
from measurement import Comparison, Measurement
from messaging import Found as Rates
from sample_events import EACH, sample_events
from suite import Found as Suite
from wrk import Run

RUN = Run(requests=1000, per_second=500.0, p50_ms=10.0, p99_ms=20.0, service_ms=1.0, postgres_ms=0.5)
FAST = Run(requests=1000, per_second=1000.0, p50_ms=5.0, p99_ms=10.0, service_ms=0.5, postgres_ms=0.25)
ONE = Measurement(events=1000, seconds=0.1, here=0.02, postgres=0.01)
RATES = Rates(
    insert=ONE,
    relay=Comparison([ONE], [ONE]),
    consumer=Comparison([ONE], [ONE]),
    replays={"cs-svc": ONE},
    lag=Lag(top=400, rate=120, events=2400, p50=9, p95=17, p99=23),
)
WAITS = Waits(
    commands=dict.fromkeys(KINDS, 100),
    refused=dict.fromkeys(KINDS, 0),
    extra_ms={kind: [1.0, 2.0, 3.0] for kind in KINDS},
)
SUITE = Suite(ready_first_s=11.8, ready_again_s=5.7, resident={"cs-svc": 104.0}, effect_ms=[14.0, 15.0, 18.0])


def test_a_page_has_a_section_per_part() -> None:
    text = report.page({"alone": EndpointRuns([RUN], [FAST])}, (1, 4), RATES, WAITS, SUITE)

    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == [
        "Creating a case",
        "Messaging",
        "Commands right after an event of another service",
        "The suite on an idle machine",
    ]
    assert "{" not in text
    assert "One command sends 4 statements in 1 transaction." in text


def test_costs_are_compared_the_other_way_round() -> None:
    text = report.page({"alone": EndpointRuns([RUN], [FAST])}, (1, 4), None, None, None)

    assert "| requests per second | 500 | 1000 | 0.50 |" in text
    assert "| p50, ms | 10.0 | 5.0 | 0.50 |" in text


def test_parts_that_were_not_measured_are_left_out() -> None:
    assert "## " not in report.page({}, (0, 0), None, None, None)


def test_the_committed_page_has_the_sections_of_the_present_code() -> None:
    text = report.page({"alone": EndpointRuns([RUN], [FAST])}, (1, 4), RATES, WAITS, SUITE)

    committed = report.PAGE.read_text(encoding="utf-8")
    for heading in re.findall(r"^## .*$", text, re.MULTILINE):
        assert heading in committed


def test_sample_events_are_whole_orders_with_sequences_without_gaps() -> None:
    orders = list(sample_events(3))

    assert [len(events) for events in orders] == [EACH] * 3
    for events in orders:
        assert all(event.type in EVENTS for event in events)
        numbers: dict[str, list[int]] = {}
        for event in events:
            numbers.setdefault(event.subject, []).append(event.sequence)
        assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
    assert len({event.id for events in orders for event in events}) == 3 * EACH
    assert Counter(event.type for event in orders[0])["OrderPaid.v1"] == 1
