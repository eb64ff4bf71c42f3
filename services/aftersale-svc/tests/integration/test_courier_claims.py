"""Claims on couriers: opened beside cases, by reports and by hand; filed, answered, paid; never seen by buyers."""

from datetime import timedelta
from typing import Any

import httpx
from aftercare_events import ClaimDeadlineExtended, Event, ParcelStatusChanged
from aftercare_events.catalogue.courier_claims import (
    CourierClaimAccepted,
    CourierClaimClosed,
    CourierClaimFiled,
    CourierClaimLate,
    CourierClaimOpened,
)
from aftersale_shop import CUP, HASH, KETTLE, Shop
from aftersale_svc.workers.standstills import StandstillWatch
from checked_files import files_of

OTHER = "sha256:" + "cd" * 32


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


async def claims(shop: Shop, **filters: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await shop.seller.get("/v1/courier-claims", params=filters)).json()["data"]
    return found


async def act(shop: Shop, claim_id: str, action: str, client: httpx.AsyncClient | None = None, **body: Any) -> Any:
    response = await (client or shop.seller).post(f"/v1/courier-claims/{claim_id}/{action}", json=body)
    assert response.status_code == 200, response.text
    return response.json()


async def refused(shop: Shop, claim_id: str, action: str, status: int, code: str, **body: Any) -> None:
    shop.harness.problem(await shop.seller.post(f"/v1/courier-claims/{claim_id}/{action}", json=body), status, code)


async def opened(shop: Shop) -> dict[str, Any]:
    """The claim that was opened beside a case about damaged goods."""
    await shop.delivered()
    await shop.case(2, reason="damaged_in_transit")
    [claim] = await claims(shop)
    return claim


async def reported(shop: Shop, status: str, *, reason: str | None = None, **more: Any) -> None:
    event = ParcelStatusChanged(
        **shop._order("ord_1", "system", status),
        **{"parcel_id": "par_1", "leg": "outbound", "carrier": "zto", "waybill_no": "73001", **more},
        status=status,
        previous_status="in_transit",
        reason=reason,
        terminal=status == "lost",
        occurred_at=shop.clock.now(),
    )
    await shop.harness.consume(event)


async def events(shop: Shop, claim_id: str) -> list[Event]:
    return [each for each in await shop.harness.published() if getattr(each, "claim_id", None) == claim_id]


async def test_a_claim_beside_a_case_is_filed_and_paid(shop: Shop) -> None:
    claim = await opened(shop)
    assert (claim["cause"], claim["origin"], claim["state"], claim["whose_turn"]) == (
        *("damaged", "case", "drafted", "merchant"),
    )
    assert (claim["carrier"], claim["waybill_no"], claim["parcel_id"]) == ("zto", "73001", "par_1")
    assert (claim["value"], claim["claimed"], claim["evidence"]) == (cny(28700), cny(19133), [HASH])
    await reported(shop, "delivered")
    path = claim["id"]
    await files_of(shop, OTHER)
    await act(shop, path, "evidence", evidence=[OTHER], note="签收底单")
    filed = await act(shop, path, "file", reference="LP-1", amount=cny(15000))
    assert (filed["state"], filed["whose_turn"], filed["claimed"], filed["filings"]) == (
        *("filed", "courier", cny(15000), 1),
    )
    assert filed["evidence"] == [HASH, OTHER]
    await act(shop, path, "acknowledge", shop.agent)
    await refused(shop, path, "accept", 422, "accepted_exceeds_claim", amount=cny(15001))
    await act(shop, path, "accept", amount=cny(14000))
    paid = await act(shop, path, "pay", reference="BANK-1")
    assert (paid["state"], paid["ended_as"], paid["accepted"]) == ("paid", "paid", cny(14000))
    await refused(shop, path, "abandon", 409, "illegal_transition")

    shown = (await shop.arbitrator.get(f"/v1/courier-claims/{path}")).json()
    assert [step["action"] for step in shown["steps"]] == [
        *("open", "add_evidence", "file", "acknowledge", "accept", "pay"),
    ]
    assert [report["status"] for report in shown["reports"]] == ["delivered"]
    assert shown["explanation"]["money"]["zh_cn"] == "快递已赔付 140.00 CNY"
    closed = await shop.last(CourierClaimClosed)
    assert (closed.cause, closed.paid_minor, closed.terminal, closed.buyer_id) == ("paid", 14000, True, None)
    assert (await shop.last(CourierClaimAccepted)).accepted_minor == 14000
    published = "".join(event.model_dump_json() for event in await events(shop, path))
    assert not any(text in published for text in ("LP-1", "BANK-1", "签收底单"))
    assert await shop.names(path) == [type(event).__name__ for event in await events(shop, path)]


