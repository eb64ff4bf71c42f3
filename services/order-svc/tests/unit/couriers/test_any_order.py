"""Whatever the order in which the pushes of a partner arrive, and however often: the parcel ends with the same status and history."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aftercare_simulators.couriers import LIVES, PARTNERS, Partner, Request, Scan, life
from hypothesis import given, settings
from hypothesis import strategies as st
from order_svc.domain import tracking
from order_svc.domain.anomalies import reports
from order_svc.domain.anomalies.codes import AnomalyKind
from order_svc.domain.tracking import Parcel, ParcelLeg, ParcelScan, ParcelStatus
from order_svc.integrations.couriers.registry import COURIERS

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECRET = "whsec_" + "c2ltdWxhdG9yLXNlY3JldC1vZi10aGUtdGVzdHM="
EACH = pytest.mark.parametrize("name", PARTNERS)


def parcel(**changed: Any) -> Parcel:
    facts: dict[str, Any] = {
        "id": "parcel_1",
        "version": 1,
        "order_id": "ord_1",
        "case_id": None,
        "buyer_id": "buyer-1",
        "merchant_id": "m-1",
        "leg": ParcelLeg.OUTBOUND,
        "carrier": "zto",
        "waybill_no": "73001",
        "status": ParcelStatus.PENDING,
        "reason": None,
        "terminal": False,
        "delivered_to": None,
        "status_at": START,
        "handed_over_at": START,
        "created_at": START,
    }
    return Parcel(**facts | changed)


def kept(partner: Partner, pushes: list[Request]) -> list[ParcelScan]:
    """The scans that are kept of pushes in this order: each once, when it arrives first."""
    found: dict[str, ParcelScan] = {}
    for number, push in enumerate(pushes):
        for report in COURIERS[partner.adapter].parse(push.body):
            scan = report.scan
            arrived = ParcelScan(
                parcel_id="parcel_1",
                key=scan.key,
                status=scan.status,
                reason=scan.reason,
                terminal=scan.terminal,
                delivered_to=scan.delivered_to,
                raw_code=scan.raw_code,
                occurred_at=scan.occurred_at,
                received_at=START + timedelta(days=10, seconds=number),
            )
            found.setdefault(scan.key, arrived)
    return list(found.values())


def end(scans: list[ParcelScan]) -> tuple[str | None, str | None, list[tuple[str, datetime]], set[AnomalyKind]]:
    """Status, receiver, history and reported anomalies of a parcel with these scans."""
    last = tracking.latest(scans)
    ordered = tracking.in_order(scans)
    now = (
        parcel() if last is None else parcel(status=last.status, terminal=last.terminal, delivered_to=last.delivered_to)
    )
    history = [(scan.status.value, scan.occurred_at) for scan in ordered]
    return last and last.status.value, last and last.delivered_to, history, set(reports.shown(now, ordered))


def reported(partner: Partner, name: str) -> tuple[list[Scan], list[Request]]:
    history = list(life(partner, name, waybill_no="73001", since=START, carrier="zto", reference="ref-73001"))
    return history, [partner.encode(history[: place + 1], SECRET) for place in range(len(history))]


@EACH
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_order_and_any_repetition_give_the_same_end(name: str, data: st.DataObject) -> None:
    partner = PARTNERS[name]
    history, pushes = reported(partner, data.draw(st.sampled_from(sorted(LIVES)), label="life"))
    expected = end(kept(partner, pushes))
    repeated = pushes + data.draw(st.lists(st.sampled_from(pushes), max_size=6), label="again") if pushes else []
    arrived = data.draw(st.permutations(repeated), label="arrived")

    assert end(kept(partner, arrived)) == expected
    assert [status for status, _ in expected[2]] == [partner.shown.get(scan.status, scan.status) for scan in history]
    if partner.histories and arrived:
        # One push with the whole history is as good as all of them.
        assert end(kept(partner, [pushes[-1]])) == expected


@EACH
@pytest.mark.parametrize("name_of_life", LIVES)
def test_the_status_at_the_end_is_the_true_one(name: str, name_of_life: str) -> None:
    partner = PARTNERS[name]
    history, pushes = reported(partner, name_of_life)
    final = [scan.status for scan in history if scan.status in (*tracking.TERMINAL,)]
    if final:
        assert end(kept(partner, pushes))[0] == final[-1]
