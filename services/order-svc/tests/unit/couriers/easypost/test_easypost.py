"""EasyPost: the published vector, with its non-ASCII secret; statuses; events of other kinds."""

from typing import Any

import pytest
from courier_pushes import SIGNERS, examined_as, parsed, shown
from courier_wire import SECRET, Signed
from order_svc.integrations.couriers.registry import COURIERS

BATCH = (
    b'{"result":{"id":"batch_123...","object":"Batch","mode":"test","state":"created","num_shipments":0,"reference":null,'
    b'"created_at":"2022-07-26T17:22:32Z","updated_at":"2022-07-26T17:22:32Z","scan_form":null,"shipments":[],'
    b'"status":{"created":0,"queued_for_purchase":0,"creation_failed":0,"postage_purchased":0,"postage_purchase_failed":0},'
    b'"pickup":null,"label_url":null},"description":"batch.created","mode":"test","previous_attributes":null,'
    b'"completed_urls":null,"user_id":"user_123...","status":"pending","object":"Event","id":"evt_123..."}'
)
VECTOR = {"x-hmac-signature": "hmac-sha256-hex=e93977c8ccb20363d51a62b3fe1fc402b7829be1152da9e88cf9e8d07115a46b"}


def detail(status: str, at: str = "2026-03-01T04:00:00Z", **more: Any) -> dict[str, Any]:
    return {"object": "TrackingDetail", "status": status, "datetime": at} | more


def push(*details: dict[str, Any], **more: Any) -> dict[str, Any]:
    tracker = {"object": "Tracker", "tracking_code": "1Z1", "carrier": "UPS", "tracking_details": list(details)} | more
    return {"object": "Event", "id": "evt_1", "description": "tracker.updated", "result": tracker}


@pytest.mark.parametrize("secret", ["s\u00e9cret", "se\u0301cret"], ids=["composed", "decomposed"])
def test_the_published_vector_is_verified_and_is_about_something_else(secret: str) -> None:
    push_of = examined_as("easypost", Signed(BATCH, VECTOR), secret)
    assert (push_of.verified, push_of.rejection, push_of.content) == (True, None, [])
    assert push_of.headers == VECTOR
    assert COURIERS["easypost"].is_valid_secret(secret)


def test_other_proofs_are_refused() -> None:
    signed = SIGNERS["easypost"](push(), SECRET)
    assert not examined_as("easypost", Signed(signed.raw), SECRET).verified
    assert not examined_as("easypost", Signed(signed.raw, {"x-hmac-signature-v2": "x"}), SECRET).verified
    bare = signed.headers["x-hmac-signature"].partition("=")[2]
    assert not examined_as("easypost", Signed(signed.raw, {"x-hmac-signature": bare}), SECRET).verified


@pytest.mark.parametrize(
    ("status", "more", "expected"),
    [
        ("unknown", {}, "unknown"),
        ("pre_transit", {}, "pending"),
        ("in_transit", {"status_detail": "arrived_at_facility"}, "in_transit"),
        ("out_for_delivery", {}, "out_for_delivery"),
        ("available_for_pickup", {}, "ready_for_pickup"),
        ("delivered", {}, "delivered"),
        ("return_to_sender", {"status_detail": "return"}, "returning"),
        ("return_to_sender", {"message": "Delivered, To Original Sender"}, "returned"),
        ("failure", {}, "exception"),
        ("cancelled", {}, "cancelled"),
        ("error", {}, "exception"),
    ],
)
def test_statuses(status: str, more: dict[str, str], expected: str) -> None:
    [report] = parsed("easypost", push(detail(status, **more)))
    assert (report.scan.status, report.carrier, report.known) == (expected, "ups", True)


def test_a_status_that_is_not_known() -> None:
    assert [each.known for each in parsed("easypost", push(detail("teleported")))] == [False]


def test_the_history_and_a_status_that_states_more_than_its_newest_row() -> None:
    rows = [detail("in_transit", "2026-03-01T04:00:00Z"), detail("pre_transit", "2026-02-28T04:00:00Z")]
    assert shown(parsed("easypost", push(*rows, status="delivered"))) == [
        ("pending", "pre_transit", "02-28 04:00:00"),
        ("in_transit", "in_transit", "03-01 04:00:00"),
        ("delivered", "delivered", "03-01 04:00:00"),
    ]


def test_who_signed_is_masked() -> None:
    [report] = parsed(
        "easypost", push(detail("delivered", message="Signed for by JOHN TESTER"), signed_by="John Tester")
    )
    assert "TESTER" not in report.text


def test_a_time_without_an_offset_has_a_reason() -> None:
    reports = parsed("easypost", push(detail("delivered", "2026-03-01T04:00:00"), detail("in_transit")))
    assert (len(reports), reports.notes) == (1, ("entry 1: not an RFC 3339 time with offset",))


def test_signed_bytes_that_are_no_json_have_a_reason() -> None:
    signed = SIGNERS["easypost"]("签收", SECRET)
    push_of = examined_as("easypost", signed, SECRET)
    assert (push_of.verified, push_of.push_id.startswith("sha256:")) == (True, True)
    assert push_of.rejection is not None
