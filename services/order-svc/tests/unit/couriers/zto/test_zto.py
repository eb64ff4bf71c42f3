"""ZTO 中通: each edge case of its pushes. The digests in VECTORS were computed with openssl."""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from order_svc.domain.tracking import ParcelScan, ParcelStatus, latest
from order_svc.integrations.couriers.partners.zto import Zto
from order_svc.integrations.couriers.port import DeliveredTo, Report
from order_svc.integrations.pushes import Acceptance, Rejection, examine
from order_svc.integrations.signatures import md5_base64

ZTO = Zto()
SECRET = "0f5c1d9a7b3e4f60"
NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
VECTORS = [
    ('{"billCode":"73000000000001","action":"GOT","actionTime":"2026-03-01 09:12:33"}', "wS7boQJ6rjAwsWbSbYoWNA=="),
    ('{"billCode":"73000000000001","action":"SIGNED","desc":"快件已签收"}', "ghjUMAjCte9N1RPsIy/HhA=="),
]


def trace(action: str, at: str = "2026-03-01 12:00:00", **more: Any) -> dict[str, Any]:
    return {"billCode": "73000000000001", "action": action, "actionTime": at, **more}


def push(data: object, secret: str = SECRET, **fields: str) -> bytes:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    form = {
        "data": text,
        "data_digest": md5_base64(text + secret),
        "company_id": "c-1",
        "msg_type": "Traces",
        "token": "",
    }
    return urlencode(form | fields).encode()


def parsed(action: str, **more: Any) -> Report:
    (report,) = ZTO.parse(push(trace(action, **more)))
    return report


def status_after(reports: Sequence[Report]) -> ParcelStatus | None:
    history = [
        ParcelScan(
            parcel_id="par_1",
            key=report.scan.key,
            status=report.scan.status,
            reason=report.scan.reason,
            terminal=report.scan.terminal,
            delivered_to=report.scan.delivered_to,
            raw_code=report.scan.raw_code,
            occurred_at=report.scan.occurred_at,
            received_at=NOW + timedelta(seconds=arrival),
        )
        for arrival, report in enumerate(reports)
    ]
    found = latest(history)
    return found.status if found else None


@pytest.mark.parametrize(("data", "digest"), VECTORS)
def test_digests(data, digest):
    assert md5_base64(data + SECRET) == digest
    assert ZTO.verify(push(data, data_digest=digest), {}, [SECRET], NOW) is None


def test_one_changed_byte_is_refused_in_zto_s_format_with_200():
    raw = push(trace("GOT")).replace(b"73000000000001", b"73000000000002")
    refused = ZTO.verify(raw, {}, [SECRET], NOW)
    assert isinstance(refused, Rejection)
    answer = ZTO.refused(refused.code, refused.detail)
    assert answer.status == 200
    assert json.loads(answer.body)["status"] is False


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: b"&" + raw,
        lambda raw: raw + b"&",
        lambda raw: raw.replace(b"&", b"&&"),
        lambda raw: raw + b"&flag",
        lambda raw: raw + b"&=nameless&=twice",
        lambda raw: raw.replace(b"token=", b"token"),
        lambda raw: raw.replace(b"+", b"%20"),
        lambda raw: raw + b"&note=a;b",
    ],
)
def test_a_form_with_loose_ends_is_the_same_push(change):
    raw = push(trace("GOT", desc="a b"))
    changed = change(raw)
    assert changed != raw
    assert ZTO.verify(changed, {}, [SECRET], NOW) is None
    assert ZTO.parse(changed) == ZTO.parse(raw)
    assert ZTO.push_id(changed, {}) == ZTO.push_id(raw, {})


@pytest.mark.parametrize(
    "raw", [b"", b"hello", b"\xff\xfe", b"data=x", b"data_digest=x", b"data=1&data=2&data_digest=x"]
)
def test_a_push_without_any_proof_is_401(raw):
    refused = ZTO.verify(raw, {}, [SECRET], NOW)
    assert refused is not None
    assert ZTO.refused(refused.code, refused.detail).status == 401