async def test_the_case_does_not_wait_for_its_claim_and_the_buyer_sees_none(shop: Shop) -> None:
    claim = await opened(shop)
    case_id, path = claim["case_id"], f"/v1/courier-claims/{claim['id']}"
    beside = [{"id": claim["id"], "kind": "courier", "state": "drafted"}]
    assert (await shop.agent.get(f"/v1/cases/{case_id}/claims")).json()["data"] == beside
    assert (await shop.buyer.get(f"/v1/cases/{case_id}/claims")).json()["data"] == []
    shop.harness.problem(await shop.buyer.get(path), 404, "not_found")
    assert (await shop.buyer.get("/v1/courier-claims")).json()["data"] == []
    shop.harness.problem(await shop.buyer.post(f"{path}/abandon", json={}), 403, "forbidden")
    foreign = shop.harness.client("seller", "seller-2", tenant="m-2")
    shop.harness.problem(await foreign.get(path), 404, "not_found")
    shop.harness.problem(await foreign.post(f"{path}/file", json={"reference": "x"}), 404, "not_found")
    of_case = f"/v1/cases/{case_id}/deadlines"
    seen = {each["document"] for each in (await shop.buyer.get(of_case)).json()["data"]}
    assert seen == {"case"}
    staff = (await shop.agent.get(of_case)).json()["data"]
    [deadline] = [each for each in staff if each["document"] == "courier_claim"]
    text = (await shop.agent.get(f"/v1/deadlines/{deadline['id']}/explain")).json()["sentences"]
    assert text[-1]["en"] == "Then the claim ends without a payment."
    more = await shop.agent.post(f"/v1/deadlines/{deadline['id']}/extend", json={"hours": 24, "note": "快递同意"})
    assert more.status_code == 200, more.text
    assert await shop.names(claim["id"]) == ["CourierClaimOpened", "ClaimDeadlineExtended"]
    steps = (await shop.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"]
    assert [step["action"] for step in steps] == ["request"]
    turns = (await shop.buyer.get(f"/v1/cases/{case_id}/turns")).json()["turn_seconds"]
    assert turns["courier"] == 0
    await shop.approve(case_id)
    assert (await claims(shop))[0]["state"] == "drafted"


async def test_a_standstill_is_not_held_against_the_merchant(shop: Shop) -> None:
    claim, watch = await opened(shop), StandstillWatch()
    for hours in (7 * 24 - 2, 6):
        shop.clock.advance(hours=hours)
        await watch(shop.harness.runtime)
    for _ in range(2):
        await shop.harness.run_due()
        shown = (await shop.seller.get(f"/v1/courier-claims/{claim['id']}")).json()
        assert (shown["state"], shown["whose_turn"]) == ("drafted", "merchant")
    event = await shop.last(ClaimDeadlineExtended)
    assert (event.claim_id, event.cause, event.deadline_at) == (
        claim["id"],
        "standstill",
        shop.clock.now() + timedelta(hours=6),
    )
    shop.clock.advance(hours=6)
    await shop.harness.run_due()
    assert (await shop.last(CourierClaimClosed)).cause == "not_filed"


async def test_timers_of_a_claim(shop: Shop) -> None:
    claim = await opened(shop)
    path = claim["id"]
    shop.clock.advance(hours=7 * 24)
    await refused(shop, path, "file", 409, "deadline_passed", reference="late")
    await shop.harness.run_due()
    assert (await shop.last(CourierClaimClosed)).cause == "not_filed"
    case_id = claim["case_id"]
    again = await shop.seller.post(f"/v1/cases/{case_id}/courier-claims", json={"cause": "damaged"})
    path = again.json()["id"]
    for number in (1, 2, 3):
        await act(shop, path, "file", reference=f"LP-{number}")
        declined = await act(shop, path, "decline", reason="not_liable")
        assert (declined["state"], declined["decline_reason"]) == ("declined", "not_liable")
    await refused(shop, path, "file", 409, "filed_too_often", reference="LP-4")
    shop.clock.advance(hours=7 * 24)
    await shop.harness.run_due()
    assert (await shop.last(CourierClaimClosed)).cause == "not_filed_again"
    third = await shop.agent.post(f"/v1/cases/{case_id}/courier-claims", json={"cause": "lost"})
    await act(shop, third.json()["id"], "file", reference="LP-5")
    for _ in range(2):
        shop.clock.advance(hours=72)
        await shop.harness.run_due()
    assert len(await shop.published(CourierClaimLate)) == 2
    assert (await claims(shop, state="filed"))[0]["whose_turn"] == "courier"


async def test_a_lost_parcel_opens_one_claim_beside_its_case(shop: Shop) -> None:
    await shop.shipped(lines=(KETTLE, CUP))
    await reported(shop, "lost")
    assert await claims(shop) == [], "no case, no claim"
    case = await shop.case(2, type_="refund_only", reason="lost_in_transit")
    [claim] = await claims(shop)
    assert (claim["cause"], claim["case_id"], claim["value"]) == ("lost", case["id"], cny(31700))
    shop.clock.advance(hours=1)
    await reported(shop, "lost")
    await shop.case(lines=[{"line_id": "line_2", "quantity": 1}], type_="refund_only", reason="lost_in_transit")
    assert len(await claims(shop)) == 1, "one is live per parcel and cause"
    await reported(shop, "exception", reason="carrier_damaged_parcel")
    assert [each["cause"] for each in await claims(shop)] == ["damaged", "lost"]
    assert (await shop.last(CourierClaimOpened)).origin == "report"


async def test_a_returned_parcel_that_is_lost(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2)
    assert await claims(shop) == [], "the merchant is liable by the reason"
    await shop.approve(case["id"])
    await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no="SF1001")
    await shop.parcel("SF1001", "lost")
    [claim] = await claims(shop)
    assert (claim["leg"], claim["waybill_no"], claim["value"]) == ("return", "SF1001", cny(19133))
    assert (await shop.get(case["id"]))["state"] == "manual_review"
    assert (await shop.last(CourierClaimOpened)).handler == "system"


