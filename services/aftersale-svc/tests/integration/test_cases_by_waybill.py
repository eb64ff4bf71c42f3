"""Cases are found by the number of a parcel: of a return, a pickup, a replacement, refused goods or a sample."""

import re
from typing import Any

import pytest
from aftersale_shop import Shop
from aftersale_svc.domain.cases.sorting import CaseOrder
from aftersale_svc.tables.cases.cases import CASE_LISTS
from pickup_steps import book, returning
from refused_parcels_back import sent
from test_lab_tests import PARCEL, ordered, reviewed
from test_lab_tests import shop as shop
from test_work_lists import MANY_ENDED


async def found(shop: Shop, waybill_no: str, client: Any = None, **more: Any) -> list[str]:
    answer = await (client or shop.seller).get("/v1/cases", params={"waybill_no": waybill_no, **more})
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["data"]]


async def returned(shop: Shop) -> tuple[str, str]:
    """A case whose goods come back, beside another one; its id and the number of the parcel."""
    await shop.delivered()
    case = await shop.case(1)
    await shop.case(1)
    await shop.approve(case["id"])
    await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no="SF1001")
    return case["id"], "SF1001"


@pytest.mark.parametrize("sort", ["newest", "deadline", "-updated"])
async def test_the_case_of_a_return(shop: Shop, sort: str) -> None:
    case_id, waybill_no = await returned(shop)
    for client in (shop.buyer, shop.seller, shop.agent):
        assert await found(shop, waybill_no, client, sort=sort) == [case_id]
        assert await found(shop, " sf1001 ", client, sort=sort) == [case_id], "however it is written"
        assert await found(shop, "SF100", client, sort=sort) == [], "the whole number"
        assert await found(shop, waybill_no, client, sort=sort, state="rejected") == []
    other = shop.harness.client("seller", "seller-2", tenant="m-2")
    assert await found(shop, waybill_no, other, sort=sort) == []


async def test_the_case_of_a_pickup_whose_waybill_is_known_before_the_goods_are_collected(shop: Shop) -> None:
    case_id = await returning(shop)
    await book(shop, case_id)
    await shop.act(shop.seller, case_id, "give-pickup-waybill", carrier="sf", waybill_no="SF2001")
    for client in (shop.buyer, shop.seller, shop.agent):
        assert await found(shop, "SF2001", client) == [case_id]
    await shop.parcel("SF2001", "in_transit", case_id=case_id, carrier="sf")
    assert await found(shop, "SF2001") == [case_id], "once it is the number of the return"
    assert await found(shop, "SF2001", shop.harness.client("seller", "seller-2", tenant="m-2")) == []


async def test_nobody_finds_the_case_by_the_waybill_of_a_cancelled_pickup(shop: Shop) -> None:
    case_id = await returning(shop)
    await book(shop, case_id)
    await shop.act(shop.seller, case_id, "give-pickup-waybill", carrier="sf", waybill_no="SF2001")
    await shop.act(shop.buyer, case_id, "cancel-pickup")
    assert await found(shop, "SF2001") == []


async def test_the_case_of_a_replacement(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1, type_="reship_parts", reason="missing_parts")
    await shop.act(shop.seller, case["id"], "approve")
    await shop.act(shop.seller, case["id"], "ship-replacement", carrier="zto", waybill_no="73100001")
    assert await found(shop, "73100001") == [case["id"]]


async def test_the_case_of_refused_goods_under_both_of_its_parcels(shop: Shop) -> None:
    case = await sent(shop)
    back = case["return_parcel"]["waybill_no"]
    assert await found(shop, "73200001") == await found(shop, back) == [case["id"]]


async def test_the_case_of_a_sample(shop: Shop) -> None:
    case_id, dispute_id = await reviewed(shop)
    await ordered(shop, dispute_id)
    await shop.rule(dispute_id, "send-sample", shop.seller, **PARCEL)
    assert await found(shop, PARCEL["waybill_no"]) == [case_id]
    assert await found(shop, PARCEL["waybill_no"], sort="deadline") == [case_id], "with the turn of its dispute"


async def test_a_number_that_is_none_is_refused(shop: Shop) -> None:
    for wrong in ("", " ", "x" * 200):
        answer = await shop.seller.get("/v1/cases", params={"waybill_no": wrong})
        shop.harness.problem(answer, 422, "validation_failed")


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
async def test_among_many_cases_only_those_of_the_parcel_are_read(shop: Shop, mode: str) -> None:
    case_id, waybill_no = await returned(shop)
    pool = shop.harness.runtime.pool
    await pool.execute(MANY_ENDED, case_id)
    await pool.execute(
        "INSERT INTO returns (case_id, carrier, waybill_no) SELECT id, 'sf', concat('SF', id) FROM cases ON CONFLICT DO NOTHING"
    )
    await pool.execute("ANALYZE cases, returns")
    for more in ({}, {"merchant_id": "m-1"}):
        used = {"waybill_no": waybill_no, **more}
        compiled = CASE_LISTS[CaseOrder.NEWEST].statement("agent", used, after=False)
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(f"SET LOCAL plan_cache_mode = {mode}")
            arguments = compiled.args({**used, "rows": 21})
            assert [row["id"] for row in await connection.fetch(compiled.sql, *arguments)] == [case_id]
            plan = await connection.fetch(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {compiled.sql}", *arguments)
        read = [float(rows) for [line] in plan for rows in re.findall(r" on (?:cases|returns).*rows=([0-9.]+)", line)]
        assert read, plan
        assert max(read) < 100, "\n".join(line for [line] in plan)
        assert "Rows Removed by Filter: 3" not in str(plan), "no case was read for nothing"
