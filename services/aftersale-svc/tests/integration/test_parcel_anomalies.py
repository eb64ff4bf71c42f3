"""What went wrong with parcels: shown with cases, a fact of decisions, in the file of a dispute, and suggesting reasons."""

from datetime import timedelta
from typing import Any

from aftercare_events import ParcelAnomalyEnded, ParcelAnomalyRaised
from aftercare_events.catalogue.parcel_anomalies import AnomalyScan
from aftersale_shop import CUP, KETTLE, Shop


def facts(shop: Shop, kind: str, **more: Any) -> dict[str, Any]:
    usual = {
        **shop._order("ord_1", "system", "open"),
        "anomaly_id": f"anom_{kind}",
        "parcel_id": "par_1",
        "leg": "outbound",
        "carrier": "zto",
        "waybill_no": "73001",
        "kind": kind,
        "since": shop.clock.now() - timedelta(days=3),
    }
    return usual | more


async def raised(shop: Shop, kind: str, **more: Any) -> None:
    scan = AnomalyScan(status="in_transit", raw_code="DEPARTURE", partner="zto", occurred_at=shop.clock.now())
    await shop.harness.consume(ParcelAnomalyRaised(**facts(shop, kind, **more), silent=False, scans=(scan,)))


async def ended(shop: Shop, kind: str, **more: Any) -> None:
    await shop.harness.consume(ParcelAnomalyEnded(**facts(shop, kind), **{"cause": "scanned", **more}))


async def test_both_sides_see_what_is_wrong_with_the_parcels_of_their_case(shop: Shop) -> None:
    await shop.shipped(lines=(KETTLE, CUP))
    case = await shop.case(2, type_="refund_only", reason="no_tracking")
    path = f"/v1/cases/{case['id']}"
    assert (await shop.buyer.get(path)).json()["parcel_anomalies"] == []
    await raised(shop, "stuck_in_transit")
    for client in (shop.buyer, shop.seller, shop.agent):
        [shown] = (await client.get(path)).json()["parcel_anomalies"]
        assert (shown["kind"], shown["parcel_id"], shown["waybill_no"]) == ("stuck_in_transit", "par_1", "73001")
        assert "运输停滞" in shown["text"]["zh_cn"]
        assert "it does not go on" in shown["text"]["en"]
        assert "scans" not in shown
    before = shop.clock.now()
    shop.clock.advance(hours=1)
    await ended(shop, "stuck_in_transit")
    [shown] = (await shop.buyer.get(path)).json()["parcel_anomalies"]
    assert (shown["ended_as"], "已于" in shown["text"]["zh_cn"]) == ("scanned", True)
    [then] = (await shop.buyer.get(path, params={"as_of": before.isoformat()})).json()["parcel_anomalies"]
    assert then.get("ended_at") is None, "it was not over at that time"


async def test_what_is_wrong_with_other_goods_is_not_shown(shop: Shop) -> None:
    await shop.paid(lines=(KETTLE, CUP))
    await shop.leaves({KETTLE.line_id: KETTLE.quantity}, parcel_id="par_1")
    await shop.leaves({CUP.line_id: CUP.quantity}, parcel_id="par_2")
    wanted = [{"line_id": CUP.line_id, "quantity": 1}]
    case = await shop.case(lines=wanted, type_="refund_only", reason="no_tracking")
    await raised(shop, "lost", loss="lost")
    assert (await shop.buyer.get(f"/v1/cases/{case['id']}")).json()["parcel_anomalies"] == []


async def test_a_decision_records_what_was_wrong(shop: Shop) -> None:
    await shop.shipped(lines=(KETTLE, CUP))
    case = await shop.case(2, type_="refund_only", reason="no_tracking")
    await raised(shop, "lost", loss="lost")
    await shop.act(shop.seller, case["id"], "approve")
    [decision] = (await shop.seller.get(f"/v1/cases/{case['id']}/decisions")).json()["data"]
    [fact] = decision["facts"]["parcel_anomalies"]
    assert (fact["anomaly_id"], fact["kind"], fact["loss"], fact["ended_as"]) == ("anom_lost", "lost", "lost", None)


