"""Short stories of disputes and claims that together take every command of these."""

from typing import Any

from aftersale_shop import HASH
from checked_files import files_of
from shop_commands import GROUNDS, VERDICT, Document, ShopCommands, cny

# Any: bodies are JSON.


async def hearing(t: ShopCommands) -> None:
    dispute = await t.disputed()
    await files_of(t.shop, HASH, order_id=t.order_id)
    await dispute.act(t.buyer, "evidence", evidence=[HASH])
    await dispute.act(t.arbitrator, "take")
    await dispute.act(t.arbitrator, "release")
    await dispute.act(t.agent, "assign", arbitrator_id="arb-1")
    await dispute.act(t.arbitrator, "request-evidence", asked_of="both", missing="…")
    await dispute.act(t.buyer, "submit-evidence", evidence=[HASH])
    await dispute.act(t.seller, "submit-evidence", note="…")
    wanted: dict[str, Any] = {
        "lines": [{"line_id": t.line_id, "quantity": 1}],
        "questions": ["defective"],
        "testing_body_id": "lab-1",
        "sample_from": "buyer",
        "advanced_by": "platform",
        "cost": cny(100),
    }
    await dispute.act(t.arbitrator, "order-test", **wanted)
    await dispute.act(t.buyer, "send-sample", **t.parcel())
    await dispute.act(t.buyer, "correct-sample-waybill", **t.parcel())
    await dispute.act(t.agent, "lose-sample")
    await dispute.act(t.arbitrator, "order-test", **wanted)
    await dispute.act(t.buyer, "send-sample", **t.parcel())
    await dispute.act(t.agent, "receive-sample")
    await dispute.act(t.arbitrator, "cancel-test")
    for answer in ("decline", "accept"):
        await dispute.act(t.seller, "proposals", remedy="resume", liable="nobody", text="…")
        shown = (await t.buyer.get(f"/v1/disputes/{dispute.id}")).json()
        await dispute.act(t.buyer, f"proposals/{shown['proposals'][-1]['id']}/{answer}")
    await (await t.disputed()).act(t.buyer, "withdraw")


async def appeals(t: ShopCommands) -> None:
    for action, body in (("confirm-verdict", GROUNDS), ("replace-verdict", VERDICT | {"liable": "seller"})):
        dispute = await t.disputed()
        await dispute.act(t.arbitrator, "verdict", **VERDICT, takes_effect="at_once")
        await dispute.act(t.buyer, "appeal", **GROUNDS)
        await dispute.act(t.second_arbitrator, action, **body)
    too_much = {**GROUNDS, "liable": "seller", "remedy": "refund"}
    dispute = await t.disputed()
    await dispute.act(t.arbitrator, "verdict", **too_much, amount=cny(300), takes_effect="at_once")
    await dispute.act(t.seller, "appeal", **GROUNDS)
    await t.shop.refund_succeeds()
    await dispute.act(t.second_arbitrator, "replace-verdict", **too_much, amount=cny(100))
    await dispute.act(t.seller, "record-repayment", amount=cny(50), reference="…")
    await dispute.act(t.seller, "write-off", note="…")


async def courier_claims(t: ShopCommands) -> None:
    case = await t.case(reason="damaged_in_transit")
    found = await t.seller.get("/v1/courier-claims", params={"case_id": case.id})
    claim = Document(t, "courier-claims", found.json()["data"][0]["id"])
    await files_of(t.shop, HASH, order_id=t.order_id)
    await claim.act(t.seller, "evidence", evidence=[HASH])
    await claim.act(t.seller, "file", reference="LP-1")
    await claim.act(t.seller, "decline", reason="evidence_insufficient")
    await claim.act(t.seller, "file", reference="LP-2")
    await claim.act(t.seller, "acknowledge")
    await claim.act(t.seller, "accept", amount=cny(5000))
    await claim.act(t.seller, "pay", reference="B-1")
    other = await case.act(t.agent, "courier-claims", cause="lost")
    await Document(t, "courier-claims", other["id"]).act(t.seller, "abandon")


async def deposit_claims(t: ShopCommands) -> None:
    case = await t.failed()
    await files_of(t.shop, HASH, order_id=t.order_id)
    booked = {"kind": "paid_in", "amount": cny(100000), "reference": f"B-{t.order_id}"}
    await t.admin.post("/v1/merchants/m-1/deposit-entries", json=booked)

    async def opened() -> Document:
        body = {"kind": "merchant_deposit", "evidence": [HASH]}
        return Document(t, "guarantee-claims", (await case.act(t.buyer, "guarantee-claims", **body))["id"])

    await (await opened()).act(t.buyer, "cancel")
    claim = await opened()
    await claim.act(t.seller, "object", note="…")
    await claim.act(t.agent, "decline", reason="evidence_insufficient")
    claim = await opened()
    await claim.act(t.seller, "object", note="…")
    await claim.act(t.agent, "request-evidence", missing="…")
    await claim.act(t.buyer, "submit-evidence", evidence=[HASH])
    await claim.act(t.agent, "approve")
    await claim.act(t.admin, "record-failure", cause="declined")
    claim = await opened()
    await claim.act(t.seller, "agree")
    await claim.act(t.admin, "record-payment", reference="B-2")
