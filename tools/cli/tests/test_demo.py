"""The demo's scenario and the steps of the journey, against an API that records the requests and answers from a table."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from aftercare_cli import api_client, journey
from aftercare_cli.api_client import ApiClient, Body, UnexpectedResponse
from aftercare_cli.demo.scenario import PATHS, Scenario, _is_complete, expect
from aftercare_cli.journey import Journey, cny, new_waybill, refunded_minor
from aftercare_cli.participants import Participants, participants

SERVICES = {name: f"http://{name}.test" for name in api_client.OWNERS}
RECORD = ["OrderPaid.v1", "RatingGiven.v1", "ComplaintResolved.v1", "VerdictConfirmed.v1"]
CREATED = {
    "orders": {"id": "ord_1", "total": cny(29500), "lines": [{"id": "line_1"}]},
    "payments": {"id": "pay_1", "amount": cny(29500)},
    "parcels": {"id": "parcel_1"},
    "conversations": {"id": "conv_1", "state": "open"},
    "complaints": {"id": "cmp_1", "state": "open"},
    "ratings": {"id": "rat_1"},
    "courier-endpoints": {"path": "/v1/courier-webhooks/zto/ce_1", "secret": "whsec_c2VjcmV0"},
}
STATES = {
    "/v1/payments/pay_1": "succeeded",
    "/v1/disputes/dsp_1": "executed",
    "/v1/complaints/cmp_1": "resolved",
    "/v1/parcels/parcel_1": "delivered",
}
ANSWERS: dict[str, Body] = {
    "退货运费谁承担": {
        "kind": "answer",
        "text": "质量问题由卖家承担。",
        "citations": [{"title": "退货运费", "article_version": 3}],
    },
    "转人工": {"kind": "handover", "reason": "requested", "text": "正在为您转接人工客服。"},
}
"""Of the bot."""
AFTER = {"confirm-replacement": "completed", "confirm-verdict": "executed"}


class FakeSuite:
    """All services in one: creates every object at once, and shows each in the state that is waited for."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, Body]] = []
        self.headers: list[httpx.Headers] = []
        self.record = [_entry(number, type_) for number, type_ in enumerate(RECORD, 1)]
        self.states = dict(STATES)
        self.cases = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        form = "application/x-www-form" in request.headers.get("content-type", "")
        body = json.loads(request.content) if request.content and not form else {}
        self.requests.append((request.method, request.url.path, body))
        self.headers.append(request.headers)
        if "courier-webhooks" in request.url.path:
            return httpx.Response(200, json={"status": True})
        answer = self._created(request.url.path, body) if request.method == "POST" else self._shown(request.url.path)
        return httpx.Response(201 if request.method == "POST" else 200, json=answer)

    def _created(self, path: str, body: Body) -> Body:
        *_, noun = path.split("/")
        if noun == "cases":
            self.cases += 1
            amount = {2: 19133, 1: 9567}.get(body["lines"][0]["quantity"], 0)
            lines = [{"line_id": "line_1"}]
            return {"id": f"case_{self.cases}", "state": "pending_review", "type": body["type"]} | {
                "requested": cny(amount),
                "lines": lines,
            }
        if noun == "messages":
            return {"id": "msg_1", "citations": body["citations"]}
        if noun == "ask":
            return ANSWERS[body["text"]]
        return CREATED.get(noun, {"state": AFTER.get(noun, f"after {noun}"), "whose_turn": "buyer"}) | {
            "waybill_no": body.get("waybill_no")
        }

    def _shown(self, path: str) -> Body:
        if path == "/v1/traces":
            return {"complete": True, "data": self.record}
        if path == "/v1/search":
            return {"data": [{"id": "art_1", "title": "退货运费", "version": 3}]}
        if path == "/v1/disputes":
            return {"data": [{"id": "dsp_1"}]}
        if path.startswith("/v1/cases/"):
            replacement = {"delivered_at": "2026-03-04T05:06:07Z"}
            return {"state": self._case_state(path), "id": path.rpartition("/")[2], "replacement": replacement}
        if path.startswith("/v1/orders/"):
            return {"id": "ord_1", "state": self._order_state(), "after_sale_state": "after_sale_done"}
        return CREATED.get(path.split("/")[2], {}) | {
            "state": self.states.get(path),
            "status": self.states.get(path),
            "refunds": [{"state": "succeeded", "amount": {"amount": self._refunded()}}],
        }

    def _refunded(self) -> int:
        done = len(self.bodies("/inspect")) - len(self.bodies("/ship-replacement"))
        return 28700 if any(path.endswith("/verdict") for _, path, _ in self.requests) else 19133 * done

    def _order_state(self) -> str:
        return "delivered" if any("courier-webhooks" in path for _, path, _ in self.requests) else "paid"

    def _case_state(self, path: str) -> str:
        done = [each.rpartition("/")[2] for _, each, _ in self.requests if each.startswith(f"{path}/")]
        if any(each.endswith("/verdict") for _, each, _ in self.requests) or "inspect" in done:
            return "completed"
        return "await_inspection" if "ship" in done else "disputed"

    def bodies(self, ending: str) -> list[Body]:
        """What was posted to paths that end so."""
        return [body for method, path, body in self.requests if method == "POST" and path.endswith(ending)]


def _entry(number: int, type_: str) -> Body:
    names = ("affected_party", "applicant", "handler", "result")
    return {name: name for name in names} | {
        "event_id": str(number),
        "event_type": type_,
        "subject": f"subject_{number}",
        "sequence": 1,
        "caused_by": None,
        "source": "/order-svc",
        "time": "2026-03-04T05:06:07.890Z",
    }


