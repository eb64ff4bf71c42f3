"""For how long what people or other processes are to do has waited, as figures for alarms."""


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
