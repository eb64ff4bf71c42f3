"""J&T 极兔: headers, objects and arrays, codes as numbers, and one code with two meanings in two countries. Digest from openssl."""

import json
from typing import Any

import pytest
from courier_pushes import accepted, examined_as, parsed, shown
from courier_wire import Signed, form
from order_svc.integrations.couriers.registry import COURIERS


def parcel(*details: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"billCode": "JT1", "details": list(details)} | more


def detail(code: object, at: str = "2026-03-01 12:00:00", **more: Any) -> dict[str, Any]:
    return {"scanTypeCode": code, "scanTime": at} | more


def test_the_digest_is_a_header() -> None:
    signed = form(bizContent='{"billCode":"JT1","details":[]}')
    assert examined_as("jt", Signed(signed.raw, {"digest": "w1LJzSd6uJQBCXqSVSkurQ=="}), "private").verified
    assert not examined_as("jt", Signed(signed.raw, {"digest": "w1LJzSd6uJQBCXqSVSkurQ=="}), "privatf").verified
    assert not examined_as("jt", signed, "private").verified


@pytest.mark.parametrize(("partner", "status"), [("jt-my", "exception"), ("jt-vn", "in_transit"), ("jt", "exception")])
def test_one_code_has_the_meaning_of_its_country(partner: str, status: str) -> None:
    assert [each.scan.status for each in parsed(partner, parcel(detail(110)))] == [status]


def test_clocks_are_those_of_the_country() -> None:
    hours = {
        partner: parsed(partner, parcel(detail(110)))[0].scan.occurred_at.hour for partner in ("jt", "jt-my", "jt-vn")
    }
    assert hours == {"jt": 4, "jt-my": 4, "jt-vn": 5}


def test_codes_may_be_numbers_times_may_have_a_t_and_texts_may_be_absent() -> None:
    reports = parsed("jt-my", parcel(detail(10, "2026-03-01T08:00:00"), detail("100", desc="Signed by: AHMAD BIN ALI")))
    assert shown(reports) == [("picked_up", "10", "03-01 00:00:00"), ("delivered", "100", "03-01 04:00:00")]
    assert [each.text for each in reports] == ["", "Signed by: *"]


def test_several_parcels_in_one_push() -> None:
    reports = parsed(
        "jt", [parcel(detail(30), txlogisticId="O-1"), parcel(detail(94), billCode="JT2"), {"details": []}]
    )
    assert [(each.waybill_no, each.reference, each.scan.status) for each in reports] == [
        ("JT1", "O-1", "in_transit"),
        ("JT2", None, "out_for_delivery"),
    ]
    assert reports.notes == ("entry 3: billCode: Field required",)


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        (200, "exception", "carrier_damaged_parcel"),
        (302, "exception", "consignee_refused"),
        (700, "ready_for_pickup", None),
        (172, "returning", None),
        (173, "returned", None),
        (300, "lost", None),
        (999, "unknown", None),
    ],
)
def test_codes(code: int, status: str, reason: str | None) -> None:
    [report] = parsed("jt-my", parcel(detail(code)))
    assert (report.scan.status, report.scan.reason, report.known) == (status, reason, code != 999)


def test_a_name_is_listed_where_there_is_no_code() -> None:
    [report] = parsed("jt", parcel(detail(None, scanType="快件签收")))
    assert (report.scan.status, report.scan.raw_code, report.unlisted) == ("unknown", None, "快件签收")


def test_unknown_codes_of_vietnam_are_unknown_and_not_those_of_malaysia() -> None:
    assert [each.known for each in parsed("jt-vn", parcel(detail(100), detail(103)))] == [False, False]


def test_acknowledgements() -> None:
    body = json.loads(accepted("jt", parcel()).body)
    assert (body["code"], body["data"], len(body["requestId"])) == ("1", "SUCCESS", 36)
    assert json.loads(COURIERS["jt"].refused("signature_invalid", "").body)["code"] == "0"
