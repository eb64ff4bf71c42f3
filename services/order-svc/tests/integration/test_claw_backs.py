"""What a buyer owes by a replaced verdict: shown in the ledger beside its equation."""

from typing import Any

from aftercare_events import DisputeDebtRepaid, DisputeDebtWrittenOff, VerdictReplaced


async def ledger(shop: Any, order: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await shop.buyer.get(f"/v1/orders/{order['id']}/ledger")).json()
    assert (found["kept"]["amount"], found["refunded"]["amount"], found["balanced"]) == (29500, 0, True)
    return found


async def test_what_is_owed_is_paid_back_or_written_off(shop: Any) -> None:
    order, _ = await shop.paid()
    assert (await ledger(shop, order))["claw_backs"] == []
    about = {"currency": "CNY", "dispute_id": "dsp_1", "complaint_id": "cmp_1", "state": "executed", "terminal": True}
    verdict = {"liable": "buyer", "remedy": "none", "grounds_hash": "sha256:0", "amount_minor": 5000}
    replaced = shop.case(VerdictReplaced, order, **about, **verdict, entry="buyer_owes", entry_minor=2000)
    await shop.h.consume(replaced)
    assert (await ledger(shop, order))["owed_by_buyer"]["amount"] == 2000
    sums = {"owed_minor": 2000, "repaid_minor": 1500, "written_off_minor": 0, "amount_minor": 1500}
    await shop.h.consume(shop.case(DisputeDebtRepaid, order, **about, **sums, reference_hash="sha256:0"))
    assert (await ledger(shop, order))["owed_by_buyer"]["amount"] == 500
    sums = {**sums, "written_off_minor": 500, "amount_minor": 500}
    await shop.h.consume(shop.case(DisputeDebtWrittenOff, order, **about, **sums, grounds_hash="sha256:0"))
    found = await ledger(shop, order)
    [claw_back] = found["claw_backs"]
    assert {name: claw_back[name]["amount"] for name in ("owed", "repaid", "written_off", "open")} == {
        "owed": 2000,
        "repaid": 1500,
        "written_off": 500,
        "open": 0,
    }
    assert found["owed_by_buyer"]["amount"] == 0
