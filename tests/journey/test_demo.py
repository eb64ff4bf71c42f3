"""The demo's scenario, and the traceability record of its order."""

import json
import re
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from aftercare_cli import view
from aftercare_cli.commands import people
from aftercare_cli.demo.record import record_errors
from aftercare_cli.demo.scenario import PATHS, Scenario
from aftercare_cli.journey import Journey
from aftercare_cli.main import app
from aftercare_cli.participants import participants
from httpx import URL
from running_suite import RunningSuite
from typer.testing import CliRunner

# The first test waits for the whole suite to start.
pytestmark = pytest.mark.timeout(600)

EXPECTED = {
    "OrderCreated": 1,
    "OrderPaid": 1,
    "OrderShipped": 1,
    "OrderDelivered": 1,
    "PaymentStarted": 1,
    "PaymentSucceeded": 1,
    "RefundSubmitted": 2,
    "RefundSucceeded": 2,
    "ParcelRegistered": 4,
    "AfterSaleRequested": 3,
    "AfterSaleApproved": 2,
    "AfterSaleRejected": 1,
    "ReturnShipped": 2,
    "ReturnDelivered": 2,
    "ReturnInspected": 2,
    "ReplacementOrdered": 1,
    "ReplacementShipped": 1,
    "RefundRequested": 2,
    "AfterSaleFrozen": 1,
    "AfterSaleCompleted": 3,
    "DisputeOpened": 1,
    "DisputeAnswered": 1,
    "VerdictGiven": 1,
    "DisputeExecuted": 1,
    "DisputeAppealed": 1,
    "VerdictConfirmed": 1,
    "ComplaintOpened": 1,
    "ComplaintResolved": 1,
    "ConversationOpened": 1,
    "RatingGiven": 1,
}


ANSWERS = ("affected_party", "applicant", "handler", "time", "matter", "result")


def test_the_scenario_succeeds_and_its_record_is_complete(
    journey: Journey, ledger: Callable[[str], tuple[int, int]]
) -> None:
    scenario = Scenario(journey.participants, journey)

    order = scenario.run()

    assert order["after_sale_state"] == "after_sale_done"
    assert ledger(scenario.payment["id"]) == (29500, 28700)
    record = journey.wait_record(order, lambda body: bool(body["complete"]))["data"]
    kinds = Counter(entry["event_type"].removesuffix(".v1") for entry in record)
    assert {kind: kinds[kind] for kind in EXPECTED} == EXPECTED
    assert {entry["source"] for entry in record} >= {"/order-svc", "/aftersale-svc", "/cs-svc"}


@pytest.mark.parametrize("arguments", [["demo"], ["demo", "--json"]], ids=" ".join)
def test_the_demo_prints_the_ids_and_urls_of_what_it_created(
    suite: RunningSuite, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    running = SimpleNamespace(up=lambda progress: suite.addresses)
    monkeypatch.setenv("AFTERCARE_HOME", str(suite.home))
    monkeypatch.setattr(people, "choose", lambda layout, kind: running)
    monkeypatch.setattr(view.console, "stderr", False)

    result = CliRunner().invoke(app, arguments)

    assert result.exit_code == 0, result.output
    output = result.stderr if "--json" in arguments else result.stdout
    urls = re.findall(r'^curl -s -H "Authorization: Bearer \$TOKEN" (\S+)$', output, re.MULTILINE)
    with participants(suite.home, suite.addresses.services) as clients:
        found = {url: clients.buyer.get(URL(url).path)["id"] for url in urls}
        assert urls == [clients.buyer.url(URL(url).path) for url in urls]
    kinds = ["ord", "pay", "parcel", "case", "conv", "case", "case", "cmp", "dsp"]
    assert [id_.partition("_")[0] for id_ in found.values()] == kinds
    assert all(output.count(id_) >= 2 for id_ in found.values())  # in its step, and in a curl command
    if "--json" in arguments:
        assert json.loads(result.stdout) == dict(zip(PATHS, found.values(), strict=True))


def test_the_record_is_in_causal_order_and_without_gaps(journey: Journey) -> None:
    order, _ = journey.delivered_order()
    case = journey.complete_return(order, 2)

    def finished(body: dict) -> bool:
        return bool(body["complete"]) and any(e["event_type"] == "AfterSaleCompleted.v1" for e in body["data"])

    record = journey.wait_record(order, finished)["data"]

    assert record_errors(record) == []
    named = {entry["event_type"]: entry for entry in record}
    chain = ("RefundRequested.v1", "RefundSucceeded.v1", "AfterSaleCompleted.v1")
    assert [named[b]["caused_by"] for b in chain[1:]] == [named[a]["event_id"] for a in chain[:-1]]
    assert all(entry[name] for entry in record for name in ANSWERS)
    assert case["id"] in {entry["subject"] for entry in record}


def test_the_record_of_a_case(journey: Journey) -> None:
    order, _ = journey.delivered_order()
    case = journey.complete_return(order, 1)

    record = journey.participants.buyer.wait(
        "/v1/traces",
        lambda body: any(entry["event_type"] == "AfterSaleCompleted.v1" for entry in body["data"]),
        case_id=case["id"],
    )

    assert {"AfterSaleRequested.v1", "RefundSucceeded.v1"} <= {entry["event_type"] for entry in record["data"]}
