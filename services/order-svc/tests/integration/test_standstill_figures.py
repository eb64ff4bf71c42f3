"""For how long what people or other processes are to do has waited, as figures for alerts."""

import httpx
from order_svc.commands.payments import call_queue


def figure(shop, name: str) -> float:
    text = shop.h.runtime.metrics.exposition().decode()
    [line] = (each for each in text.splitlines() if each.startswith(f"{name} "))
    return float(line.split()[-1])


ANOMALY = """
    INSERT INTO parcel_anomalies (id, parcel_id, order_id, merchant_id, leg, carrier, waybill_no, kind, since, state, raised_at)
    VALUES ('anom_1', $1, $2, 'm-1', 'outbound', 'zto', '73000001', 'lost', $3, 'open', $3)
"""


async def test_the_oldest_anomaly_that_nobody_has_acknowledged_is_measured(shop) -> None:
    order, _ = await shop.paid()
    parcel = await shop.ship(order, 1)
    await shop.h.run_workers("standstill-figures")
    assert figure(shop, "aftercare_parcel_anomaly_oldest_open_seconds") == 0
    await shop.h.runtime.pool.execute(ANOMALY, parcel["id"], order["id"], shop.h.clock.now())
    shop.h.clock.advance(hours=2)
    await shop.h.run_workers("standstill-figures")
    assert figure(shop, "aftercare_parcel_anomaly_oldest_open_seconds") == 7200
    for name in ("aftercare_shipping_call_overdue_seconds", "aftercare_label_file_oldest_seconds"):
        assert figure(shop, name) == 0
    answer = await shop.seller.post("/v1/parcel-anomalies/anom_1/acknowledge", json={})
    assert answer.status_code == 200, answer.text
    await shop.h.run_workers("standstill-figures")
    assert figure(shop, "aftercare_parcel_anomaly_oldest_open_seconds") == 0


async def test_a_refund_of_unknown_outcome_and_a_call_that_nobody_makes_are_measured(shop) -> None:
    order, _ = await shop.paid()
    shop.network.fail(httpx.ReadTimeout)
    await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")
    await shop.h.run_workers(call_queue.WORKER)
    shop.h.clock.advance(hours=25)
    await shop.h.run_workers("standstill-figures")
    assert figure(shop, "aftercare_refund_unknown_oldest_seconds") == 25 * 3600
    assert figure(shop, "aftercare_provider_call_overdue_seconds") > 24 * 3600
    shop.network.restore()
    await shop.settle()
    await shop.h.run_workers("standstill-figures")
    for name in ("aftercare_refund_unknown_oldest_seconds", "aftercare_provider_call_overdue_seconds"):
        assert figure(shop, name) == 0


async def test_a_callback_that_nobody_processes_is_measured(shop) -> None:
    _, payment = await shop.paid()
    data = {"payment_id": payment["id"], "reference": "sim-1", **payment["amount"]}
    await shop.post_callback("payment.succeeded", data, message_id="msg_late")
    shop.h.clock.advance(hours=1)
    await shop.h.run_workers("standstill-figures")
    assert figure(shop, "aftercare_partner_push_overdue_seconds") == 3600
    await shop.process_callbacks()
    await shop.h.run_workers("standstill-figures")
    assert figure(shop, "aftercare_partner_push_overdue_seconds") == 0