async def test_what_is_refused_about_a_claim(shop: Shop) -> None:
    claim = await opened(shop)
    case_id, path = claim["case_id"], claim["id"]
    await refused(shop, path, "file", 422, "claim_exceeds_value", reference="x", amount=cny(28701))
    await refused(shop, path, "file", 422, "nothing_claimed", reference="x", amount=cny(0))
    usd = {"amount": 1, "currency": "USD"}
    await refused(shop, path, "file", 422, "currency_mismatch", reference="x", amount=usd)
    await refused(shop, path, "pay", 409, "illegal_transition", reference="x")
    opening = f"/v1/cases/{case_id}/courier-claims"
    problem = shop.harness.problem
    problem(await shop.seller.post(opening, json={"cause": "damaged"}), 409, "courier_claim_live")
    problem(await shop.seller.post(opening, json={"cause": "lost", "parcel_id": "par_9"}), 422, "parcel_unknown")
    problem(await shop.seller.post(opening, json={"cause": "lost", "leg": "return"}), 422, "parcel_unknown")
    problem(await shop.buyer.post(opening, json={"cause": "lost"}), 403, "forbidden")
    foreign = shop.harness.client("seller", "seller-2", tenant="m-2")
    problem(await foreign.post(opening, json={"cause": "lost"}), 404, "not_found")
    assert [each["state"] for each in await claims(shop)] == ["drafted"]
    assert await shop.published(CourierClaimFiled) == []


