"""What buyers pay in cases: shown in the ledger beside its equation, with what of it goes back."""

from typing import Any

from aftercare_events import ChargePaid
from aftercare_events.catalogue.exchanges import ChargeOwedBack, ChargeReturned


async def sums(shop: Any, order: dict[str, Any]) -> dict[str, int]:
    ledger = (await shop.buyer.get(f"/v1/orders/{order['id']}/ledger")).json()
    assert (ledger["paid"]["amount"], ledger["kept"]["amount"], ledger["balanced"]) == (29500, 29500, True)
    names = ("charged", "charges_kept", "charges_to_return", "charges_returned")
    found = {name: ledger[name]["amount"] for name in names}
    assert found["charged"] == sum(each["amount"]["amount"] for each in ledger["charges"])
    assert found["charged"] == sum(found[name] for name in names[1:])
    return found


def paid(shop: Any, order: dict[str, Any], amount: int, case_id: str) -> Any:
    about = {"owed_minor": amount, "currency": "CNY", "reference_hash": "sha256:0"}
    return shop.case(ChargePaid, order, case_id, case_type="exchange", **about)


async def test_what_was_charged_is_kept_owed_back_or_given_back(shop: Any) -> None:
    order, _ = await shop.paid()
    assert set((await sums(shop, order)).values()) == {0}
    first, second = paid(shop, order, 6667, "case_1"), paid(shop, order, 6800, "case_2")
    await shop.h.consume(first)
    await shop.h.consume(second)
    assert (await sums(shop, order))["charges_kept"] == 6667 + 6800
    about = {"case_type": "exchange", "amount_minor": 6667, "currency": "CNY", "paid_at": first.time}
    shop.h.clock.advance(hours=1)
    owed = await shop.h.consume(shop.case(ChargeOwedBack, order, **about))
    await shop.h.deliver(owed)
    found = await sums(shop, order)
    assert (found["charges_kept"], found["charges_to_return"]) == (6800, 6667)
    proof = {"reference_hash": "sha256:0", "evidence": ()}
    owed_back_at = shop.h.clock.now()
    await shop.h.consume(shop.case(ChargeReturned, order, **about, owed_back_at=owed_back_at, **proof))
    found = await sums(shop, order)
    assert (found["charges_kept"], found["charges_to_return"], found["charges_returned"]) == (6800, 0, 6667)
    charges = (await shop.seller.get(f"/v1/orders/{order['id']}/ledger")).json()["charges"]
    assert [(each["case_id"], each["state"]) for each in charges] == [("case_1", "returned"), ("case_2", "paid")]
