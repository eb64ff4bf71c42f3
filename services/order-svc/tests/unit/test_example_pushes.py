"""Example pushes through their adapters: each is verified on its raw bytes, read, and acknowledged in the partner's format."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest
from example_pushes import NOW, example, names
from order_svc.domain.payments.model import CallSubject
from order_svc.integrations.couriers.partners.standard_webhooks import StandardWebhooks
from order_svc.integrations.couriers.partners.zto import Zto
from order_svc.integrations.couriers.port import Courier
from order_svc.integrations.payments.port import Outcome, ProviderNotification, ProviderResult
from order_svc.integrations.payments.simulator import Simulator
from order_svc.integrations.pushes import Acceptance, ExaminedPush, examine

COURIERS: Mapping[str, Courier] = {"zto": Zto(), "standard_webhooks": StandardWebhooks()}
# status, reason, who received it, carrier, waybill, time in UTC
REPORTS: dict[str, list[tuple[str | None, ...]]] = {
    "zto_got": [("picked_up", None, None, "zto", "73000000000001", "2026-03-01T01:12:33+00:00")],
    "zto_signed_by_locker": [("delivered", None, "locker", "zto", "73000000000001", "2026-03-02T11:00:05+00:00")],
    "zto_left_at_station": [
        ("ready_for_pickup", None, "station", "zto", "73000000000001", "2026-03-02T03:00:00+00:00")
    ],
    "zto_return_scan": [("returning", None, None, "zto", "73000000000001", "2026-03-03T00:30:00+00:00")],
    "zto_address_changed": [
        ("in_transit", "address_changed", None, "zto", "73000000000001", "2026-03-03T00:30:00+00:00")
    ],
    "zto_two_traces": [
        ("in_transit", None, None, "zto", "73000000000001", "2026-03-01T14:00:00+00:00"),
        ("exception", "consignee_refused", None, "zto", "73000000000002", "2026-03-01T14:00:00+00:00"),
    ],
    "zto_order_status": [],
    "standard_webhooks_delivered": [
        ("delivered", None, "locker", "sf", "SF1234567890123", "2026-03-02T03:59:00+00:00")
    ],
    "standard_webhooks_rotation": [
        ("out_for_delivery", None, None, "sf", "SF1234567890123", "2026-03-02T03:59:00+00:00")
    ],
    "standard_webhooks_unknown_status": [("unknown", None, None, None, "SF1234567890123", "2026-03-02T03:59:00+00:00")],
    "standard_webhooks_label_printed": [],
}
FORGED = {"zto_forged": 200, "standard_webhooks_forged": 401}
PAYMENT_ID, REFUND_ID = "pay_0195a1b2c3d47e5f8a9b0c1d2e3f4a5b", "ref_0195a1b2c3d47e5f8a9b0c1d2e3f4a5c"
CALLBACKS = {
    "simulator_payment_succeeded": ProviderNotification(
        subject=CallSubject.PAYMENT,
        subject_id=PAYMENT_ID,
        result=ProviderResult(outcome=Outcome.SUCCEEDED, reference="sim-payment-000001"),
        amount_minor=29500,
        currency="CNY",
    ),
    "simulator_payment_declined": ProviderNotification(
        subject=CallSubject.PAYMENT,
        subject_id=PAYMENT_ID,
        result=ProviderResult(
            outcome=Outcome.DECLINED, reference="sim-payment-000001", failure_code="payment_declined"
        ),
        amount_minor=29500,
        currency="CNY",
    ),
    "simulator_refund_succeeded": ProviderNotification(
        subject=CallSubject.REFUND,
        subject_id=REFUND_ID,
        result=ProviderResult(outcome=Outcome.SUCCEEDED, reference="sim-refund-000002"),
        amount_minor=19133,
        currency="CNY",
    ),
    "simulator_payout_created": None,
}


def simulator() -> Simulator:
    return Simulator(httpx.AsyncClient(), url="http://sim", callback_url="http://shop/cb", secret="whsec_" + "x" * 32)


def examined(name: str, *, change: bool = False, late: timedelta = timedelta()) -> ExaminedPush[Any]:
    push = example(name)
    raw = push.raw.replace(b"1", b"2", 1) if change else push.raw
    adapter = COURIERS.get(push.partner) or simulator()
    return examine(adapter, raw, push.headers, [push.secret], NOW + late)


def test_every_example_has_its_meaning_here() -> None:
    assert names() == sorted([*REPORTS, *FORGED, *CALLBACKS])


@pytest.mark.parametrize("name", REPORTS)
def test_a_courier_s_push_is_verified_and_read(name: str) -> None:
    push = examined(name)
    assert (push.verified, push.rejection) == (True, None)
    assert [
        (r.scan.status, r.scan.reason, r.scan.delivered_to, r.carrier, r.waybill_no, r.scan.occurred_at.isoformat())
        for r in push.content
    ] == REPORTS[name]


@pytest.mark.parametrize("name", CALLBACKS)
def test_a_callback_is_verified_and_read(name: str) -> None:
    push = examined(name)
    assert (push.verified, push.rejection, push.content) == (True, None, CALLBACKS[name])


@pytest.mark.parametrize("name", [*REPORTS, *CALLBACKS])
def test_one_changed_byte_is_not_verified(name: str) -> None:
    push = examined(name, change=True)
    assert not push.verified
    assert push.rejection is not None
    assert push.rejection.code == "signature_invalid"


@pytest.mark.parametrize(("name", "status"), FORGED.items())
def test_a_forged_push_is_refused_in_the_partners_format(name: str, status: int) -> None:
    push = examined(name)
    assert (push.verified, push.content) == (False, None)
    assert push.rejection is not None
    assert COURIERS[example(name).partner].refused(push.rejection.code, push.rejection.detail).status == status


@pytest.mark.parametrize("name", [*REPORTS, *CALLBACKS])
def test_an_hour_later_only_what_signs_no_time_is_verified(name: str) -> None:
    assert examined(name, late=timedelta(hours=1)).verified is name.startswith("zto")


@pytest.mark.parametrize("name", [*REPORTS, *CALLBACKS])
def test_a_repeated_push_has_the_same_id_and_another_has_another(name: str) -> None:
    ids = {each: examined(each).push_id for each in [*REPORTS, *CALLBACKS]}
    assert examined(name).push_id == ids[name]
    assert list(ids.values()).count(ids[name]) == 1


@pytest.mark.parametrize("name", [*REPORTS, *CALLBACKS])
def test_only_the_headers_that_prove_a_push_are_kept(name: str) -> None:
    kept = examined(name).headers
    assert set(kept) == (set() if name.startswith("zto") else {"webhook-id", "webhook-timestamp", "webhook-signature"})


def test_names_and_numbers_of_people_are_masked() -> None:
    texts = [report.text for name in ("zto_got", "standard_webhooks_delivered") for report in examined(name).content]
    assert all(personal not in text for text in texts for personal in ("李雷", "王芳", "1380000", "0571"))
    assert [text for text in texts if "已揽收" in text or "丰巢" in text] == texts


@pytest.mark.parametrize("partner", COURIERS)
def test_the_acknowledgement_is_the_partners_own(partner: str) -> None:
    push = examined(next(name for name in REPORTS if name.startswith(partner)))
    accepted = COURIERS[partner].accepted(Acceptance.PROCESSED, push)
    expected = {
        "zto": {"message": "", "result": "success", "status": True, "statusCode": "0"},
        "standard_webhooks": {"status": "accepted"},
    }
    assert (accepted.status, accepted.media_type) == (200, "application/json")
    assert json.loads(accepted.body) == expected[partner]
