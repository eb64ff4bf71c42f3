"""AfterShip: tags and subtags, local times of places, the tag of the tracking, and events of other kinds. HMAC from openssl."""

import json
from typing import Any

import pytest
from courier_pushes import SIGNERS, accepted, examined, examined_as, parsed, shown
from courier_wire import SECRET, Signed
from order_svc.integrations.couriers.registry import COURIERS


def checkpoint(tag: str, at: str = "2026-03-01T12:00:00+08:00", **more: Any) -> dict[str, Any]:
    return {"tag": tag, "checkpoint_time": at} | more


def push(*checkpoints: dict[str, Any], **more: Any) -> dict[str, Any]:
    tracking = {"tracking_number": "SF1", "slug": "sf-express", "checkpoints": list(checkpoints)} | more
    return {
        "event": "tracking_update",
        "event_id": "0a1b",
        "is_tracking_first_tag": True,
        "ts": 1772420000,
        "msg": tracking,
    }


def test_the_digest_of_the_body() -> None:
    signed = Signed(
        b'{"event":"edd_revise"}', {"aftership-hmac-sha256": "pg972BFdwPKYulMYin5DQ3CdN0c2JpNl54JIKZ5axZ0="}
    )
    assert examined_as("aftership", signed, "secret").verified
    assert not examined_as("aftership", Signed(signed.raw + b" ", signed.headers), "secret").verified


def test_pushes_of_returns_have_another_header() -> None:
    signed = SIGNERS["aftership"](push(), SECRET)
    header = {"as-signature-hmac-sha256": signed.headers["aftership-hmac-sha256"]}
    assert examined_as("aftership", Signed(signed.raw, header), SECRET).verified
    assert not examined_as("aftership", Signed(signed.raw), SECRET).verified


@pytest.mark.parametrize(
    ("tag", "subtag", "status", "reason", "receiver"),
    [
        ("InfoReceived", None, "pending", None, None),
        ("InTransit", "InTransit_001", "in_transit", None, None),
        ("InTransit", "InTransit_002", "picked_up", None, None),
        ("AvailableForPickup", "AvailableForPickup_001", "ready_for_pickup", None, None),
        ("AttemptFail", "AttemptFail_002", "attempt_failed", "consignee_not_available", None),
        ("Delivered", "Delivered_002", "delivered", None, "person"),
        ("Delivered", "Delivered_003", "delivered", None, "person"),
        ("Exception", "Exception_004", "customs", "customs_delay", None),
        ("Exception", "Exception_010", "returning", None, None),
        ("Exception", "Exception_011", "returned", None, None),
        ("Exception", "Exception_013", "lost", None, None),
        ("Exception", "Exception_020", "cancelled", None, None),
        ("Delivered", "Delivered_005", "delivered", None, "proxy"),
        ("Expired", "Expired_001", "unknown", None, None),
        ("Teleported", None, "unknown", None, None),
    ],
)
def test_tags(tag: str, subtag: str | None, status: str, reason: str | None, receiver: str | None) -> None:
    [report] = parsed("aftership", push(checkpoint(tag, subtag=subtag)))
    scan = report.scan
    assert (scan.status, scan.reason, scan.delivered_to, report.known) == (
        status,
        reason,
        receiver,
        tag != "Teleported",
    )


@pytest.mark.parametrize(
    ("more", "at"),
    [
        ({"checkpoint_time": "2026-03-01T12:00:00+01:00"}, "03-01 11:00:00"),
        ({"checkpoint_time": "2026-03-01T12:00:00Z"}, "03-01 12:00:00"),
        ({"country_iso3": "JPN"}, "03-01 03:00:00"),
        ({"country_iso3": "CHN"}, "03-01 04:00:00"),
        ({"country_iso3": "DEU", "checkpoint_time": "2026-07-01T12:00:00"}, "07-01 10:00:00"),
        ({"country_iso3": "USA", "created_at": "2026-03-01T18:30:00+00:00"}, "03-01 18:30:00"),
        ({"country_iso3": "USA"}, "03-01 12:00:00"),
        ({}, "03-01 12:00:00"),
    ],
)
def test_a_time_without_an_offset_is_that_of_the_place(more: dict[str, str], at: str) -> None:
    [report] = parsed("aftership", push(checkpoint("InTransit", "2026-03-01T12:00:00") | more))
    assert f"{report.scan.occurred_at:%m-%d %H:%M:%S}" == at


