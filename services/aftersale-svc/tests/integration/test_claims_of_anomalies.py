"""Claims on couriers that follow from anomalies of parcels: loss after long silence, and damage that changes no status."""

from typing import Any

import pytest
from aftercare_events import ParcelAnomalyRaised
from aftercare_events.catalogue.courier_claims import CourierClaimOpened
from aftersale_shop import CUP, KETTLE, Shop


async def raised(shop: Shop, kind: str, loss: str | None, **more: Any) -> None:
    event = ParcelAnomalyRaised(
        **shop._order("ord_1", "system", "open"),
        parcel_id="par_1",
        leg="outbound",
        carrier="zto",
        waybill_no="73001",
        **{"anomaly_id": f"anom_{kind}", **more},
        kind=kind,
        loss=loss,
        since=shop.clock.now(),
        silent=kind == "presumed_lost",
    )
    await shop.harness.consume(event)


async def claims(shop: Shop) -> list[dict[str, Any]]:
    found = await shop.seller.get("/v1/courier-claims")
    assert found.status_code == 200, found.text
    data: list[dict[str, Any]] = found.json()["data"]
    return data


@pytest.mark.parametrize(
    ("kind", "loss", "cause"),
    [("presumed_lost", "lost", "lost"), ("damaged", "damaged", "damaged"), ("disposed", "lost", "lost")],
    ids=["silence", "damage", "disposal"],
)
async def test_lost_and_damaged_goods_of_a_case_are_claimed_once(shop: Shop, kind: str, loss: str, cause: str) -> None:
    await shop.shipped(lines=(KETTLE, CUP))
    await raised(shop, kind, loss)
    assert await claims(shop) == [], "no case, no claim"
    case = await shop.case(2, type_="refund_only", reason="no_tracking")
    assert await claims(shop) == [], "the courier is not liable for this reason"
    await raised(shop, kind, loss)
    await raised(shop, kind, loss, anomaly_id="anom_again")
    [claim] = await claims(shop)
    assert (claim["cause"], claim["case_id"]) == (cause, case["id"])
    assert (await shop.last(CourierClaimOpened)).origin == "report"


@pytest.mark.parametrize("kind", ["stuck_in_transit", "refused", "other_receiver"])
async def test_what_costs_no_goods_is_not_claimed(shop: Shop, kind: str) -> None:
    await shop.shipped(lines=(KETTLE, CUP))
    await shop.case(2, type_="refund_only", reason="no_tracking")
    await raised(shop, kind, None)
    assert await claims(shop) == []
