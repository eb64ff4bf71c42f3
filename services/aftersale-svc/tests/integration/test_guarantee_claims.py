"""Claims on a guarantee: return freight from its insurance, a failed refund from the deposit, and nothing paid twice."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from aftercare_chassis.testing import Harness
from aftercare_events import AfterSaleClosed, RefundRequested
from aftercare_events.catalogue.guarantee_claims import (
    GuaranteeClaimApproved,
    GuaranteeClaimCancelled,
    GuaranteeClaimLate,
    GuaranteeClaimOpened,
    GuaranteeClaimPaid,
)
from aftersale_shop import HASH, Shop, done
from aftersale_svc import main
from checked_files import files_of
from past_views import PastViews

DEPOSIT, FREIGHT = {"kind": "merchant_deposit"}, {"kind": "freight_insurance"}


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


@pytest.fixture
async def insured(postgres_url: str) -> AsyncIterator[Shop]:
    """A shop whose merchant's returns are insured."""
    async with Harness.start(main.service, postgres_url) as harness:
        shop = Shop(harness)
        await shop.setting("freight-insurance", limits=[cny(1000)])
        yield shop


async def opened(shop: Shop, case_id: str, client: httpx.AsyncClient | None = None, **body: Any) -> dict[str, Any]:
    response = await (client or shop.buyer).post(f"/v1/cases/{case_id}/guarantee-claims", json=body)
    assert response.status_code == 201, response.text
    claim: dict[str, Any] = response.json()
    return claim


