"""docs/benchmarks.md from figures, and the events that are measured with."""

import re
from collections import Counter

import messaging_page
import report
import suite_page
from aftercare_events import EVENTS
from case_cost import MODES, Cost, Costs
from commit_lag import Lag
from create_case import EndpointRuns
from cross_service import KINDS
from cross_service import Found as Waits
from knowledge import Cpu
from knowledge import Found as Knowledge
from measurement import Comparison, Measurement
from messaging import Found as Rates
from process_usage import NAMES
from sample_events import EACH, sample_events
from suite import Found as Suite
from suite_load import Found as Load
from suite_rest import Rest
from wrk import Run

RUN = Run(requests=1000, per_second=500.0, p50_ms=10.0, p99_ms=20.0, service_ms=1.0, postgres_ms=0.5)
FAST = Run(requests=1000, per_second=1000.0, p50_ms=5.0, p99_ms=10.0, service_ms=0.5, postgres_ms=0.25)
CASES = {"alone": EndpointRuns([RUN], [FAST])}
LAG = Lag(rate=120, events=2400, p50=9, p95=17, p99=23)
ONE = Measurement(events=1000, seconds=0.1, here=0.02, postgres=0.01)
RATES = Rates(
    insert=ONE,
    relay=Comparison([ONE], [ONE]),
    consumer=Comparison([ONE], [ONE]),
    replays={"cs-svc": ONE},
    top=400,
    lag=LAG,
)
WAITS = Waits(
    commands=dict.fromkeys(KINDS, 100),
    refused=dict.fromkeys(KINDS, 0),
    extra_ms={kind: [1.0, 2.0, 3.0] for kind in KINDS},
)
COSTS = Costs(
    [Cost(per_second=200, ms=dict.fromkeys(NAMES, 1.0))], [Cost(per_second=1000, ms={"bare": 0.6, "postgres": 0.4})]
)
LOAD = Load(
    rest=Rest(cpu={**dict.fromkeys(NAMES, 0.005), "cs-svc": 0.0071}, broker_alone=0.011),
    cases=dict.fromkeys(MODES, COSTS),
    lag=LAG,
    story={**dict.fromkeys(NAMES, 20.0), "kb-svc": -0.01},
)
SUITE = Suite(
    ready_first_s=11.8, ready_again_s=5.7, resident={"cs-svc": 104.0}, effect_ms=[14.0, 15.0, 18.0], load=LOAD
)
KNOWLEDGE = Knowledge(
    published_per_second=40, publish_ms=Cpu(12.0, 9.0), p50_ms=8.0, p95_ms=14.0, search_ms=Cpu(4.0, 3.0)
)


def whole_page() -> str:
    return report.page(
        [
            report.create_case(CASES, (1, 4)),
            messaging_page.section(RATES),
            report.cross_service(WAITS),
            suite_page.section(SUITE),
            report.knowledge(KNOWLEDGE),
        ]
    )


def test_a_page_has_a_section_per_part() -> None:
    text = whole_page()

    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == [
        "Creating a case",
        "Messaging",
        "Commands right after an event of another service",
        "The suite on an idle machine",
        "The suite at rest and under load",
        "The knowledge base",
    ]
    assert "{" not in text
    assert "One command sends 4 statements in 1 transaction." in text


def test_costs_are_compared_the_other_way_round() -> None:
    text = report.create_case(CASES, (1, 4))

    assert "| requests per second | 500 | 1000 | 0.50 |" in text
    assert "| p50, ms | 10.0 | 5.0 | 0.50 |" in text


def test_the_suite_is_compared_with_its_targets() -> None:
    text = suite_page.section(SUITE)

    assert "| all processes at rest, % of a core | **5.2** | 8 | 4 |" in text
    assert "| a broker alone, % of a core | 1.1 | | |" in text
    assert "| the service that uses most at rest (cs-svc), % of a core | **0.71** | 1 | 0.5 |" in text
    assert "| CPU of a created case ÷ a bare request, 8 connections | **10.0 ×** | 6 × | 4 × |" in text
    assert "| created cases per second ÷ bare requests, 8 connections | **0.20** | 0.25 | 0.35 |" in text
    assert "| CPU of a story, ms | 180 | | |" in text


def test_the_suite_has_a_line_per_process() -> None:
    text = suite_page.section(SUITE)

    assert "| cs-svc | 0.71 | 1.00 | 1.00 | 20 |" in text
    assert "| kb-svc | 0.50 | 1.00 | 1.00 | 0 |" in text, "a figure below its rest is shown as 0, without a sign"
    assert "| **all** | 5.21 | 10.00 | 10.00 | 180 |" in text
    assert "| a bare request: PostgreSQL | | 0.40 | 0.40 | |" in text


def test_the_committed_page_has_the_sections_of_the_present_code() -> None:
    committed = report.PAGE.read_text(encoding="utf-8")

    for heading in re.findall(r"^## .*$", whole_page(), re.MULTILINE):
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