async def test_the_file_of_a_dispute_has_the_scans(shop: Shop) -> None:
    await shop.delivered()
    await raised(shop, "returned_after_delivery")
    _, dispute_id = await shop.disputed()
    [filed] = (await shop.arbitrator.get(f"/v1/disputes/{dispute_id}/file")).json()["parcel_anomalies"]
    assert filed["kind"] == "returned_after_delivery"
    assert [(each["status"], each["raw_code"], each["partner"]) for each in filed["scans"]] == [
        ("in_transit", "DEPARTURE", "zto")
    ]


async def test_a_lost_parcel_suggests_its_reason(shop: Shop) -> None:
    await shop.shipped(lines=(KETTLE, CUP))

    async def parcel() -> dict[str, Any]:
        lines = (await shop.buyer.get("/v1/orders/ord_1/after-sale-options")).json()["lines"]
        [shown] = lines[0]["parcels"]
        return dict(shown)

    assert ((await parcel())["anomalies"], (await parcel())["suggested_reasons"]) == ([], [])
    await raised(shop, "presumed_lost", loss="lost")
    shop.clock.advance(seconds=1)
    await raised(shop, "a_kind_of_a_newer_build")
    shown = await parcel()
    assert shown["anomalies"] == ["presumed_lost", "a_kind_of_a_newer_build"]
    assert shown["suggested_reasons"] == ["lost_in_transit"]
    await ended(shop, "presumed_lost")
    assert (await parcel())["suggested_reasons"] == []


async def test_a_receipt_by_somebody_for_the_receiver_suggests_and_asserts_nothing(shop: Shop) -> None:
    await shop.delivered()
    await raised(shop, "other_receiver")
    lines = (await shop.buyer.get("/v1/orders/ord_1/after-sale-options")).json()["lines"]
    assert [(each["anomalies"], each["suggested_reasons"]) for each in lines[0]["parcels"]] == [
        (["other_receiver"], [])
    ]
    _, dispute_id = await shop.disputed()
    [filed] = (await shop.arbitrator.get(f"/v1/disputes/{dispute_id}/file")).json()["parcel_anomalies"]
    assert "他人代收" in filed["text"]["zh_cn"]
    assert "否认" not in filed["text"]["zh_cn"]


async def steps(shop: Shop, case_id: str) -> list[dict[str, Any]]:
    shown = (await shop.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"]
    return [each for each in shown if each["action"].endswith("_anomaly")]


async def test_the_timeline_of_a_case_shows_what_goes_wrong_with_its_goods_and_how_it_ends(shop: Shop) -> None:
    await shop.shipped(lines=(KETTLE, CUP))
    case = await shop.case(2, type_="refund_only", reason="no_tracking")
    await raised(shop, "presumed_lost", loss="lost")
    shop.clock.advance(hours=1)
    await ended(shop, "presumed_lost", cause="resolved", resolution="found")
    begun, over = await steps(shop, case["id"])
    assert (begun["action"], begun["actor_role"], begun["state"]) == ("raise_anomaly", "system", case["state"])
    assert begun["text"]["zh_cn"] == "包裹出现异常：运单 73001，长时间无物流信息，按丢失处理"
    assert begun["text"]["en"].startswith("Something is wrong with a parcel: waybill 73001, without a scan")
    assert over["text"]["zh_cn"].endswith("（已找回）")
    assert over["text"]["en"].endswith("(the parcel was found)")


async def test_a_parcel_without_goods_of_the_case_and_a_case_that_has_ended_have_no_such_step(shop: Shop) -> None:
    await shop.shipped(lines=(KETTLE, CUP))
    case = await shop.case(2, type_="refund_only", reason="no_tracking")
    await shop.act(shop.buyer, case["id"], "cancel")
    await raised(shop, "lost", loss="lost")
    assert await steps(shop, case["id"]) == []
