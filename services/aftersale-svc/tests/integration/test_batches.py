"""One decision about many cases: each has a result, and one that fails stops no other."""

import asyncio
from typing import Any

import httpx
import pytest
from aftercare_chassis.refusals import NotFound
from aftersale_shop import RETURN_ADDRESS, Shop
from aftersale_svc.commands.cases import reviews

# A trigger fails for one case, with this SQLSTATE, as often as is stated; the sequence counts through rollbacks.
FAILS = """
CREATE SEQUENCE failures;
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('failures') <= {times} THEN
        RAISE EXCEPTION 'broken' USING ERRCODE = '{state}';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fails BEFORE UPDATE ON cases FOR EACH ROW WHEN (NEW.id = '{case_id}') EXECUTE FUNCTION fail();
"""
ALWAYS = 1000


async def three(shop: Shop) -> list[str]:
    await shop.delivered()
    return [(await shop.case(1))["id"] for _ in range(3)]


async def decided(shop: Shop, case_ids: list[str], **more: Any) -> list[Any]:
    """What became of each: its state, or the code of its refusal."""
    body = {"case_ids": case_ids, "return_address": RETURN_ADDRESS, **more}
    response: httpx.Response = await shop.seller.post("/v1/case-batches/approve", json=body)
    assert response.status_code == 200, response.text
    data = response.json()["data"]
    assert [each["case_id"] for each in data] == case_ids
    return [each["case"]["state"] if each["case"] else each["refused"]["code"] for each in data]


@pytest.mark.parametrize(
    ("state", "times", "result"),
    [
        ("XX000", ALWAYS, "decision_failed"),
        ("22012", ALWAYS, "decision_failed"),
        ("40001", ALWAYS, "decision_failed"),
        ("40P01", 1, "await_buyer_shipment"),
        ("40001", 1, "await_buyer_shipment"),
        ("23505", 1, "await_buyer_shipment"),
    ],
)
async def test_a_case_that_fails_has_a_result_and_the_others_stand(
    shop: Shop, state: str, times: int, result: str
) -> None:
    case_ids = await three(shop)
    before = await shop.get(case_ids[1])
    await shop.harness.runtime.pool.execute(FAILS.format(state=state, times=times, case_id=case_ids[1]))
    done = "await_buyer_shipment"
    assert await decided(shop, case_ids) == [done, result, done]
    shown = [await shop.get(each) for each in case_ids]
    assert [each["state"] for each in shown] == [done, before["state"] if result != done else done, done]
    approved = ["AfterSaleApproved" in await shop.names(each) for each in case_ids]
    assert approved == [True, result == done, True]
    if result != done:
        assert shown[1] == before
        await shop.harness.runtime.pool.execute("DROP TRIGGER fails ON cases")
        assert await decided(shop, case_ids) == ["illegal_transition", done, "illegal_transition"]


async def test_a_refusal_after_something_was_written_takes_that_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_ids = await three(shop)
    approve = reviews.approve

    async def refused_in_the_end(tx: Any, case_id: str, **more: Any) -> Any:
        full = await approve(tx, case_id, **more)
        if case_id == case_ids[1]:
            raise NotFound(what="cases")
        return full

    monkeypatch.setattr(reviews, "approve", refused_in_the_end)
    assert await decided(shop, case_ids) == ["await_buyer_shipment", "not_found", "await_buyer_shipment"]
    assert (await shop.get(case_ids[1]))["state"] == "pending_review"
    assert ["AfterSaleApproved" in await shop.names(each) for each in case_ids] == [True, False, True]


WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def test_cases_are_rejected_together_while_their_buyer_cancels_one(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cancellation locks the order and then the other cases, whose freight it changes: neither waits for the other for ever."""
    case_ids = sorted(await three(shop))
    reject, cancellation = reviews.reject, list[asyncio.Task[httpx.Response]]()

    async def rejected_beside_a_cancellation(tx: Any, case_id: str, **more: Any) -> Any:
        full = await reject(tx, case_id, **more)
        if not cancellation:
            cancellation.append(asyncio.create_task(shop.buyer.post(f"/v1/cases/{case_ids[-1]}/cancel")))
            async with asyncio.timeout(30):
                while not await shop.harness.runtime.pool.fetchval(WAITING):
                    pass
        return full

    monkeypatch.setattr(reviews, "reject", rejected_beside_a_cancellation)
    body = {"case_ids": case_ids, "reason": "no_defect_found"}
    response = await shop.seller.post("/v1/case-batches/reject", json=body)
    assert [each["refused"] for each in response.json()["data"]] == [None] * 3
    shop.harness.problem(await cancellation[0], 409, "illegal_transition")  # its case was rejected first
