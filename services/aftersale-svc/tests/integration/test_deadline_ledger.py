"""The ledger of deadlines: what was set, stopped, extended, met and fired, why, and whose turn it was."""

from datetime import UTC, datetime
from typing import Any

from aftercare_events import AfterSaleApproved, AfterSaleRequested, AfterSaleResumed, DeadlineExtended
from aftersale_shop import Shop
from aftersale_svc.workers.calendars import load


async def entries(shop: Shop, case_id: str) -> list[dict[str, Any]]:
    response = await shop.agent.get(f"/v1/cases/{case_id}/deadlines")
    assert response.status_code == 200, response.text
    return response.json()["data"]


async def current(shop: Shop, case_id: str) -> dict[str, Any]:
    [running] = [each for each in await entries(shop, case_id) if not each.get("ended_at")]
    return running


async def turns(shop: Shop, case_id: str) -> dict[str, int]:
    response = await shop.buyer.get(f"/v1/cases/{case_id}/turns")
    assert response.status_code == 200, response.text
    body = response.json()
    life = datetime.fromisoformat(body["until"]) - datetime.fromisoformat(body["since"])
    assert sum(body["turn_seconds"].values()) == int(life.total_seconds())
    return {side: seconds for side, seconds in body["turn_seconds"].items() if seconds}