async def test_a_parcel_is_claimed_once_whatever_is_stated_to_have_become_of_it(shop: Shop) -> None:
    claim = await opened(shop)
    path = f"/v1/cases/{claim['case_id']}/courier-claims"
    lost = (await shop.seller.post(path, json={"cause": "lost"})).json()
    await act(shop, claim["id"], "file", reference="LP-1", amount=cny(20000))
    await refused(shop, lost["id"], "file", 409, "parcel_claimed", reference="LP-2", amount=cny(8701))
    await act(shop, claim["id"], "accept", amount=cny(18700))
    await act(shop, claim["id"], "pay", reference="B-1")
    filed = await act(shop, lost["id"], "file", reference="LP-2")
    assert filed["claimed"] == cny(10000), "what is left of 287.00"
    more = await shop.seller.post(path, json={"cause": "not_received"})
    problem = shop.harness.problem(more, 409, "parcel_claimed")
    assert problem["left_minor"] == 0
    await act(shop, lost["id"], "decline", reason="evidence_insufficient")
    assert (await shop.seller.post(path, json={"cause": "not_received"})).json()["claimed"] == cny(10000)


async def leaves(shop: Shop, parcel_id: str, units: dict[str, int]) -> None:
    """A parcel with these units is handed over, under a waybill of its own."""
    event = shop.parcel_leaves(units, "ord_1", parcel_id)
    await shop.harness.consume(event.model_copy(update={"waybill_no": f"73{parcel_id}"}))


async def test_where_several_parcels_carry_the_units_each_has_a_claim_with_its_lines(shop: Shop) -> None:
    await shop.paid(lines=(KETTLE, CUP))
    await leaves(shop, "par_1", {"line_1": 1})
    await leaves(shop, "par_2", {"line_1": 2, "line_2": 2})
    lines = [{"line_id": "line_1", "quantity": 3}, {"line_id": "line_2", "quantity": 1}]
    case = await shop.case(lines=lines, type_="refund_only", reason="damaged_in_transit")
    found = sorted(await claims(shop), key=lambda claim: claim["parcel_id"])
    assert [(each["parcel_id"], each["value"], each["claimed"]) for each in found] == [
        ("par_1", cny(9566), cny(9566)),
        ("par_2", cny(19133 + 3000), cny(19133 + 1500)),
    ]
    assert len(await shop.published(CourierClaimOpened)) == 2
    opening = f"/v1/cases/{case['id']}/courier-claims"
    shop.harness.problem(await shop.seller.post(opening, json={"cause": "lost"}), 422, "parcel_unclear")
    live = await shop.seller.post(opening, json={"cause": "damaged", "parcel_id": "par_2"})
    shop.harness.problem(live, 409, "courier_claim_live")
    made = await shop.seller.post(opening, json={"cause": "lost", "parcel_id": "par_2", "amount": cny(9000)})
    assert made.status_code == 201, made.text
    assert (made.json()["value"], made.json()["claimed"]) == (cny(22133), cny(9000))


async def test_of_units_that_may_be_in_either_parcel_each_claims_what_it_may_hold(shop: Shop) -> None:
    await shop.paid()
    await leaves(shop, "par_1", {"line_1": 1})
    await leaves(shop, "par_2", {"line_1": 2})
    await shop.case(2, type_="refund_only", reason="damaged_in_transit")
    found = sorted(await claims(shop), key=lambda claim: claim["parcel_id"])
    assert [(each["parcel_id"], each["claimed"]["amount"]) for each in found] == [("par_1", 9566), ("par_2", 19133)]
    await act(shop, found[0]["id"], "abandon")
    assert [each["state"] for each in await claims(shop, state="drafted")] == ["drafted"]
