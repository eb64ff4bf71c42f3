"""Whoever follows many cases gets each step of theirs once, from when they begin, or from where they were."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from aftercare_chassis.http import feeds, sse
from aftercare_chassis.testing.waiting import until
from aftersale_shop import RETURN_ADDRESS, Shop

Step = tuple[str, str, str]
"""The case, what was done, and whose turn it is afterwards."""


class TimedIds:
    """Version 7 UUIDs with the time of the clock of the shop, which count up."""

    def __init__(self, shop: Shop) -> None:
        self._shop, self._count = shop, 0

    def uuid7(self) -> UUID:
        self._count += 1
        millis = int(self._shop.clock.now().timestamp() * 1000)
        return UUID(int=(millis << 80) | (7 << 76) | (2 << 62) | self._count)

    def hex7(self) -> str:
        return self.uuid7().hex


@pytest.fixture
def live(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setattr(feeds, "READ_SECONDS", 0.02)
    shop.harness.runtime.ids = TimedIds(shop)
    yield shop
    shop.harness.runtime.leaving = lambda: True


async def followed(
    shop: Shop, clients: list[tuple[httpx.AsyncClient, dict[str, Any]]], act: Callable[[], Awaitable[object]]
) -> list[list[dict[str, Any]]]:
    """The updates that these clients get by these filters while `act` happens."""
    runtime = shop.harness.runtime
    runtime.leaving = lambda: False
    streams = [asyncio.create_task(client.get("/v1/cases/stream", params=params)) for client, params in clients]

    async def have_begun() -> bool:
        return runtime.streams == len(clients)

    await until(have_begun, "the streams")
    await act()
    await asyncio.sleep(0.3)
    runtime.leaving = lambda: True
    received = [await asyncio.wait_for(each, 60) for each in streams]
    assert runtime.streams == 0
    return [updates(each) for each in received]


def updates(response: httpx.Response) -> list[dict[str, Any]]:
    assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream"), response.text
    return [
        json.loads(line.removeprefix("data: ")) for line in response.text.splitlines() if line.startswith("data: {")
    ]


def steps(received: list[dict[str, Any]]) -> list[Step]:
    return [(each["case_id"], each["step"]["action"], each["whose_turn"]) for each in received]


async def test_each_side_follows_what_it_may_see(live: Shop) -> None:
    await live.delivered()
    first = (await live.case(1))["id"]
    foreign = live.harness.client("seller", "seller-2", tenant="m-2")
    other_buyer = live.harness.client("buyer", "buyer-2")

    async def act() -> None:
        await live.act(live.seller, first, "approve", return_address=RETURN_ADDRESS)
        await live.case(1)

    everybody = [(each, {}) for each in (live.buyer, live.seller, live.agent, foreign, other_buyer)]
    buyer, seller, agent, *others = await followed(live, everybody, act)
    assert [(action, turn) for _, action, turn in steps(buyer)] == [("approve", "buyer"), ("request", "merchant")]
    assert (seller, agent) == (buyer, buyer)
    assert others == [[], []]
    assert buyer[0]["step"]["text"]["en"].startswith("The merchant approved")


async def test_a_step_of_a_slower_transaction_or_host_is_sent_once(live: Shop) -> None:
    """It is committed after the stream has begun, and its id is below that of the newest step by then."""
    await live.delivered()
    case_id = (await live.case(1))["id"]

    async def act() -> None:
        live.clock.advance(seconds=-0.2)
        await live.act(live.seller, case_id, "approve", return_address=RETURN_ADDRESS)

    [received] = await followed(live, [(live.buyer, {})], act)
    assert [each["step"]["action"] for each in received] == ["approve"]


async def test_a_queue_is_followed_by_what_enters_and_what_leaves_it(live: Shop) -> None:
    await live.delivered()
    first = (await live.case(1))["id"]

    async def act() -> None:
        live.clock.advance(seconds=1)
        await live.act(live.seller, first, "approve", return_address=RETURN_ADDRESS)
        live.clock.advance(seconds=1)
        await live.act(live.buyer, first, "ship", carrier="sf", waybill_no="SF1001")

    queues = [(live.agent, {"whose_turn": each, "merchant_id": ["m-1", "m-2"]}) for each in ("merchant", "courier")]
    merchants, couriers = await followed(live, [*queues], act)
    assert [each["step"]["action"] for each in merchants] == ["approve"], "it leaves the merchant's queue"
    assert [each["step"]["action"] for each in couriers] == ["ship"]


async def test_what_waits_for_both_sides_is_in_the_queue_of_each(live: Shop) -> None:
    await live.delivered()
    case_id = (await live.case(1))["id"]
    dispute = await live.complaint(case_id)
    assert dispute is not None
    await live.rule(dispute["id"], "answer", live.seller, text="?")
    await live.rule(dispute["id"], "take", live.arbitrator)

    live.clock.advance(seconds=1)

    async def act() -> None:
        await live.rule(dispute["id"], "request-evidence", live.arbitrator, asked_of="both", missing="?")

    queues = [(live.seller, {"whose_turn": "merchant"}), (live.buyer, {"whose_turn": "merchant"})]
    seller, buyer = await followed(live, [*queues], act)
    assert [each["step"]["action"] for each in seller] == ["request_evidence"]
    assert buyer == []


async def test_a_stream_resumes_after_the_last_event_id_with_the_seconds_before(live: Shop) -> None:
    await live.delivered()
    case_ids = []
    for _ in range(3):
        case_ids.append((await live.case(1))["id"])
        live.clock.advance(seconds=6)
    ids = [(await live.seller.get(f"/v1/cases/{each}/timeline")).json()["data"][0]["id"] for each in case_ids]

    async def resumed(last: str) -> list[str]:
        response = await live.seller.get("/v1/cases/stream", headers={"Last-Event-ID": last})
        return [each["step"]["id"] for each in updates(response) if each["step"]["action"] == "request"]

    assert await resumed(ids[0]) == ids[1:]
    assert await resumed(ids[1]) == [ids[0], ids[2]], (
        "what may have been committed later was made up to ten seconds before"
    )
    assert await resumed(ids[2]) == [ids[1]]


async def test_a_step_comes_with_the_case_as_it_was_after_it(live: Shop) -> None:
    await live.delivered()
    live.clock.advance(seconds=1)
    shown = [await live.case(1)]
    path = f"/v1/cases/{shown[0]['id']}"
    begun = (await live.buyer.get(f"{path}/timeline")).json()["data"][0]["id"]
    for client, action, body in (
        (live.seller, "offer", {"type": "refund_only"}),
        (live.buyer, "accept-offer", {}),
        (live.seller, "state-offline-refund", {}),
    ):
        live.clock.advance(seconds=1)
        if (await client.post(f"{path}/{action}", json=body)).status_code == 200:
            shown.append((await live.buyer.get(path)).json())
    assert len({(each["state"], each["type"], each["deadline_at"]) for each in shown}) > 2
    resumed = await live.seller.get(
        "/v1/cases/stream", headers={"Last-Event-ID": f"step_{int(begun[5:], 16) - 1:032x}"}
    )
    fields = ("version", "type", "reason", "state", "whose_turn", "deadline_at")
    assert [[each[name] for name in fields] for each in updates(resumed)] == [
        [each[name] for name in fields] for each in shown
    ]


async def test_steps_of_claims_are_followed_by_those_who_see_the_claim(live: Shop) -> None:
    admin = live.harness.client("admin", "admin-1")
    deposit = {"kind": "paid_in", "amount": {"amount": 20000, "currency": "CNY"}, "reference": "B-0"}
    assert (await admin.post("/v1/merchants/m-1/deposit-entries", json=deposit)).status_code == 201
    await live.delivered()
    case_id = (await live.case(1, type_="refund_only", reason="damaged_in_transit"))["id"]
    [courier] = (await live.seller.get("/v1/courier-claims")).json()["data"]
    await live.act(live.seller, case_id, "approve")
    await live.refund_fails()
    live.clock.advance(seconds=1)

    async def act() -> None:
        await live.seller.post(f"/v1/courier-claims/{courier['id']}/abandon", json={"note": "?"})
        live.clock.advance(seconds=1)
        body = {"kind": "merchant_deposit", "note": "?"}
        claim = (await live.buyer.post(f"/v1/cases/{case_id}/guarantee-claims", json=body)).json()
        live.clock.advance(seconds=1)
        assert (await live.seller.post(f"/v1/guarantee-claims/{claim['id']}/agree", json={})).status_code == 200

    followers = [(each, {}) for each in (live.buyer, live.seller, live.agent)]
    queues = [(live.agent, {"whose_turn": each}) for each in ("merchant", "buyer")]
    buyer, seller, agent, merchants, buyers = await followed(live, [*followers, *queues], act)
    of_claims = [[each["step"] for each in found if each["step"].get("claim_id")] for found in (buyer, seller, agent)]
    assert [each["action"] for each in of_claims[1]] == ["abandon", "open", "agree"]
    assert of_claims[2] == of_claims[1]
    assert of_claims[0] == of_claims[1][1:], "the buyer does not see the claim on the courier"
    assert all(each["case_id"] == case_id for each in seller)
    assert (
        of_claims[1]
        == [
            each for each in (await live.seller.get(f"/v1/cases/{case_id}/timeline")).json()["data"] if each["claim_id"]
        ][-3:]
    )
    assert {"abandon", "open", "agree"} <= {each["step"]["action"] for each in merchants}, (
        "it is their turn before or after"
    )
    assert not {"abandon", "open", "agree"} & {each["step"]["action"] for each in buyers}


@pytest.mark.parametrize("last", ["x", "step_1", "case_" + "0" * 32, "step_" + "g" * 32])
async def test_an_unknown_last_event_id_is_refused(live: Shop, last: str) -> None:
    refused = await live.seller.get("/v1/cases/stream", headers={"Last-Event-ID": last})
    live.harness.problem(refused, 400, "last_event_unknown")


async def test_who_has_missed_too_much_reads_the_list_again(live: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MOST_ROWS", 1)
    await live.delivered()
    for _ in range(2):
        await live.case(1)
    refused = await live.seller.get("/v1/cases/stream", headers={"Last-Event-ID": "step_" + "0" * 32})
    assert live.harness.problem(refused, 409, "stream_too_far_behind")["most"] == 1


async def test_a_process_refuses_more_streams_than_its_limit(live: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MAX_STREAMS", 0)
    refused = await live.seller.get("/v1/cases/stream")
    live.harness.problem(refused, 503, "too_many_streams")


async def test_one_merchant_does_not_take_the_streams_of_others(live: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MAX_STREAMS_OF_ONE", 1)

    async def act() -> None:
        live.harness.problem(await live.seller.get("/v1/cases/stream"), 503, "too_many_streams")
        assert (await live.buyer.head("/v1/cases/stream")).status_code == 200

    await followed(live, [(live.seller, {})], act)
    assert not live.harness.runtime.streams_of


@pytest.mark.parametrize("query", [{"type": "tea"}, {"whose_turn": "tea"}, {"reason": ["recall", "tea"]}])
async def test_a_filter_that_does_not_exist_is_refused(live: Shop, query: dict[str, Any]) -> None:
    problem = live.harness.problem(await live.seller.get("/v1/cases/stream", params=query), 422, "validation_failed")
    assert "'" in str(problem["errors"]) or "allowed" in str(problem["errors"])