async def test_one_entry_is_open_as_long_as_a_case_is(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(type_="refund_only")
    shop.clock.advance(hours=1)
    await shop.act(shop.seller, case["id"], "approve")
    shop.clock.advance(hours=2)
    await shop.refund_succeeds()
    found = await entries(shop, case["id"])
    assert [(each["document_state"], each["turn"], each["state"]) for each in found] == [
        ("pending_review", "merchant", "met"),
        ("refunding", "system", "met"),
    ]
    assert found[0]["ended_at"] == found[1]["set_at"]
    assert (found[0]["rule_scope"], found[0]["duration"], found[0]["unit"]) == ("settings", 48, "hours")
    assert await turns(shop, case["id"]) == {"merchant": 3600, "provider": 7200}


async def test_the_events_of_a_case_say_what_becomes_of_its_deadline(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case()
    [opened] = (await shop.last(AfterSaleRequested)).deadlines
    assert (opened.ended, opened.turn, opened.rule, opened.rule_version) == (None, "merchant", "settings", 0)
    assert (opened.cause, opened.timer) == ("after_sale_request", "review_hours")
    assert opened.deadline_id == (await current(shop, case["id"]))["id"]
    shop.clock.advance(hours=48)
    await shop.harness.run_due()
    [fired] = (await shop.last(AfterSaleApproved)).deadlines
    assert fired.ended == "fired"
    assert [each["state"] for each in await entries(shop, case["id"])] == ["fired", "set"]


async def test_a_dispute_stops_a_deadline_and_what_was_left_goes_on(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected()
    shop.clock.advance(hours=68)
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    shop.clock.advance(hours=10)
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    shop.clock.advance(hours=5)
    await shop.rule(dispute["id"], "withdraw", shop.buyer)
    of_case = [each for each in await entries(shop, case["id"]) if each["document"] == "case"]
    assert [(each["document_state"], each["state"]) for each in of_case[1:]] == [
        ("rejected", "paused"),
        ("disputed", "met"),
        ("rejected", "set"),
    ]
    assert of_case[1]["kept_seconds"] == of_case[3]["continued_seconds"] == 100 * 3600
    [resumed] = (await shop.last(AfterSaleResumed)).deadlines
    assert resumed.continues
    assert await turns(shop, case["id"]) == {"buyer": 68 * 3600, "merchant": 10 * 3600, "platform": 5 * 3600}


async def extend(shop: Shop, client: Any, deadline_id: str, hours: int = 24) -> Any:
    return await client.post(f"/v1/deadlines/{deadline_id}/extend", json={"hours": hours})


async def test_the_side_that_waits_gives_time_and_nobody_to_itself(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case()
    deadline = await current(shop, case["id"])
    shop.harness.problem(await extend(shop, shop.seller, deadline["id"]), 409, "own_deadline")
    answer = await extend(shop, shop.buyer, deadline["id"])
    assert (answer.status_code, answer.json()["state"]) == (200, "extended"), answer.text
    later = await shop.get(case["id"])
    assert datetime.fromisoformat(later["deadline_at"]) - shop.clock.now() == (
        datetime.fromisoformat(case["deadline_at"]) - shop.clock.now()
    ) + (datetime.fromisoformat(answer.json()["due_at"]) - datetime.fromisoformat(deadline["due_at"]))
    event = await shop.last(DeadlineExtended)
    assert (event.cause, event.deadlines[0].deadline_id) == ("agreement", deadline["id"])
    shop.clock.advance(hours=48)
    await shop.harness.run_due()
    assert (await shop.get(case["id"]))["state"] == "pending_review"
    shop.clock.advance(hours=24)
    await shop.harness.run_due()
    assert (await shop.get(case["id"]))["state"] == "await_buyer_shipment"


async def test_extensions_are_bounded(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case()
    deadline = await current(shop, case["id"])
    for hours in (0, 2161, "1"):
        assert (await extend(shop, shop.agent, deadline["id"], hours)).status_code == 422
    shop.harness.problem(await extend(shop, shop.agent, deadline["id"], 2160), 422, "extension_too_long")
    for _ in range(3):
        assert (await extend(shop, shop.agent, deadline["id"])).status_code == 200
    shop.harness.problem(await extend(shop, shop.agent, deadline["id"]), 409, "deadline_extended_too_often")
    await shop.act(shop.seller, case["id"], "reject", reason="no_defect_found")
    shop.harness.problem(await extend(shop, shop.agent, deadline["id"]), 409, "deadline_ended")
    other_buyer = shop.harness.client("buyer", "buyer-2")
    assert (await extend(shop, other_buyer, deadline["id"])).status_code == 404
    assert (await other_buyer.get(f"/v1/deadlines/{deadline['id']}/explain")).status_code == 404


async def test_an_agent_with_a_side_extends_no_deadline_for_the_platform(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case()
    deadline = await current(shop, case["id"])
    for person in (case["buyer_id"], case["merchant_id"]):
        agent = shop.harness.client("agent", person)
        shop.harness.problem(await extend(shop, agent, deadline["id"]), 409, "party_cannot_decide")
    assert (await extend(shop, shop.agent, deadline["id"])).status_code == 200


async def test_what_has_passed_is_not_extended(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case()
    deadline = await current(shop, case["id"])
    shop.clock.advance(hours=48, seconds=1)
    for client in (shop.buyer, shop.agent):
        problem = shop.harness.problem(await extend(shop, client, deadline["id"]), 409, "deadline_passed")
        assert datetime.fromisoformat(problem["ended_at"]) == datetime.fromisoformat(deadline["due_at"])
    await shop.harness.run_due()
    assert (await shop.get(case["id"]))["state"] == "await_buyer_shipment"


async def test_a_deadline_is_explained_with_the_days_that_did_not_count(shop: Shop) -> None:
    shop.clock.set(datetime(2026, 9, 30, 2, 0, tzinfo=UTC))
    await load(shop.harness.runtime)
    for role, sub, tenant in (("buyer", "buyer-1", None), ("seller", "seller-1", "m-1"), ("agent", "agent-1", None)):
        setattr(shop, role, shop.harness.client(role, sub, tenant))
    admin = shop.harness.client("admin", "admin-1")
    rules = {"rules": [{"timer": "review_hours", "amount": 2, "unit": "working_days"}]}
    assert (await admin.put("/v1/deadline-rules", json=rules)).status_code == 200
    await shop.harness.runtime.load_timing()
    await shop.delivered()
    case = await shop.case()
    deadline = await current(shop, case["id"])
    assert (deadline["calendar_id"], deadline["calendar_version"], deadline["provisional"]) == ("CN", 1, False)
    response = await shop.buyer.get(f"/v1/deadlines/{deadline['id']}/explain")
    assert response.status_code == 200, response.text
    sentences = response.json()["sentences"]
    en, zh = " ".join(each["en"] for each in sentences), "".join(each["zh"] for each in sentences)
    assert "By version 1 of the platform's rules, it lasts 2 working days" in en
    assert "2026-10-01 – 2026-10-07" in en
    assert "国庆节" in zh
    assert "2026-10-10 00:00" in en
    assert "Then the request is approved." in en
    assert "届时系统自动同意申请。" in zh
    assert [each["zh_cn"] for each in sentences] == [each["zh"] for each in sentences]


async def test_the_deadline_wins_until_its_timer_has_acted(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case()
    shop.clock.advance(hours=48, seconds=0.001)
    read = (await shop.seller.get(f"/v1/cases/{case['id']}")).json()
    whys = {each["action"]: each.get("why_not") for each in read["allowed_actions"]}
    assert whys["approve"] == whys["reject"] == "deadline_passed"
    answer = await shop.seller.post(f"/v1/cases/{case['id']}/reject", json={"reason": "no_defect_found"})
    problem = shop.harness.problem(answer, 409, "deadline_passed")
    assert datetime.fromisoformat(str(problem["ended_at"])) == datetime.fromisoformat(case["deadline_at"])
    assert problem["deadline_effect"] == "approved_by_timeout"
    assert (await shop.get(case["id"]))["version"] == case["version"]
    bulk = await shop.seller.post(
        "/v1/case-batches/reject", json={"case_ids": [case["id"]], "reason": "no_defect_found"}
    )
    assert bulk.json()["data"][0]["refused"]["code"] == "deadline_passed"
    await shop.harness.run_due()
    assert (await shop.get(case["id"]))["state"] == "await_buyer_shipment"
