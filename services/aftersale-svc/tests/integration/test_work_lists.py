"""What people work through: lists by deadline, counts, and one decision about many cases."""

import re

import httpx
import pytest
from aftersale_shop import RETURN_ADDRESS, Shop
from aftersale_svc.tables.cases.work_lists import CASES_MISSED


async def _three_cases(shop: Shop) -> list[str]:
    """Three cases of one unit each, opened an hour after each other."""
    await shop.delivered()
    ids = []
    for _ in range(3):
        ids.append((await shop.case(1))["id"])
        shop.clock.advance(hours=1)
    return ids


async def test_the_queue_comes_by_deadline_in_pages(shop: Shop) -> None:
    first, second, third = await _three_cases(shop)
    await shop.act(shop.seller, first, "reject", reason="no_defect_found")  # 7 days for the buyer
    query = {"sort": "deadline", "limit": 2}
    page = (await shop.seller.get("/v1/cases", params=query)).json()
    assert [case["id"] for case in page["data"]] == [second, third]
    rest = (await shop.seller.get("/v1/cases", params={**query, "cursor": page["next_cursor"]})).json()
    assert [case["id"] for case in rest["data"]] == [first]
    assert rest["next_cursor"] is None


async def test_a_case_without_a_deadline_is_not_in_the_queue(shop: Shop) -> None:
    first, second, third = await _three_cases(shop)
    await shop.act(shop.buyer, second, "cancel")
    page = (await shop.seller.get("/v1/cases", params={"sort": "deadline"})).json()
    assert [case["id"] for case in page["data"]] == [first, third]


async def test_a_cursor_of_one_order_does_not_fit_the_other(shop: Shop) -> None:
    await _three_cases(shop)
    page = (await shop.seller.get("/v1/cases", params={"limit": 1})).json()
    again = {"limit": 1, "sort": "deadline", "cursor": page["next_cursor"]}
    response = await shop.seller.get("/v1/cases", params=again)
    assert (response.status_code, response.json()["code"]) == (400, "cursor_invalid")


async def test_a_filter_takes_several_values(shop: Shop) -> None:
    first, second, third = await _three_cases(shop)
    await shop.act(shop.buyer, first, "cancel")
    await shop.act(shop.seller, second, "reject", reason="no_defect_found")
    for states, expected in (
        (["cancelled", "rejected"], [second, first]),
        (["rejected", "rejected"], [second]),
        (["pending_review"], [third]),
    ):
        page = (await shop.seller.get("/v1/cases", params={"state": states})).json()
        assert [case["id"] for case in page["data"]] == expected
    pages = {"state": ["rejected", "cancelled"], "limit": 1}
    page = (await shop.seller.get("/v1/cases", params=pages)).json()
    swapped = {**pages, "state": ["cancelled", "rejected"], "cursor": page["next_cursor"]}
    assert [case["id"] for case in (await shop.seller.get("/v1/cases", params=swapped)).json()["data"]] == [first]


async def test_pages_of_several_values_have_each_case_once(shop: Shop) -> None:
    first, second, third = await _three_cases(shop)
    await shop.act(shop.seller, second, "reject", reason="no_defect_found")
    for query, expected in (
        ({"state": ["pending_review", "rejected"]}, [third, second, first]),
        ({"whose_turn": ["buyer", "merchant"], "sort": "deadline"}, [first, third, second]),
    ):
        seen, cursor = [], None
        for _ in expected:
            page = (await shop.seller.get("/v1/cases", params={**query, "limit": 1, "cursor": cursor or ""})).json()
            seen += [case["id"] for case in page["data"]]
            cursor = page["next_cursor"]
        assert (seen, cursor) == (expected, None)
        foreign = shop.harness.client("seller", "seller-2", tenant="m-2")
        assert (await foreign.get("/v1/cases", params=query)).json()["data"] == []


async def test_cases_are_listed_by_when_they_are_due(shop: Shop) -> None:
    first, second, third = await _three_cases(shop)
    due = (await shop.get(second))["deadline_at"]
    for query, expected in (
        ({"due_before": due}, [first]),
        ({"due_after": due}, [second, third]),
        ({"due_after": due, "due_before": (await shop.get(third))["deadline_at"], "whose_turn": "merchant"}, [second]),
    ):
        page = (await shop.seller.get("/v1/cases", params=query)).json()
        assert [case["id"] for case in page["data"]] == expected
    response = await shop.seller.get("/v1/cases", params={"due_before": "2026-03-02T09:00:00"})
    shop.harness.problem(response, 422, "validation_failed")


