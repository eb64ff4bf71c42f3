"""SF 顺丰: the published digest, the token of the address, codes and their texts, numbers that change, the older XML."""

import json
from typing import Any

import pytest
from courier_pushes import SIGNERS, accepted, examined_as, parsed, shown
from courier_wire import SECRET, Signed, base64_md5, form
from order_svc.integrations.couriers.partners.sf import sf_digest
from order_svc.integrations.couriers.registry import COURIERS

CHECKWORD = "fjcg5PGKaNpPSHFAZ4QsCOkV71R3zVci"
MSG_DATA = '{"language":"zh-CN","orderId":"QIAO-20200618-004"}'


def route(op_code: str, at: str = "2026-03-01 12:00:00", **more: Any) -> dict[str, Any]:
    facts = {
        "mailno": "SF1",
        "acceptTime": at,
        "acceptAddress": "深圳市",
        "opCode": op_code,
        "id": "",
        "reasonCode": None,
    }
    return facts | more


def push(*routes: dict[str, Any]) -> dict[str, Any]:
    return {"Body": {"WaybillRoute": list(routes)}}


def test_the_published_digest() -> None:
    assert sf_digest(MSG_DATA + "12312334453453", CHECKWORD) == "IIKJtuLVzoFTu4kHI8M8vA=="
    assert sf_digest("中 *~+1", "test") == base64_md5("%E4%B8%AD+*%7E%2B1test")


def test_a_form_is_verified_by_its_digest() -> None:
    signed = form(msgData=MSG_DATA, timestamp="12312334453453", msgDigest="IIKJtuLVzoFTu4kHI8M8vA==")
    assert examined_as("sf", signed, CHECKWORD).verified
    assert not examined_as("sf", Signed(signed.raw, query=f"?token={CHECKWORD}"), "another").verified


@pytest.mark.parametrize(
    "query", ["", "?token=", "?token=key-67", "?other=key-66", "?token=key-6", "?" + "a=1&" * 50 + "token=key-66"]
)
def test_a_push_without_the_token_is_refused(query: str) -> None:
    push_of = Signed(SIGNERS["sf"](push(route("50")), SECRET).raw, query=query)
    assert not examined_as("sf", push_of, SECRET).verified


@pytest.mark.parametrize("secret", ["sécret 1", "a&b=c+d%", "密钥密钥密钥"])
def test_the_token_may_be_any_secret(secret: str) -> None:
    assert examined_as("sf", SIGNERS["sf"](push(route("50")), secret), secret).verified
    assert COURIERS["sf"].address_query(secret) == SIGNERS["sf"]("", secret).query


@pytest.mark.parametrize(
    ("op_code", "status"),
    [
        ("50", "picked_up"),
        ("54", "picked_up"),
        ("31", "in_transit"),
        ("36", "in_transit"),
        ("99", "in_transit"),
        ("44", "out_for_delivery"),
        ("204", "out_for_delivery"),
        ("130", "ready_for_pickup"),
        ("70", "attempt_failed"),
        ("33", "attempt_failed"),
        ("80", "delivered"),
        ("8000", "unknown"),
        ("648", "returning"),
        ("501", "unknown"),
    ],
)
def test_codes(op_code: str, status: str) -> None:
    [report] = parsed("sf", push(route(op_code)))
    assert (report.scan.status, report.scan.raw_code) == (status, op_code)
    assert report.known is (op_code != "501")


@pytest.mark.parametrize(
    ("op_code", "more", "status"),
    [
        ("70", {"secondaryStatusCode": "1301"}, "ready_for_pickup"),
        ("31", {"secondaryStatusCode": "301"}, "out_for_delivery"),
        ("31", {"secondaryStatusCode": "205", "secondaryStatusName": "清关中"}, "customs"),
        ("31", {"secondaryStatusCode": "205", "secondaryStatusName": "运输"}, "in_transit"),
        ("80", {"secondaryStatusCode": "201"}, "delivered"),
        ("648", {"secondaryStatusCode": "201"}, "returning"),
    ],
)
def test_the_status_code_is_preferred_where_the_scan_leaves_it_open(
    op_code: str, more: dict[str, str], status: str
) -> None:
    assert [each.scan.status for each in parsed("sf", push(route(op_code, **more)))] == [status]


def test_the_code_counts_and_the_text_is_kept() -> None:
    [report] = parsed("sf", push(route("44", remark="正在为您分配快递员")))
    assert (report.scan.status, report.text) == ("out_for_delivery", "正在为您分配快递员")


def test_a_refusal_is_in_the_text() -> None:
    [report] = parsed("sf", push(route("33", remark="派件不成功", reasonName="客户拒收", reasonCode="1")))
    assert (report.scan.reason, report.scan.raw_code) == ("consignee_refused", "33:1")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("快件已退回/转寄,新单号为: SF7444400043266", "SF7444400043266"),
        ("快件已转寄，新运单号：444003077898", "444003077898"),
        ("应客户要求，快件正在转寄中", None),
    ],
)
def test_a_parcel_that_is_sent_back_has_a_new_number(text: str, number: str | None) -> None:
    [report] = parsed("sf", push(route("648", remark=text)))
    assert (report.scan.status, report.next_waybill_no) == ("returning", number)


def test_a_scan_is_the_same_whether_it_is_pushed_or_polled() -> None:
    pushed, polled = parsed("sf", push(route("70", id="7", reasonCode="12", reasonName="无人"), route("70", id=None)))
    assert pushed.scan.key == polled.scan.key
    later, other = parsed("sf", push(route("70", "2026-03-01 12:00:01"), route("31")))
    assert len({pushed.scan.key, later.scan.key, other.scan.key}) == 3


def test_a_child_waybill_or_none_has_the_order() -> None:
    reports = parsed(
        "sf", push(route("50", orderid="O-1"), route("50", mailno=None, orderid="O-1"), route("50", mailno=""))
    )
    assert [(each.waybill_no, each.reference) for each in reports] == [("SF1", "O-1"), ("", "O-1")]
    assert len(reports.notes) == 1


def test_the_older_xml_is_read_and_acknowledged_in_xml() -> None:
    text = (
        '<Request service="RoutePushService" lang="zh-CN"><Body><WaybillRoute id="10049361" mailno="444003077898"'
        ' acceptTime="2026-03-01 12:00:00" acceptAddress="深圳" remark="上门收件" opcode="50" orderid="O-1"/></Body></Request>'
    )
    for signed in (Signed(text.encode(), query="?token=key-66"), Signed(form(content=text).raw, query="?token=key-66")):
        push_of = examined_as("sf", signed, SECRET)
        assert push_of.content is not None
        assert shown(push_of.content) == [("picked_up", "50", "03-01 04:00:00")]
        assert b"<Head>OK</Head>" in COURIERS["sf"].accepted("processed", push_of).body  # type: ignore[arg-type]


def test_acknowledgements() -> None:
    assert json.loads(accepted("sf", push()).body) == {"return_code": "0000", "return_msg": "成功"}
    assert json.loads(COURIERS["sf"].refused("signature_invalid", "").body)["return_code"] == "1000"
