"""Claims beside cases, for the tests of what the services publish."""

from typing import Any

import suite_scenarios as usual
from in_process_suite import InProcessSuite
from uploads import a_photo


async def claims_on_a_courier(suite: InProcessSuite) -> str:
    """A claim for two cases that is declined, filed again and paid, and one that the courier does not answer; the order's id."""
    order = await usual.delivered(suite, "73000291")
    body = {
        "order_id": order["id"],
        "type": "refund_only",
        "reason": "damaged_in_transit",
        "description": usual.TEXTS["description"],
        "lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}],
        "evidence": [usual.PHOTO],
    }
    case = await suite.call("buyer", "aftersale", "cases", body)
    await suite.call("buyer", "aftersale", "cases", body)  # another unit of the parcel

    async def act(claim: dict[str, Any], action: str, **fields: Any) -> dict[str, Any]:
        return await suite.call("seller", "aftersale", f"courier-claims/{claim['id']}/{action}", fields)

    [claim] = (await suite.get("seller", "aftersale", f"courier-claims?case_id={case['id']}"))["data"]
    photo = await a_photo(suite, order, "seller")
    await act(claim, "evidence", evidence=[photo], note=usual.TEXTS["note"])
    await act(claim, "file", reference="LP-1", note=usual.TEXTS["note"])
    await act(claim, "decline", reason="evidence_insufficient", note=usual.TEXTS["rejection"])
    await act(claim, "file", reference="LP-2")
    await act(claim, "acknowledge")
    found = await suite.get("agent", "aftersale", f"cases/{case['id']}/deadlines")
    [waiting] = [each for each in found["data"] if each["document_id"] == claim["id"] and not each.get("ended_at")]
    await suite.call("agent", "aftersale", f"deadlines/{waiting['id']}/extend", {"hours": 1})
    await act(claim, "accept", amount=usual.cny(5000))
    assert (await act(claim, "pay", reference="B-1"))["state"] == "paid"
    other = await suite.call("agent", "aftersale", f"cases/{case['id']}/courier-claims", {"cause": "lost"})
    await act(other, "file", reference="LP-3")
    await usual.step(suite, "buyer", case, "cancel")
    await suite.advance(73)
    await act(other, "abandon", note=usual.TEXTS["note"])
    return str(order["id"])


async def claims_on_a_deposit(suite: InProcessSuite) -> str:
    """A refund that the provider declines, and four claims on the deposit, of which the last one is paid; the order's id."""
    order = await usual.delivered(suite, "73000292", "sim_refund_declined")
    case = await usual.asked(suite, order, 1, "refund_only")
    await usual.step(suite, "seller", case, "approve")
    note = usual.TEXTS["note"]
    booked = {"kind": "paid_in", "amount": usual.cny(100000), "reference": "B-0", "note": note}
    await suite.call("admin", "aftersale", "merchants/m-1/deposit-entries", booked)

    async def opened() -> str:
        body = {"kind": "merchant_deposit", "evidence": [usual.PHOTO], "note": note}
        claim = await suite.call("buyer", "aftersale", f"cases/{case['id']}/guarantee-claims", body)
        return str(claim["id"])

    async def act(who: str, claim: str, action: str, **fields: Any) -> str:
        done = await suite.call(who, "aftersale", f"guarantee-claims/{claim}/{action}", fields)
        return str(done["state"])

    await act("buyer", await opened(), "cancel", note=note)
    silent = await opened()
    await suite.advance(25)
    await suite.services["aftersale"].run_workers("reminders")
    await suite.advance(24)
    await act("agent", silent, "decline", reason="evidence_insufficient", note=usual.TEXTS["rejection"])
    failing = await opened()
    await act("seller", failing, "object", note=usual.TEXTS["answer"])
    await act("agent", failing, "request-evidence", missing=usual.TEXTS["question"])
    photo = await a_photo(suite, order)
    await act("buyer", failing, "submit-evidence", evidence=[photo], note=note)
    await act("agent", failing, "approve", note=note)
    await act("admin", failing, "record-failure", cause="declined", note=note)
    paid = await opened()
    await act("seller", paid, "agree")
    assert await act("admin", paid, "record-payment", reference="B-2", note=note) == "paid"
    await usual.step(suite, "agent", case, "close", note=note)
    return str(order["id"])


async def claims_to_refused_goods(suite: InProcessSuite) -> str:
    """Goods that are refused: sent late, lost and compensated, given up by the buyer, and missed after a delivery; the order's id."""
    order = await usual.delivered(suite, "73000191", quantity=9)
    note = usual.TEXTS["note"]

    async def refused(waybill_no: str, units: int = 1) -> tuple[dict[str, Any], str]:
        case = await usual.asked(suite, order, units, "return_refund")
        await usual.step(suite, "seller", case, "approve", return_address=usual.RETURN_ADDRESS)
        await usual.step(suite, "buyer", case, "ship", carrier="zto", waybill_no=waybill_no)
        await suite.push(waybill_no, "delivered")
        line_id, reason = order["lines"][0]["id"], "no_defect_found"
        found = [{"line_id": line_id, "accepted": 0}]
        await usual.step(suite, "seller", case, "inspect", lines=found, reason=reason, note=usual.TEXTS["rejection"])
        closed = await usual.step(suite, "buyer", case, "accept")
        return case, str(closed["refused_goods_claims"][0]["id"])

    async def act(who: str, claim: str, action: str, **fields: Any) -> str:
        done = await suite.call(who, "aftersale", f"refused-goods-claims/{claim}/{action}", fields)
        return str(done["state"])

    case, claim = await refused("73000192", 4)
    await suite.advance(6 * 24 + 1)
    await suite.services["aftersale"].run_workers("reminders")
    await suite.advance(24)
    await act("agent", claim, "order-dispatch", note=note)
    await usual.step(suite, "seller", case, "return-refused-goods", carrier="zto", waybill_no="73000193")
    await act("agent", claim, "report-lost", note=note)
    for who in ("agent", "second agent"):  # it is above what one agent decides
        await act(who, claim, "compensate", amount=usual.cny(30000), note=note)
    assert await act("seller", claim, "record-payment", reference="B-3", note=note) == "compensated"
    _, given_up = await refused("73000194")
    assert await act("buyer", given_up, "abandon", note=note) == "abandoned"
    last, sent = await refused("73000195")
    await usual.step(suite, "seller", last, "return-refused-goods", carrier="zto", waybill_no="73000196")
    await suite.push("73000196", "delivered")
    assert await act("buyer", sent, "report-not-received", note=note) == "under_review"
    assert await act("buyer", sent, "confirm", note=note) == "delivered"
    return str(order["id"])


SCENARIOS = (claims_on_a_courier, claims_on_a_deposit, claims_to_refused_goods)