def test_the_previous_secret_is_accepted_during_its_grace():
    raw = push(trace("GOT"), secret="the-old-secret")
    assert ZTO.verify(raw, {}, [SECRET], NOW) is not None
    assert ZTO.verify(raw, {}, [SECRET, "the-old-secret"], NOW) is None


def test_acknowledgement():
    answer = ZTO.accepted(Acceptance.PROCESSED, examine(ZTO, push(trace("GOT")), {}, [SECRET], NOW))
    assert answer.status == 200
    assert json.loads(answer.body) == {"message": "", "result": "success", "status": True, "statusCode": "0"}


@pytest.mark.parametrize(
    ("action", "status", "terminal"),
    [
        ("GOT", "picked_up", False),
        ("ARRIVAL", "in_transit", False),
        ("DEPARTURE", "in_transit", False),
        ("DISPATCH", "out_for_delivery", False),
        ("INBOUND", "ready_for_pickup", False),
        ("HANDOVERSCAN_SIGNED", "ready_for_pickup", False),
        ("DEPARTURE_SIGNED", "delivered", True),
        ("SIGNED", "delivered", True),
        ("PROBLEM", "exception", False),
        ("RETURN_SCAN", "returning", False),
        ("RETURN_SIGNED", "returned", True),
        ("SOMETHING_NEW", "unknown", False),
    ],
)
def test_actions(action, status, terminal):
    report = parsed(action)
    assert (report.carrier, report.waybill_no) == ("zto", "73000000000001")
    assert (report.scan.status, report.scan.terminal, report.scan.raw_code) == (status, terminal, action)


def test_times_without_zone_are_china_time():
    assert parsed("GOT").scan.occurred_at == datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


def test_left_at_a_station_is_not_delivered_and_collecting_it_is():
    left = parsed("HANDOVERSCAN_SIGNED", at="2026-03-01 12:00:00")
    collected = parsed("DEPARTURE_SIGNED", at="2026-03-01 18:30:00")
    assert status_after([left]) == "ready_for_pickup"
    assert status_after([collected, left]) == "delivered"
    assert (left.scan.delivered_to, collected.scan.delivered_to) == (DeliveredTo.STATION, DeliveredTo.PERSON)


@pytest.mark.parametrize(
    ("fields", "receiver"),
    [
        ({"desc": "快件已由【张伟】签收", "expressSigner": "张伟"}, DeliveredTo.PERSON),
        ({"desc": "快件已由【家人】签收", "expressSigner": "家人"}, DeliveredTo.PROXY),
        ({"desc": "快件已由【物业代收】签收"}, DeliveredTo.PROXY),
        ({"desc": "快件已由【丰巢智能柜】签收"}, DeliveredTo.LOCKER),
        ({"desc": "快件已由【妈妈驿站】签收"}, DeliveredTo.STATION),
        ({}, DeliveredTo.PERSON),
    ],
)
def test_who_signed(fields, receiver):
    assert parsed("SIGNED", **fields).scan.delivered_to == receiver


def test_the_code_decides_and_the_text_is_kept():
    report = parsed("DISPATCH", desc="正在为您分配快递员，快件已签收")
    assert report.scan.status == "out_for_delivery"
    assert "分配快递员" in report.text


def test_signed_after_a_return_scan_means_the_sender_has_it_back():
    back = parsed("RETURN_SCAN", at="2026-03-02 09:00:00", desc="客户拒收，快件退回")
    signed = parsed("SIGNED", at="2026-03-04 09:00:00")
    assert status_after([parsed("GOT"), back, signed]) == "returned"
    assert status_after([signed, back]) == "returned"
    assert status_after([parsed("GOT"), signed]) == "delivered"