async def act(shop: Shop, claim_id: str, action: str, client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    response = await client.post(f"/v1/guarantee-claims/{claim_id}/{action}", json=body)
    assert response.status_code == 200, response.text
    claim: dict[str, Any] = response.json()
    return claim


async def refused(shop: Shop, client: httpx.AsyncClient, path: str, status: int, code: str, **body: Any) -> None:
    shop.harness.problem(await client.post(f"/v1/{path}", json=body), status, code)


async def deposited(shop: Shop, amount: int, reference: str = "B-0", kind: str = "paid_in") -> dict[str, Any]:
    """What an administrator has booked on the deposit of the merchant."""
    body = {"kind": kind, "amount": cny(amount), "reference": reference}
    return done(await shop.harness.client("admin", "admin-1").post("/v1/merchants/m-1/deposit-entries", json=body), 201)


async def unpaid(shop: Shop) -> str:
    """A case whose refund the provider has declined; its id."""
    await shop.delivered()
    case = await shop.case(2, type_="refund_only")
    await shop.act(shop.seller, case["id"], "approve")
    await shop.refund_fails()
    return str(case["id"])


async def test_the_deposit_pays_what_a_refund_did_not_and_nothing_is_paid_twice(shop: Shop) -> None:
    await deposited(shop, 20000)
    case_id = await unpaid(shop)
    views = PastViews(shop, case_id)
    await views.look()
    claim = await opened(shop, case_id, **DEPOSIT, evidence=[HASH], note="退款失败")
    path = claim["id"]
    await views.look()
    assert (claim["state"], claim["whose_turn"], claim["claimed"]) == ("merchant_review", "merchant", cny(19133))
    await refused(shop, shop.agent, f"cases/{case_id}/refund", 409, "covered_by_guarantee_claim")
    shown = {each["action"]: each for each in (await shop.get(case_id))["allowed_actions"]}
    assert (shown["refund"]["allowed"], shown["refund"]["why_not"]) == (False, "covered_by_guarantee_claim")
    await refused(shop, shop.agent, f"cases/{case_id}/guarantee-claims", 409, "guarantee_claim_exists", **DEPOSIT)
    await act(shop, path, "object", shop.seller, note="已线下退款")
    asked = await act(shop, path, "request-evidence", shop.agent, missing="银行流水")
    assert (asked["state"], asked["whose_turn"]) == ("await_evidence", "buyer")
    await files_of(shop, "sha256:" + "cd" * 32)
    await act(shop, path, "submit-evidence", shop.buyer, evidence=["sha256:" + "cd" * 32])
    await refused(shop, shop.agent, f"guarantee-claims/{path}/approve", 422, "exceeds_guarantee", amount=cny(19134))
    owed = await act(shop, path, "approve", shop.agent, amount=cny(19133))
    assert (owed["state"], owed["owed"]) == ("paying", cny(19133))
    await views.look()
    paying = f"guarantee-claims/{path}/record-payment"
    await refused(shop, shop.buyer, f"guarantee-claims/{path}/cancel", 403, "not_allowed_for_role")
    await refused(shop, shop.agent, f"guarantee-claims/{path}/cancel", 403, "not_allowed_for_role")
    await refused(shop, shop.agent, f"cases/{case_id}/close", 409, "guarantee_claim_paying", note="?")
    await refused(shop, shop.agent, paying, 409, "second_person_needed", reference="B-1")
    finance = shop.harness.client("admin", "finance-1")
    paid = await act(shop, path, "record-payment", finance, reference="B-1", note="对公转账")
    assert (paid["state"], paid["whose_turn"]) == ("paid", "nobody")
    await views.look()
    await refused(shop, finance, paying, 409, "illegal_transition", reference="B-2")

    await refused(shop, shop.agent, f"cases/{case_id}/refund", 409, "covered_by_guarantee_claim")
    closed = await shop.act(shop.agent, case_id, "close", note="已由保证金赔付")
    money = (await shop.get(closed["id"]))["explanation"]["money"]
    assert money["zh_cn"] == "已由商家保证金赔付 191.33 CNY"
    await views.look()
    await views.check()
    again = await shop.ask(2, type_="refund_only")
    shop.harness.problem(again, 422, "quantity_exceeds_remaining")
    assert len(await shop.published(RefundRequested)) == 1

    event = await shop.last(GuaranteeClaimPaid)
    assert (event.paid_minor, event.kind, event.buyer_id, event.terminal) == (19133, DEPOSIT["kind"], "buyer-1", True)
    published = "".join(each.model_dump_json() for each in await shop.harness.published())
    assert not any(text in published for text in ("B-1", "银行流水", "对公转账", "已线下退款"))
    shown = (await shop.buyer.get(f"/v1/guarantee-claims/{path}")).json()
    assert [step["action"] for step in shown["steps"]] == [
        *("open", "object", "request_evidence", "submit_evidence", "approve", "record_payment"),
    ]
    assert shown["explanation"]["money"]["zh_cn"] == "已赔付 191.33 CNY"
    assert "payment_reference" not in shown
    beside = {"id": path, "kind": "merchant_deposit", "state": "paid"}
    assert (await shop.buyer.get(f"/v1/cases/{case_id}/claims")).json()["data"] == [beside]
    [total] = (await shop.seller.get("/v1/guarantee-claims/totals")).json()["data"]
    assert (total["paid_claims"], total["paid"], total["open"]) == (1, cny(19133), cny(0))
    other = shop.harness.client("seller", "seller-2", tenant="m-2")
    assert (await other.get("/v1/guarantee-claims/totals")).json()["data"] == []


async def test_goods_that_the_deposit_has_paid_and_that_never_came_back_are_kept(shop: Shop) -> None:
    await deposited(shop, 20000)
    await shop.delivered()
    case = await shop.case(2)
    await shop.act(shop.seller, case["id"], "escalate")
    await shop.act(shop.agent, case["id"], "refund")
    await shop.refund_fails()
    claim = await opened(shop, case["id"], **DEPOSIT)
    await act(shop, claim["id"], "agree", shop.seller)
    await act(shop, claim["id"], "record-payment", shop.harness.client("admin", "finance-1"), reference="B-1")
    await shop.act(shop.agent, case["id"], "close", note="?")
    closed = await shop.last(AfterSaleClosed)
    assert (closed.case_type, closed.goods) == ("return_refund", "keep")


async def test_a_refund_that_is_tried_again_excludes_the_deposit(shop: Shop) -> None:
    case_id = await unpaid(shop)
    claim = await opened(shop, case_id, **DEPOSIT)
    views = PastViews(shop, case_id)
    await views.look()
    await act(shop, claim["id"], "cancel", shop.buyer)
    await views.look()
    await shop.act(shop.agent, case_id, "refund")
    await refused(shop, shop.buyer, f"cases/{case_id}/guarantee-claims", 409, "refund_not_failed", **DEPOSIT)
    await shop.refund_succeeds()
    await refused(shop, shop.buyer, f"cases/{case_id}/guarantee-claims", 409, "refund_not_failed", **DEPOSIT)
    await views.check()


async def test_a_claim_ends_with_its_case_and_its_units_are_free(shop: Shop) -> None:
    case_id = await unpaid(shop)
    claim = await opened(shop, case_id, **DEPOSIT)
    await act(shop, claim["id"], "object", shop.seller)
    await shop.act(shop.agent, case_id, "close", note="?")
    finance = shop.harness.client("admin", "finance-1")
    paying = f"guarantee-claims/{claim['id']}/record-payment"
    await refused(shop, finance, paying, 409, "illegal_transition", reference="B-1")
    assert (await shop.last(GuaranteeClaimCancelled)).handler == "agent-1"
    assert (await shop.ask(2, type_="refund_only")).status_code == 201


async def test_silence_a_failed_payment_and_what_is_refused(shop: Shop) -> None:
    case_id = await unpaid(shop)
    await deposited(shop, 5000)
    claim = await opened(shop, case_id, shop.agent, **DEPOSIT, amount=cny(5000))
    path = f"guarantee-claims/{claim['id']}"
    foreign = shop.harness.client("buyer", "buyer-2")
    shop.harness.problem(await foreign.get(f"/v1/{path}"), 404, "not_found")
    await refused(shop, foreign, f"{path}/cancel", 404, "not_found")
    await refused(shop, shop.buyer, f"{path}/agree", 403, "forbidden")
    await refused(shop, shop.seller, f"cases/{case_id}/guarantee-claims", 403, "forbidden", **DEPOSIT)
    shop.clock.advance(hours=48)
    await refused(shop, shop.seller, f"{path}/agree", 409, "deadline_passed")
    await shop.harness.run_due()
    late = await shop.last(GuaranteeClaimLate)
    assert (late.cause, late.state) == ("merchant_silent", "platform_review")
    approved = await act(shop, claim["id"], "approve", shop.agent)
    assert (approved["merchant_silent"], approved["owed"]) == (True, cny(5000))
    finance = shop.harness.client("agent", "agent-2")
    failed = await act(shop, claim["id"], "record-failure", finance, cause="deposit_exhausted")
    assert (failed["state"], failed["failure"]) == ("failed", "deposit_exhausted")
    await shop.act(shop.agent, case_id, "refund")


async def test_a_claim_that_is_declined_shows_why(shop: Shop) -> None:
    claim = await opened(shop, await unpaid(shop), shop.agent, **DEPOSIT)
    await act(shop, claim["id"], "object", shop.seller, note="?")
    await act(shop, claim["id"], "decline", shop.agent, reason="evidence_insufficient")
    shown = (await shop.buyer.get(f"/v1/guarantee-claims/{claim['id']}")).json()
    assert shown["refusal_label"] == {"zh_cn": "凭证不足", "en": "the evidence is not sufficient"}
    assert shown["explanation"]["money"]["en"] == "Nothing is owed, because the evidence is not sufficient"
    path = f"/v1/cases/{claim['case_id']}"
    steps = (await shop.buyer.get(f"{path}/timeline")).json()["data"]
    of_claim = [(each["action"], each["text"]["en"]) for each in steps if each["claim_id"] == claim["id"]]
    assert of_claim == [
        ("open", "Claim on the deposit: the merchant has to agree or object"),
        ("object", "Claim on the deposit: an agent of the platform has to decide"),
        ("decline", "Claim on the deposit: nothing is owed"),
    ]
    assert [each["id"] for each in steps] == sorted(each["id"] for each in steps)
    seen = {"as_of": shop.clock.now().isoformat(), "as_seen_by": "buyer"}
    past = (await shop.agent.get(path, params=seen)).json()["as_of"]["timeline"]
    assert [each["id"] for each in past] == [each["id"] for each in steps]


async def test_claims_are_in_the_work_lists_of_whose_turn_it_is(shop: Shop) -> None:
    claim = await opened(shop, await unpaid(shop), shop.agent, **DEPOSIT)

    async def waiting(client: httpx.AsyncClient) -> tuple[int, int | None]:
        lists = {each["code"]: each for each in (await client.get("/v1/work-lists")).json()["data"]}
        of = lists["guarantee_claims"]
        page = (await client.get(of["path"], params={"whose_turn": of["whose_turn"]})).json()["data"]
        assert len(page) == of["count"]
        return of["count"], lists["courier_claims"]["count"] if "courier_claims" in lists else None

    assert (await waiting(shop.seller), await waiting(shop.agent), await waiting(shop.buyer)) == (
        (1, 0),
        (0, 0),
        (0, None),
    )
    await act(shop, claim["id"], "object", shop.seller, note="?")
    assert (await waiting(shop.seller), await waiting(shop.agent)) == ((0, 0), (1, 0))
    foreign = shop.harness.client("seller", "seller-2", tenant="m-2")
    assert await waiting(foreign) == (0, 0)


async def test_insured_freight_is_paid_once_the_goods_are_back(insured: Shop) -> None:
    shop = insured
    await shop.delivered()
    case = await shop.case(2, reason="changed_mind")
    path = f"cases/{case['id']}/guarantee-claims"
    await refused(shop, shop.buyer, path, 409, "return_not_received", **FREIGHT, amount=cny(900))
    await shop.approve(case["id"])
    await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no="SF1001")
    await shop.parcel("SF1001")
    await refused(shop, shop.buyer, path, 422, "guarantee_amount_missing", **FREIGHT)
    await refused(shop, shop.buyer, path, 422, "exceeds_guarantee", **FREIGHT, amount=cny(1001))
    usd = {"amount": 1, "currency": "USD"}
    await refused(shop, shop.buyer, path, 422, "currency_mismatch", **FREIGHT, amount=usd)
    claim = await opened(shop, case["id"], **FREIGHT, amount=cny(900), evidence=[HASH])
    assert (claim["state"], claim["whose_turn"]) == ("platform_review", "agent")
    await act(shop, claim["id"], "approve", shop.agent)
    await act(shop, claim["id"], "record-payment", shop.harness.client("agent", "agent-2"), reference="B-9")
    assert (await shop.last(GuaranteeClaimApproved)).owed_minor == 900
    assert (await shop.last(GuaranteeClaimOpened)).refund_id is None
    await refused(shop, shop.buyer, path, 409, "guarantee_claim_exists", **FREIGHT, amount=cny(900))
    await shop.inspect(case["id"], 2)
    await shop.refund_succeeds()
    assert (await shop.get(case["id"]))["state"] == "completed", "the freight is no part of the refund"
    without = await shop.case(1, type_="refund_only")
    await refused(
        *(shop, shop.buyer, f"cases/{without['id']}/guarantee-claims", 409, "return_freight_not_insured"),
        **FREIGHT,
        amount=cny(1),
    )