@pytest.fixture
def suite() -> FakeSuite:
    return FakeSuite()


@pytest.fixture
def people(tmp_path: Path, suite: FakeSuite, monkeypatch: pytest.MonkeyPatch) -> Iterator[Participants]:
    """Participants whose requests go to the fake suite."""
    client = httpx.Client

    def make(**options: Any) -> httpx.Client:
        return client(transport=httpx.MockTransport(suite))

    monkeypatch.setattr("aftercare_cli.participants.httpx.Client", make)
    with participants(tmp_path, SERVICES) as made:
        yield made


@pytest.fixture
def steps(people: Participants) -> Journey:
    return Journey(people, "buyer-1")


def test_the_scenario_runs_to_its_end_and_prints_every_id(
    people: Participants, steps: Journey, suite: FakeSuite, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario = Scenario(people, steps)

    order = scenario.run()

    assert order["after_sale_state"] == "after_sale_done"
    assert list(scenario.ids) == list(PATHS)
    assert scenario.paths()[0] == "/v1/orders/ord_1"
    printed = capsys.readouterr().out
    assert re.findall(r"^(\d) · ", printed, re.MULTILINE) == [str(number) for number in range(1, 9)]
    for id_ in scenario.ids.values():
        assert id_ in printed
    posts = Counter(path.rpartition("/")[2] for method, path, _ in suite.requests if method == "POST")
    assert (posts["cases"], posts["verdict"], posts["ratings"], posts["inspect"]) == (3, 1, 1, 2)
    assert (posts["ship-replacement"], posts["appeal"], posts["confirm-verdict"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"caused_by": "5"}, "RatingGiven.v1 does not follow its cause"),
        ({"sequence": 2}, "subject_2 has a gap"),
    ],
    ids=["effect before its cause", "gap"],
)
def test_a_record_with_errors_stops_the_scenario(
    people: Participants, steps: Journey, suite: FakeSuite, change: Body, message: str
) -> None:
    suite.record[1] |= change

    with pytest.raises(UnexpectedResponse, match=message):
        Scenario(people, steps).run()


@pytest.mark.parametrize(
    ("complete", "types", "expected"),
    [(True, RECORD, True), (False, RECORD, False), (True, RECORD[:-1], False)],
    ids=["all there", "not complete", "last event missing"],
)
def test_a_record_is_awaited_until_its_last_events_are_there(complete: bool, types: list[str], expected: bool) -> None:
    record = {"complete": complete, "data": [_entry(number, type_) for number, type_ in enumerate(types)]}

    assert _is_complete(record) is expected


def test_an_unexpected_amount_stops_the_scenario(people: Participants, steps: Journey) -> None:
    scenario = Scenario(people, steps, order=CREATED["orders"])

    with pytest.raises(UnexpectedResponse, match="the largest refund that can be requested is 19133, expected 1"):
        scenario._open_case("case_id", 2, 1)


def test_expecting_what_is_found_is_silent() -> None:
    expect("the answer", 42, 42)
    with pytest.raises(UnexpectedResponse, match="the answer is 41, expected 42"):
        expect("the answer", 41, 42)


def test_each_participant_has_a_role_and_a_token_of_its_own(people: Participants) -> None:
    arbitrators = [people.arbitrator, people.second_arbitrator]
    clients: list[ApiClient] = [people.buyer, people.seller, people.agent, *arbitrators, people.admin]

    assert len({client.token for client in clients}) == len(clients)
    assert (people.home / "keys" / "jwks.json").exists()


def test_a_delivered_order_has_been_paid_and_scanned_three_times(steps: Journey, suite: FakeSuite) -> None:
    order, payment = steps.delivered_order()

    assert (order["state"], payment["state"]) == ("delivered", "succeeded")
    assert suite.bodies("/payments") == [{"provider": "simulator", "payment_method": "sim_success"}]
    assert sum("courier-webhooks" in path for _, path, _ in suite.requests) == 3
    [parcel] = suite.bodies("/parcels")
    assert parcel["lines"] == [{"line_id": "line_1", "quantity": 3}]


def test_a_complete_return_goes_through_every_step(steps: Journey, suite: FakeSuite) -> None:
    case = steps.complete_return(CREATED["orders"], 2)

    assert case["state"] == "completed"
    done = [path.rpartition("/")[2] for method, path, _ in suite.requests if method == "POST" and "/cases/" in path]
    assert done == ["approve", "ship", "inspect"]
    assert suite.bodies("/approve")[0]["return_address"] == journey.RETURN_ADDRESS
    assert suite.bodies("/inspect")[0]["lines"] == [{"line_id": "line_1", "accepted": 2, "grade": "a"}]


def test_a_refund_without_a_return_needs_no_address(steps: Journey, suite: FakeSuite) -> None:
    case = steps.open_case(CREATED["orders"], 1, "refund_only", "changed_mind")

    steps.approve(case)

    assert suite.bodies("/cases")[0]["reason"] == "changed_mind"
    assert suite.bodies("/approve") == [{"note": "同意"}]


def test_waybill_numbers_are_new_each_time() -> None:
    numbers = {new_waybill("SF") for _ in range(100)}

    assert len(numbers) == 100
    assert all(re.fullmatch(r"SF\d{12}", number) for number in numbers)


def test_only_succeeded_refunds_count() -> None:
    refunds = [{"state": "succeeded", "amount": cny(100)}, {"state": "failed", "amount": cny(50)}]

    assert refunded_minor({"refunds": refunds}) == 100
    assert refunded_minor({"refunds": []}) == 0
