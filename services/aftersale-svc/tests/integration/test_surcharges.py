"""What a buyer has paid on top for a replacement is theirs again once that is returned and refunded."""

from aftercare_events.catalogue.exchanges import ChargeOwedBack
from aftersale_shop import Shop
from test_charge_returns import OWED, SENT, back, explained, paid_exchange


async def exchanged(shop: Shop) -> str:
    """An exchange of two of three units for dearer ones, which the buyer has; its id."""
    case_id = await paid_exchange(shop)
    await shop.act(shop.seller, case_id, "ship-replacement", **SENT)
    done = await shop.act(shop.buyer, case_id, "confirm-replacement")
    assert (done["state"], done["charge"]["to_return"]["amount"]) == ("completed", 0)
    return case_id


async def refunded(shop: Shop, quantity: int) -> None:
    case = await shop.arrived(quantity)
    await shop.inspect(case["id"], quantity)
    await shop.refund_succeeds()


async def test_a_full_return_gives_back_what_was_paid_on_top(shop: Shop) -> None:
    case_id = await exchanged(shop)
    await refunded(shop, 2)
    assert not await shop.published(ChargeOwedBack), "the buyer may have kept a dearer unit"
    await refunded(shop, 1)
    owed = await shop.last(ChargeOwedBack)
    assert (owed.case_id, owed.amount_minor, owed.cause) == (case_id, OWED, "goods_returned")
    shown = await shop.get(case_id)
    assert (shown["state"], shown["charge"]["to_return"]["amount"]) == ("completed", OWED)
    assert "The merchant owes back 66.67 CNY" in (await explained(shop, case_id))["en"]
    steps = (await shop.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"]
    assert steps[-1]["action"] == "owe_surcharge"
    listed = (await shop.seller.get("/v1/cases", params={"charge_to_return": "true"})).json()["data"]
    assert [each["id"] for each in listed] == [case_id]
    done = await shop.act(shop.seller, case_id, "record-charge-return", **back())
    assert done["charge"]["to_return"]["amount"] == 0


async def test_goods_that_are_refused_are_paid_for(shop: Shop) -> None:
    await exchanged(shop)
    case = await shop.arrived(3)
    await shop.inspect(case["id"], 2)
    await shop.refund_succeeds()
    assert not await shop.published(ChargeOwedBack)
