"""YTO 圆通: XML, the number of the order in the place of the waybill, times in any form, and what XML may not have."""

import pytest
from courier_pushes import accepted, examined, examined_as, parsed, shown
from courier_wire import form
from order_svc.integrations.couriers.elements import document
from order_svc.integrations.couriers.registry import COURIERS


def push(status: str, **more: str | None) -> str:
    fields = {
        "logisticProviderID": "YTO",
        "txLogisticID": "LP-1",
        "clientID": "K1",
        "infoType": "STATUS",
        "infoContent": status,
    }
    fields |= {"acceptTime": "2026-03-01 12:00:00.0 CST"} | more  # type: ignore[assignment]
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in fields.items() if text is not None)
    return f'<?xml version="1.0" encoding="UTF-8"?><UpdateInfo>{inner}</UpdateInfo>'


def test_the_digest_covers_the_xml_and_a_secret_of_six_characters() -> None:
    signed = form(logistics_interface="<UpdateInfo/>", data_digest="XcyIVbXlO5Gz56iZ4x6IPQ==")
    assert examined_as("yto", signed, "123456").verified
    assert not examined_as("yto", signed, "123457").verified


@pytest.mark.parametrize(
    ("status", "more", "expected", "reason"),
    [
        ("ACCEPT", {}, "pending", None),
        ("UNACCEPT", {}, "cancelled", None),
        ("NOT_SEND", {}, "exception", "pickup_failed"),
        ("GOT", {}, "picked_up", None),
        ("AIRSEND", {}, "in_transit", None),
        ("SENT_SCAN", {}, "out_for_delivery", None),
        ("INBOUND", {}, "ready_for_pickup", None),
        ("SIGNED", {"name": "张三"}, "delivered", None),
        ("SIGNED", {"name": "退件"}, "returned", None),
        ("FAILED", {"remark": "收方客户拒收"}, "attempt_failed", "consignee_refused"),
        ("FAILED", {"remark": "电话无人接听"}, "attempt_failed", None),
        ("TMS_RETURN", {}, "returning", None),
        ("SOMETHING_NEW", {}, "unknown", None),
    ],
)
def test_codes(status: str, more: dict[str, str], expected: str, reason: str | None) -> None:
    [report] = parsed("yto", push(status, **more))
    assert (report.scan.status, report.scan.reason) == (expected, reason)
    assert (report.carrier, report.waybill_no, report.reference) == ("yto", "", "LP-1")


@pytest.mark.parametrize("at", ["2017-05-1 14:28:31.0 CST", "2017-05-01 14:28:31", "2017-05-01T14:28:31+08:00"])
def test_times_are_of_china(at: str) -> None:
    assert shown(parsed("yto", push("GOT", acceptTime=at))) == [("picked_up", "GOT", "05-01 06:28:31")]


def test_a_scan_without_a_time_happened_when_it_arrived() -> None:
    [report] = parsed("yto", push("GOT", acceptTime=None, clientID=None))
    assert report.undated


def test_who_signed_is_masked_and_what_kind_of_receiver_is_kept() -> None:
    [report] = parsed("yto", push("SIGNED", name="李四", remark="李四 丰巢代收"))
    assert (report.text, report.scan.delivered_to) == ("* 丰巢代收", "locker")


def test_messages_of_other_kinds_are_about_something_else() -> None:
    assert parsed("yto", push("1", infoType="ORDER")) == []


BOMB = (
    '<!DOCTYPE a [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]><UpdateInfo><txLogisticID>&b;</txLogisticID></UpdateInfo>'
)
EXTERNAL = (
    '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><UpdateInfo><txLogisticID>&a;</txLogisticID></UpdateInfo>'
)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (BOMB, "document type"),
        (EXTERNAL, "document type"),
        ('<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd"><a/>', "document type"),
        ("<a>&b;</a>", "well-formed"),
        ("<a><b></a>", "well-formed"),
        ("a", "well-formed"),
        ("<a/><b/>", "well-formed"),
        ("<a>" * 10_000, "levels"),
        ("<a>" + "<b/>" * 2000 + "</a>", "elements"),
        ("\ufeff<a>\x00</a>", "well-formed"),
        ("<UpdateInfo/>", "txLogisticID"),
        (push("GOT", txLogisticID="运单"), "txLogisticID"),
        (push("GOT", infoContent=None), "infoContent"),
        (push("GOT", acceptTime="yesterday"), "RFC 3339"),
    ],
)
def test_signed_xml_that_cannot_be_read_has_a_reason_and_its_acknowledgement(content: str, why: str) -> None:
    push_of = examined("yto", content)
    assert push_of.verified
    assert push_of.rejection is not None
    assert why in push_of.rejection.detail
    assert b"<success>true</success>" in COURIERS["yto"].accepted("irrelevant", push_of).body  # type: ignore[arg-type]


def test_a_document_is_the_text_that_was_given_whatever_encoding_it_declares() -> None:
    assert document('<?xml version="1.0" encoding="GBK"?><a>签收</a>').text == "签收"


def test_acknowledgements() -> None:
    taken = accepted("yto", push("GOT", txLogisticID="LP-1"))
    assert taken.body.decode().count("<txLogisticID>LP-1</txLogisticID><success>true</success>") == 1
    refused = COURIERS["yto"].refused("signature_invalid", "a < b & c").body.decode()
    assert "<success>false</success><reason>signature_invalid: a &lt; b &amp; c</reason>" in refused
    assert document(refused).child_text("success") == "false"