async def test_each_side_sees_how_much_waits(shop: Shop) -> None:
    first, second, _ = await _three_cases(shop)
    await shop.act(shop.seller, first, "approve", return_address=RETURN_ADDRESS)
    await shop.act(shop.buyer, first, "ship", carrier="sf", waybill_no="SF1001")
    await shop.complaint(second)

    async def counts(client: object) -> dict[str, int]:
        data = (await client.get("/v1/work-lists")).json()["data"]  # type: ignore[attr-defined]
        return {each["code"]: each["count"] for each in data}

    assert await counts(shop.seller) == {
        "my_turn": 2,
        "due_soon": 0,
        "awaiting_parcel": 1,
        "frozen": 1,
        "breached": 0,
        "charges_to_return": 0,
        "return_freights_to_pay": 0,
        "debts_owed": 0,
        "guarantee_claims": 0,
        "courier_claims": 0,
        "refused_goods_claims": 0,
    }
    assert await counts(shop.buyer) == {
        "my_turn": 0,
        "due_soon": 0,
        "awaiting_parcel": 1,
        "frozen": 1,
        "breached": 0,
        "charges_to_return": 0,
        "return_freights_to_pay": 0,
        "debts_owed": 0,
        "guarantee_claims": 0,
        "refused_goods_claims": 0,
    }
    shop.clock.advance(hours=30)
    assert (await counts(shop.seller))["due_soon"] == 2
    other = shop.harness.client("seller", "seller-2", tenant="m-2")
    assert sum((await counts(other)).values()) == 0


async def queue(client: httpx.AsyncClient, **more: object) -> list[str]:
    page = await client.get("/v1/cases", params={"sort": "deadline", **more})
    return [each["id"] for each in page.json()["data"]]


async def my_turn(client: httpx.AsyncClient) -> tuple[int, int]:
    counts = {each["code"]: each["count"] for each in (await client.get("/v1/work-lists")).json()["data"]}
    return counts["my_turn"], counts["due_soon"]


async def test_a_dispute_is_in_the_queue_of_whom_it_waits_for(shop: Shop) -> None:
    first, second, third = await _three_cases(shop)
    await shop.complaint(second)  # 48 hours for the answer, from now on
    [dispute] = (await shop.seller.get("/v1/disputes", params={"sort": "deadline", "whose_turn": "merchant"})).json()[
        "data"
    ]
    assert await queue(shop.seller, whose_turn="merchant") == [first, third, second]
    assert await queue(shop.seller, whose_turn="merchant", state="disputed") == [second]
    page = (await shop.seller.get("/v1/cases", params={"sort": "deadline", "limit": 2})).json()
    assert await queue(shop.seller, limit=2, cursor=page["next_cursor"]) == [second]
    assert (await my_turn(shop.seller), await my_turn(shop.arbitrator)) == ((3, 0), (0, 0))
    shop.clock.advance(hours=25)
    assert await my_turn(shop.seller) == (3, 3)
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    assert (await my_turn(shop.seller), await my_turn(shop.arbitrator)) == ((2, 2), (1, 0))
    assert await queue(shop.arbitrator, whose_turn="platform") == [second]
    other = shop.harness.client("seller", "seller-2", tenant="m-2")
    assert (await queue(other), await my_turn(other)) == ([], (0, 0))


async def test_what_waits_for_both_sides_is_in_the_queue_of_either(shop: Shop) -> None:
    _, second, _ = await _three_cases(shop)
    await shop.complaint(second)
    [dispute] = (await shop.seller.get("/v1/disputes")).json()["data"]
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    body = {"asked_of": "both", "missing": "?"}
    await shop.rule(dispute["id"], "request-evidence", shop.arbitrator, **body)
    assert await queue(shop.buyer, whose_turn="buyer") == [second]
    assert second in await queue(shop.seller, whose_turn="merchant")
    assert await queue(shop.agent, whose_turn="parties") == [second]
    assert (await my_turn(shop.buyer), await my_turn(shop.arbitrator)) == ((1, 0), (0, 0))
    shop.clock.advance(hours=5)
    await shop.rule(dispute["id"], "submit-evidence", shop.buyer, note="?")
    assert await queue(shop.buyer, whose_turn="buyer") == []
    turns = (await shop.buyer.get(f"/v1/cases/{second}/turns")).json()["turn_seconds"]
    assert (turns["both"], "parties" in turns, sum(turns.values())) == (5 * 3600, False, 7 * 3600)
    turns = {"whose_turn": ["merchant", "platform"]}
    assert len((await shop.agent.get("/v1/disputes", params=turns)).json()["data"]) == 1


async def test_the_list_of_frozen_cases_names_the_filter_that_reads_it(shop: Shop) -> None:
    _, second, _ = await _three_cases(shop)
    await shop.complaint(second)
    lists = {each["code"]: each for each in (await shop.arbitrator.get("/v1/work-lists")).json()["data"]}
    assert (lists["frozen"]["count"], lists["frozen"]["state"], lists["my_turn"]["count"]) == (1, "disputed", 0)
    assert await queue(shop.arbitrator, state=lists["frozen"]["state"]) == [second]