def test_a_return_scan_that_only_changes_the_address_is_no_return():
    changed = parsed("RETURN_SCAN", at="2026-03-02 09:00:00", desc="收件人申请改地址")
    assert (changed.scan.status, changed.scan.reason) == ("in_transit", "address_changed")
    assert status_after([changed, parsed("SIGNED", at="2026-03-03 09:00:00")]) == "delivered"


def test_a_refusal_by_the_consignee_is_the_reason():
    report = parsed("PROBLEM", desc="客户拒收", problemCode="15")
    assert (report.scan.status, report.scan.reason, report.scan.raw_code) == (
        "exception",
        "consignee_refused",
        "PROBLEM:15",
    )


def test_the_same_scan_twice_has_one_key_and_a_second_pick_up_another():
    assert parsed("GOT").scan.key == parsed("GOT", facilityName="另一网点").scan.key
    assert parsed("GOT").scan.key != parsed("GOT", at="2026-03-01 12:01:00").scan.key


STORY = [
    ("GOT", "2026-03-01 09:00:00"),
    ("GOT", "2026-03-01 09:01:00"),
    ("DEPARTURE", "2026-03-01 10:00:00"),
    ("ARRIVAL", "2026-03-02 06:00:00"),
    ("DISPATCH", "2026-03-02 08:00:00"),
    ("INBOUND", "2026-03-02 11:00:00"),
    ("HANDOVERSCAN_SIGNED", "2026-03-02 11:00:00"),
    ("DEPARTURE_SIGNED", "2026-03-02 19:00:00"),
    ("SIGNED", "2026-03-02 19:00:05"),
]


@given(st.permutations(STORY * 2))
def test_pushes_in_any_order_and_twice_lead_to_one_status(story):
    known: dict[str, Report] = {}
    for action, at in story:
        report = parsed(action, at=at)
        known.setdefault(report.scan.key, report)
    assert status_after(list(known.values())) == "delivered"


def test_names_and_numbers_are_masked():
    report = parsed(
        "DISPATCH",
        courier="李雷",
        desc="【杭州市】(0571-88000000)的业务员李雷(13800000000)正在派件，联系人：韩梅梅，如有疑问请电联 138 0000 0001",
    )
    for secret in ("李雷", "韩梅梅", "0571", "1380", "0001"):
        assert secret not in report.text
    assert "【杭州市】" in report.text


def test_a_list_of_traces_is_read_and_other_messages_have_no_reports():
    assert len(ZTO.parse(push([trace("GOT"), trace("SIGNED")]))) == 2
    assert ZTO.parse(push(trace("GOT"), msg_type="OrderStatus")) == []


@pytest.mark.parametrize(
    "data",
    [
        "not json",
        "null",
        "[" * 5000,
        {"billCode": "73000000000001"},
        trace("GOT", at="yesterday"),
        trace("GOT", at="0001-01-01 00:00:00"),
        trace("GOT\x00"),
        trace(""),
        trace("GOT") | {"billCode": "x" * 101},
        trace("GOT") | {"billCode": ""},
        trace("GOT") | {"billCode": "运单七三"},
    ],
)
def test_unreadable_traces_have_a_reason(data):
    with pytest.raises(ValueError, match=r"\w"):
        ZTO.parse(push(data))


@given(st.binary(max_size=400))
def test_garbage_is_refused(raw):
    assert ZTO.verify(raw, {}, [SECRET], NOW) is not None


@given(st.text(max_size=200).filter(lambda text: text.isprintable()))
def test_signed_garbage_is_read_or_refused_with_a_value_error(data):
    raw = push(data)
    if ZTO.verify(raw, {}, [SECRET], NOW) is None:
        with suppress(ValueError):
            ZTO.parse(raw)


@given(st.text(), st.sampled_from(["desc", "courier", "expressSigner", "problemCode"]))
def test_any_text_in_a_field_is_stored_safely_or_refused(value, field):
    try:
        report = ZTO.parse(push(json.dumps(trace("PROBLEM", **{field: value}))))[0]
    except ValueError:
        return
    assert "\x00" not in report.text + report.scan.raw_code
    report.text.encode()