def test_the_tag_may_be_newer_than_the_checkpoints() -> None:
    rows = [checkpoint("OutForDelivery", "2026-03-01T08:00:00+08:00")]
    updated = {"tag": "Delivered", "subtag": "Delivered_001", "updated_at": "2026-03-01T05:00:00+00:00"}
    first = parsed("aftership", push(*rows, **updated))
    assert shown(first) == [
        ("out_for_delivery", "OutForDelivery", "03-01 00:00:00"),
        ("delivered", "Delivered", "03-01 05:00:00"),
    ]
    again = parsed("aftership", push(*rows, **updated | {"updated_at": "2026-03-02T05:00:00+00:00"}))
    assert [each.scan.key for each in again] == [each.scan.key for each in first]


def test_a_subtag_that_is_not_known_is_listed_and_its_tag_counts() -> None:
    [report] = parsed("aftership", push(checkpoint("Exception", subtag="Exception_099")))
    assert (report.scan.status, report.scan.raw_code, report.unlisted) == ("exception", "Exception", "Exception_099")


def test_a_tag_that_is_the_newest_checkpoints_adds_nothing() -> None:
    assert len(parsed("aftership", push(checkpoint("InTransit"), tag="InTransit", subtag="InTransit_003"))) == 1


def test_the_tag_alone_counts_from_the_event_on() -> None:
    assert shown(parsed("aftership", push(tag="InfoReceived"))) == [("pending", "InfoReceived", "03-02 02:53:20")]


@pytest.mark.parametrize("event", ["edd_revise", "tracking_cancelled", ""])
def test_other_events_are_about_something_else(event: str) -> None:
    assert parsed("aftership", {"event": event, "msg": [1]}) == []


def test_who_signed_is_masked_and_carriers_have_their_codes() -> None:
    [report] = parsed(
        "aftership", push(checkpoint("Delivered", message="Left with BOB"), signed_by="BOB", order_id="#1001")
    )
    assert (report.carrier, report.reference, report.text) == ("sf", "#1001", "Left with *")


@pytest.mark.parametrize("ts", [10**18, -5])
def test_times_out_of_range_have_a_reason(ts: int) -> None:
    assert examined("aftership", push(tag="Delivered") | {"ts": ts}).rejection is not None


def test_refusals_are_no_2xx() -> None:
    assert accepted("aftership", push()).status == 200
    refused = COURIERS["aftership"].refused
    assert [refused(code, "").status for code in ("signature_invalid", "signature_missing", "unavailable")] == [
        401,
        401,
        503,
    ]
    assert json.loads(refused("signature_invalid", "why").body)["detail"] == "why"


@pytest.mark.parametrize(
    ("subtag", "status"), [("Exception_013", "lost"), ("Exception_010", "returning"), ("Exception_011", "returned")]
)
def test_the_tag_of_the_tracking_takes_nothing_from_the_subtag_of_its_newest_checkpoint(
    subtag: str, status: str
) -> None:
    content = push(checkpoint("Exception", subtag=subtag), tag="Exception", last_updated_at="2026-03-01T13:00:00+08:00")
    assert [each.scan.status for each in parsed("aftership", content)] == [status]


@pytest.mark.parametrize("more", [{"ts": 1772420000.5}, {"ts": 10**15}, {"ts": "2026-03-01T12:00:00Z"}])
def test_a_time_of_the_event_that_is_none_holds_up_no_checkpoint(more: dict[str, Any]) -> None:
    reports = parsed("aftership", push(checkpoint("InTransit"), tag="Delivered") | more)
    assert [each.scan.status for each in reports] == ["in_transit"]
    assert reports.notes[0].startswith("beside the entries: ")


def test_a_time_of_the_tracking_that_is_none_holds_up_no_checkpoint() -> None:
    reports = parsed("aftership", push(checkpoint("InTransit"), tag="Delivered", last_updated_at="soon"))
    assert [each.scan.status for each in reports] == ["in_transit"]
    assert reports.notes == ("beside the entries: not an RFC 3339 time with offset",)
