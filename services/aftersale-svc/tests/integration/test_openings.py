"""Disputes that are opened in a case itself: by the buyer where it was rejected or somebody is late, or by the platform."""

from datetime import datetime
from typing import Any

import httpx
import pytest
from aftercare_events import AfterSaleFrozen, ComplaintOpened, DisputeEscalated, DisputeOpened
from aftersale_shop import HASH, Shop

BODY = {"category": "unfair_rejection", "text": "无理由拒绝", "evidence": [HASH]}


async def opened(shop: Shop, client: httpx.AsyncClient, case_id: str) -> dict[str, Any]:
    response = await client.post(f"/v1/cases/{case_id}/dispute", json=BODY)
    assert response.status_code == 201, response.text
    return response.json()


async def may_dispute(client: httpx.AsyncClient, case_id: str) -> str | None:
    """Why the action is not open to this client; None where it is."""
    case = (await client.get(f"/v1/cases/{case_id}")).json()
    [found] = [each for each in case["allowed_actions"] if each["action"] == "dispute"]
    return found.get("why_not")


async def test_a_buyer_disputes_a_rejection_in_the_case_itself(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected()
    assert await may_dispute(shop.buyer, case["id"]) is None
    dispute = await opened(shop, shop.buyer, case["id"])
    assert (dispute["state"], dispute["origin"], dispute["text"]) == ("await_merchant_answer", "buyer", "无理由拒绝")
    event = await shop.last(DisputeOpened)
    assert (event.complaint_id, event.origin, event.needs_complaint) == (dispute["complaint_id"], "buyer", True)
    assert event.complaint_id.startswith("cmp_")
    assert "无理由" not in event.model_dump_json()
    assert (await shop.last(AfterSaleFrozen)).dispute_id == dispute["id"]


async def test_the_frozen_case_shows_what_stops_it(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected()
    shop.clock.advance(hours=1)
    since = shop.clock.now().isoformat().replace("+00:00", "Z")
    dispute = await opened(shop, shop.buyer, case["id"])
    frozen = await shop.get(case["id"])
    assert frozen["frozen"] == {
        "dispute_id": dispute["id"],
        "by": "buyer",
        "since": since,
        "state": "await_merchant_answer",
        "whose_turn": "merchant",
        "deadline_at": "2026-03-04T10:00:00Z",
        "deadline_effect": "escalated_merchant_silent",
    }
    assert await may_dispute(shop.buyer, case["id"]) == "frozen_by_dispute"
    refused = await shop.buyer.post(f"/v1/cases/{case['id']}/accept")
    problem = shop.harness.problem(refused, 409, "illegal_transition")
    assert problem["dispute_id"] == dispute["id"]
    await shop.rule(dispute["id"], "withdraw", shop.buyer)
    assert (await shop.get(case["id"]))["frozen"] is None


async def test_the_complaint_registered_for_it_opens_no_second_dispute(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected()
    dispute = await opened(shop, shop.buyer, case["id"])
    await shop.rule(dispute["id"], "withdraw", shop.buyer)
    event = ComplaintOpened(
        **shop._order("ord_1", "system", "open"),
        complaint_id=dispute["complaint_id"],
        channel="case",
        case_id=case["id"],
        state="open",
        category="unfair_rejection",
        text_hash=HASH,
        dispute_id=dispute["id"],
    )
    await shop.harness.consume(event)
    assert await shop.harness.parked() == []
    assert (await shop.get(case["id"]))["state"] == "rejected"


async def test_a_case_that_is_handled_in_time_cannot_be_disputed_by_the_buyer(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case()
    assert await may_dispute(shop.buyer, case["id"]) == "case_not_stalled"
    refused = await shop.buyer.post(f"/v1/cases/{case['id']}/dispute", json=BODY)
    problem = shop.harness.problem(refused, 409, "case_not_stalled")
    shown = (await shop.buyer.get(f"/v1/cases/{case['id']}")).json()
    assert shown["explanation"]["then"]["en"].endswith("the request is approved"), "it does not stall"
    assert "possible_from" not in problem
    [action] = [each for each in shown["explanation"]["actions"] if each["action"] == "dispute"]
    assert action["why_not"]["en"] == "the case is being handled in time"
    await shop.act(shop.seller, case["id"], "escalate")
    refused = await shop.buyer.post(f"/v1/cases/{case['id']}/dispute", json=BODY)
    problem = shop.harness.problem(refused, 409, "case_not_stalled")
    shown = (await shop.buyer.get(f"/v1/cases/{case['id']}")).json()
    assert datetime.fromisoformat(problem["possible_from"]) == datetime.fromisoformat(shown["deadline_at"])
    [action] = [each for each in shown["explanation"]["actions"] if each["action"] == "dispute"]
    assert action["why_not"]["en"].startswith("the case is being handled in time; if nothing happens, from 20")
    assert await shop.published(DisputeOpened) == []


async def test_a_buyer_disputes_a_case_in_which_the_agents_are_late(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case()
    await shop.act(shop.seller, case["id"], "escalate")
    assert await may_dispute(shop.buyer, case["id"]) == "case_not_stalled"
    shop.clock.advance(hours=25)
    await shop.harness.run_due()
    assert await may_dispute(shop.buyer, case["id"]) is None
    dispute = await opened(shop, shop.buyer, case["id"])
    await shop.rule(dispute["id"], "withdraw", shop.buyer)
    # The case goes on where it was, with a new time for the agents.
    assert await may_dispute(shop.buyer, case["id"]) == "case_not_stalled"


@pytest.mark.parametrize("role", ["agent", "arbitrator"])
async def test_the_platform_opens_a_dispute_in_any_open_case(shop: Shop, role: str) -> None:
    await shop.delivered()
    case = await shop.case()
    client = shop.harness.client(role, f"{role}-7")
    assert await may_dispute(client, case["id"]) is None
    dispute = await opened(shop, client, case["id"])
    event = await shop.last(DisputeOpened)
    assert (dispute["origin"], event.origin, event.applicant) == ("platform", "platform", f"{role}-7")
    assert (await shop.get(case["id"]))["frozen"]["by"] == "platform"


async def test_a_foreign_case_is_not_found_and_a_seller_may_not(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected()
    other_buyer = shop.harness.client("buyer", "buyer-2")
    shop.harness.problem(await other_buyer.post(f"/v1/cases/{case['id']}/dispute", json=BODY), 404, "not_found")
    shop.harness.problem(await shop.seller.post(f"/v1/cases/{case['id']}/dispute", json=BODY), 403, "forbidden")
    wrong = await shop.buyer.post(f"/v1/cases/{case['id']}/dispute", json=BODY | {"category": "bored"})
    shop.harness.problem(wrong, 422, "validation_failed")


async def test_the_silence_of_the_merchant_is_recorded(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected()
    dispute = await opened(shop, shop.buyer, case["id"])
    assert dispute["merchant_silent"] is False
    shop.clock.advance(hours=49)
    await shop.harness.run_due()
    shown = (await shop.arbitrator.get(f"/v1/disputes/{dispute['id']}")).json()
    assert (shown["state"], shown["merchant_silent"]) == ("platform_review", True)
    assert (await shop.last(DisputeEscalated)).cause == "merchant_silent"


async def test_what_the_platform_has_opened_the_buyer_does_not_withdraw_and_no_silence_counts(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case()
    dispute = await opened(shop, shop.agent, case["id"])
    assert dispute["origin"] == "platform"
    shown = (await shop.buyer.get(f"/v1/disputes/{dispute['id']}")).json()
    [withdraw] = [each for each in shown["allowed_actions"] if each["action"] == "withdraw"]
    assert withdraw["why_not"] == "opened_by_platform"
    refused = await shop.buyer.post(f"/v1/disputes/{dispute['id']}/withdraw")
    shop.harness.problem(refused, 409, "opened_by_platform")
    shop.clock.advance(hours=48)
    await shop.harness.run_due()
    shown = (await shop.seller.get(f"/v1/disputes/{dispute['id']}")).json()
    assert (shown["state"], shown["merchant_silent"]) == ("platform_review", False)
    await shop.verdict(dispute["id"], 100)
