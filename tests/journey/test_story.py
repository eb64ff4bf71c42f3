"""The story the demo tells, and what must be true of its record afterwards."""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Protocol

import pytest
from aftercare_cli import view
from aftercare_cli.commands import people
from aftercare_cli.demo.cast import cast
from aftercare_cli.demo.record import flaws
from aftercare_cli.demo.story import PATHS, Story
from aftercare_cli.journey import Journey
from aftercare_cli.main import app
from aftercare_cli.stack.interface import Addresses
from httpx import URL
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
    "ParcelRegistered": 2,
    "AfterSaleRequested": 2,
    "AfterSaleApproved": 1,
    "AfterSaleRejected": 1,
    "ReturnShipped": 1,
    "ReturnDelivered": 1,
    "ReturnInspected": 1,
    "RefundRequested": 2,
    "AfterSaleFrozen": 1,
    "AfterSaleCompleted": 2,
    "DisputeOpened": 1,
    "DisputeAnswered": 1,
    "VerdictGiven": 1,
    "DisputeExecuted": 1,
    "ComplaintOpened": 1,
    "ComplaintResolved": 1,
    "ConversationOpened": 1,
    "RatingGiven": 1,
}


class Suite(Protocol):
    """What the session's fixture gives."""

    home: Path
    where: Addresses


SIX_ANSWERS = ("affected_party", "applicant", "handler", "time", "matter", "result")


def test_the_story_holds_and_its_record_is_whole(journey: Journey, ledger: Callable[[str], tuple[int, int]]) -> None:
    story = Story(journey.cast, journey)

    order = story.play()

    assert order["after_sale_state"] == "after_sale_done"
    assert ledger(story.payment["id"]) == (29500, 28700)
    record = journey.trace(order, lambda body: bool(body["complete"]))["data"]
    kinds = Counter(entry["event_type"].removesuffix(".v1") for entry in record)
    assert {kind: kinds[kind] for kind in EXPECTED} == EXPECTED
    assert {entry["source"] for entry in record} >= {"/order-svc", "/aftersale-svc", "/cs-svc"}


@pytest.mark.parametrize("arguments", [["demo"], ["demo", "--json"]], ids=" ".join)
def test_the_demo_names_what_it_made_so_that_a_reader_can_follow_up(
    suite: Suite, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    running = SimpleNamespace(up=lambda shown: suite.where)
    monkeypatch.setenv("AFTERCARE_HOME", str(suite.home))
    monkeypatch.setattr(people, "choose", lambda layout, kind: running)
    monkeypatch.setattr(view.console, "stderr", False)

    result = CliRunner().invoke(app, arguments)

    assert result.exit_code == 0, result.output
    story = result.stderr if "--json" in arguments else result.stdout
    urls = re.findall(r'^curl -s -H "Authorization: Bearer \$TOKEN" (\S+)$', story, re.MULTILINE)
    with cast(suite.home, suite.where.services) as everybody:
        found = {url: everybody.buyer.get(URL(url).path)["id"] for url in urls}
        assert urls == [everybody.buyer.url(URL(url).path) for url in urls]
    kinds = ["ord", "pay", "parcel", "conv", "case", "case", "cmp", "dsp"]
    assert [id_.partition("_")[0] for id_ in found.values()] == kinds
    assert all(story.count(id_) >= 2 for id_ in found.values())  # in the story, and in a line to be copied
    if "--json" in arguments:
        assert json.loads(result.stdout) == dict(zip(PATHS, found.values(), strict=True))


def test_the_record_is_in_causal_order_and_without_gaps(journey: Journey) -> None:
    order, _ = journey.delivered_order()
    case = journey.return_all_the_way(order, 2)

    def finished(body: dict) -> bool:
        return bool(body["complete"]) and any(e["event_type"] == "AfterSaleCompleted.v1" for e in body["data"])

    record = journey.trace(order, finished)["data"]

    assert flaws(record) == []
    named = {entry["event_type"]: entry for entry in record}
    chain = ("RefundRequested.v1", "RefundSucceeded.v1", "AfterSaleCompleted.v1")
    assert [named[b]["caused_by"] for b in chain[1:]] == [named[a]["event_id"] for a in chain[:-1]]
    assert all(entry[answer] for entry in record for answer in SIX_ANSWERS)
    assert case["id"] in {entry["subject"] for entry in record}


def test_a_case_of_the_order_has_a_record_of_its_own(journey: Journey) -> None:
    order, _ = journey.delivered_order()
    case = journey.return_all_the_way(order, 1)

    record = journey.cast.buyer.wait(
        "/v1/traces",
        lambda body: any(entry["event_type"] == "AfterSaleCompleted.v1" for entry in body["data"]),
        case_id=case["id"],
    )

    assert {"AfterSaleRequested.v1", "RefundSucceeded.v1"} <= {entry["event_type"] for entry in record["data"]}