async def test_who_missed_a_deadline_is_listed(shop: Shop) -> None:
    first, second, third = await _three_cases(shop)
    await shop.act(shop.seller, first, "reject", reason="no_defect_found")
    await shop.act(shop.seller, third, "approve", return_address=RETURN_ADDRESS)
    shop.clock.advance(hours=48)
    await shop.harness.run_due()
    for client, count in ((shop.seller, 1), (shop.buyer, 0), (shop.agent, 0)):
        lists = {each["code"]: each for each in (await client.get("/v1/work-lists")).json()["data"]}
        assert lists["breached"]["count"] == count
    of_merchants = {"missed_by": "merchant", "sort": "deadline"}
    for client, expected in ((shop.seller, [second]), (shop.agent, [second])):
        page = (await client.get("/v1/cases", params=of_merchants)).json()
        assert [case["id"] for case in page["data"]] == expected
    assert (await shop.seller.get("/v1/cases", params={"missed_by": "buyer"})).json()["data"] == []
    assert (await shop.seller.get("/v1/cases", params={"missed_by": "nobody"})).status_code == 422
    other = shop.harness.client("seller", "seller-2", tenant="m-2")
    assert (await other.get("/v1/cases", params=of_merchants)).json()["data"] == []


async def test_one_decision_about_many_has_a_result_for_each(shop: Shop) -> None:
    first, second, third = await _three_cases(shop)
    await shop.act(shop.buyer, second, "cancel")
    body = {"case_ids": [third, second, "case_unknown", first], "reason": "no_defect_found"}
    response = await shop.seller.post("/v1/case-batches/reject", json=body)
    assert response.status_code == 200, response.text
    data = response.json()["data"]
    assert [each["case_id"] for each in data] == body["case_ids"]
    found = [each["case"]["state"] if each["case"] else each["refused"]["code"] for each in data]
    assert found == ["rejected", "illegal_transition", "not_found", "rejected"]
    assert (await shop.get(second))["state"] == "cancelled"
    assert (await shop.names(first))[-1] == "AfterSaleRejected"


async def test_many_are_approved_with_one_address(shop: Shop) -> None:
    ids = await _three_cases(shop)
    refused = await shop.seller.post("/v1/case-batches/approve", json={"case_ids": ids})
    assert {each["refused"]["code"] for each in refused.json()["data"]} == {"return_address_missing"}
    body = {"case_ids": [*ids, ids[0]], "return_address": RETURN_ADDRESS}
    approved = await shop.seller.post("/v1/case-batches/approve", json=body)
    assert [each["case"]["state"] for each in approved.json()["data"]] == ["await_buyer_shipment"] * 4
    assert (await shop.names(ids[0])).count("AfterSaleApproved") == 1


async def test_what_a_bulk_does_not_take(shop: Shop) -> None:
    [first, *_] = await _three_cases(shop)
    for ids, pointer in (([], "/case_ids"), ([f"case_{n}" for n in range(201)], "/case_ids"), ([""], "/case_ids/0")):
        response = await shop.seller.post("/v1/case-batches/approve", json={"case_ids": ids})
        assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, pointer)
    buyers = await shop.buyer.post("/v1/case-batches/approve", json={"case_ids": [first]})
    assert buyers.status_code == 403
    other = shop.harness.client("seller", "seller-2", tenant="m-2")
    theirs = await other.post("/v1/case-batches/reject", json={"case_ids": [first], "reason": "no_defect_found"})
    assert theirs.json()["data"][0]["refused"]["code"] == "not_found"
    assert (await shop.get(first))["state"] == "pending_review"


MANY_ENDED = """
INSERT INTO cases SELECT made.* FROM cases c, generate_series(1, 3000) n, LATERAL jsonb_populate_record(NULL::cases, to_jsonb(c) ||
    jsonb_build_object('id', concat('case_', n), 'state', 'completed', 'whose_turn', 'nobody', 'deadline_at', NULL)) made WHERE c.id = $1
"""
MISSED = """
INSERT INTO deadlines (id, document, document_id, case_id, buyer_id, merchant_id, document_state, turn, state, cause, set_at, ended_at)
SELECT concat('dl_', id), 'case', id, id, buyer_id, merchant_id, 's', 'merchant', 'fired', 'x', now(), now() FROM cases
"""


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
async def test_of_cases_with_a_missed_deadline_the_open_ones_are_read_alone(shop: Shop, mode: str) -> None:
    """Most cases have ended; a count that read them took 0.7 s among a million."""
    first, second, _ = await _three_cases(shop)
    await shop.complaint(second)
    pool = shop.harness.runtime.pool
    await pool.execute(MANY_ENDED, first)
    await pool.execute(MISSED)
    await pool.execute("ANALYZE cases, disputes, deadlines")
    compiled = CASES_MISSED.for_role("agent")
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL plan_cache_mode = {mode}")
        arguments = compiled.args({"missed_by": "merchant", "most": 1001})
        assert len(await connection.fetch(compiled.sql, *arguments)) == 3
        plan = await connection.fetch(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {compiled.sql}", *arguments)
    read = [float(rows) for [line] in plan for rows in re.findall(r" on cases.*rows=([0-9.]+)", line)]
    assert read, plan
    assert max(read) < 100, "\n".join(line for [line] in plan)