async def test_a_verdict_cannot_refund_what_the_deposit_covers(shop: Shop) -> None:
    case_id = await unpaid(shop)
    await opened(shop, case_id, **DEPOSIT)
    opening = {"category": "refund_delayed", "text": "?"}
    dispute = (await shop.agent.post(f"/v1/cases/{case_id}/dispute", json=opening)).json()
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    path, verdict = f"disputes/{dispute['id']}/verdict", {"liable": "seller", "grounds": "?"}
    amount = {"amount": cny(19133)}
    covered = "covered_by_guarantee_claim"
    await refused(shop, shop.arbitrator, path, 409, covered, **verdict, **amount, remedy="refund")
    other = await shop.arbitrator.post(f"/v1/{path}", json={**verdict, "remedy": "exchange"})
    assert "refund" not in shop.harness.problem(other, 422, "remedy_not_possible")["allowed"]  # type: ignore[operator]


async def test_who_has_acted_for_a_party_does_not_act_for_the_platform(shop: Shop) -> None:
    await deposited(shop, 20000)
    case_id = await unpaid(shop)
    people = [shop.harness.client("agent", each) for each in ("seller-1", "buyer-1")]
    for each in people:
        await refused(shop, each, f"cases/{case_id}/guarantee-claims", 409, "party_cannot_decide", **DEPOSIT)
    claim = await opened(shop, case_id, **DEPOSIT)
    path = f"guarantee-claims/{claim['id']}"
    other = shop.harness.client("seller", "seller-2", tenant="m-1")
    await act(shop, claim["id"], "object", other)
    for each in (*people, shop.harness.client("agent", "seller-2")):
        await refused(shop, each, f"{path}/approve", 409, "party_cannot_decide")
        await refused(shop, each, f"{path}/cancel", 409, "party_cannot_decide")
        shown = (await each.get(f"/v1/{path}")).json()["allowed_actions"]
        assert {one["action"] for one in shown if one["allowed"]} == set()
    await act(shop, claim["id"], "approve", shop.agent)
    finance = shop.harness.client("admin", "seller-2")
    await refused(shop, finance, f"{path}/record-payment", 409, "party_cannot_decide", reference="B-1")
