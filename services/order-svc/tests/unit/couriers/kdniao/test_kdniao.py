"""KDNiao 快递鸟: several parcels a push, odd times, entries without success. The digest is from openssl."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from courier_pushes import SIGNERS, accepted, examined_as, parsed, shown
from courier_wire import form
from order_svc.integrations.couriers.registry import COURIERS


def trace(at: str, text: str = "", action: str | None = None) -> dict[str, Any]:
    return {"AcceptTime": at, "AcceptStation": text} | ({"Action": action} if action else {})


def entry(*traces: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"LogisticCode": "YT1", "ShipperCode": "YTO", "Success": True, "Traces": list(traces)} | more


def push(*entries: dict[str, Any]) -> dict[str, Any]:
    return {
        "EBusinessID": "1151847",
        "PushTime": "2026-3-1 16:21:06",
        "Count": str(len(entries)),
        "Data": list(entries),
    }


def test_the_digest_is_base64_of_the_hexadecimal_text() -> None:
    signed = form(RequestData='{"Data":[]}', RequestType="101", DataSign="ODVjNWQ5ZGY4NjBjOWE4MzhiZDcwY2ZjNzhiMjdkNjI=")
    assert examined_as("kdniao", signed, "app-key").verified
    assert not examined_as("kdniao", signed, "app-kez").verified


def test_a_push_that_is_encoded_once_more_is_the_same_push() -> None:
    signed = SIGNERS["kdniao"](push(entry(trace("2026-03-01 08:00:00", "到达", "2"))), "app-key")
    fields = dict(part.split("=") for part in signed.raw.decode().split("&"))
    twice = "&".join(f"{name}={quote(value) if name != 'RequestType' else value}" for name, value in fields.items())
    once, again = (
        examined_as("kdniao", signed, "app-key"),
        examined_as("kdniao", type(signed)(twice.encode()), "app-key"),
    )
    assert again.verified
    assert (again.content, again.push_id) == (once.content, once.push_id)


def test_actions_of_traces_are_their_codes() -> None:
    reports = parsed(
        "kdniao", push(entry(trace("2026/03/01 08:00:00", "派件", "202"), trace("2026-02-28 20:00:00", "揽收", "1")))
    )
    assert shown(reports) == [("picked_up", "1", "02-28 12:00:00"), ("out_for_delivery", "202", "03-01 00:00:00")]


def test_pushes_of_type_101_have_the_state_of_the_parcel_only() -> None:
    reports = parsed("kdniao", push(entry(trace("2026-03-01 12:00:00", "签收 家人代收"), State="3")))
    assert shown(reports) == [("unknown", None, "03-01 04:00:00"), ("delivered", "3", "03-01 04:00:00")]
    assert reports[-1].scan.delivered_to == "proxy"


@pytest.mark.parametrize(
    "at", ["2026/03/01 08:16:266", "2026-03-01 008:16:26", "2026-3-1 8:16:26", "2026-03-01T08:16:26.5"]
)
def test_odd_times(at: str) -> None:
    [report] = parsed("kdniao", push(entry(trace(at, "", "2"))))
    assert f"{report.scan.occurred_at:%Y-%m-%d %H:%M:%S}" == "2026-03-01 00:16:26"


def test_several_parcels_and_one_without_success() -> None:
    failed = {"LogisticCode": "SF9", "ShipperCode": "SF", "Success": False, "Reason": "三天无轨迹", "Traces": []}
    reports = parsed(
        "kdniao", push(entry(trace("2026-03-01 08:00:00", "", "2")), failed, entry(LogisticCode="YT2", State="0"))
    )
    assert [(each.carrier, each.waybill_no) for each in reports] == [("yto", "YT1")]
    assert reports.notes == ("SF9: 三天无轨迹",)


def test_the_order_number_is_the_reference_and_names_of_carriers_are_theirs() -> None:
    [report] = parsed("kdniao", push(entry(trace("2026-03-01 08:00:00", "", "2"), ShipperCode="HTKY", OrderCode="O-1")))
    assert (report.carrier, report.reference) == ("best", "O-1")


def test_return_and_forward() -> None:
    rows = [trace("2026-03-01 08:00:00", "客户拒收", "404"), trace("2026-03-02 08:00:00", "退回签收", "406")]
    assert [each.scan.status for each in parsed("kdniao", push(entry(*rows)))] == ["returning", "returned"]


def test_acknowledgements() -> None:
    body = json.loads(accepted("kdniao", push()).body)
    assert body == {"EBusinessID": "1151847", "UpdateTime": "2026-03-02 12:00:00", "Success": True, "Reason": ""}
    refused = COURIERS["kdniao"].refused("signature_invalid", "DataSign does not fit")
    assert json.loads(refused.body)["Success"] is False
    assert json.loads(refused.body)["Reason"].startswith("signature_invalid")
