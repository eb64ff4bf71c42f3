"""Standard Webhooks, our own partner API. The first vector is the one published with the specification's libraries."""

import base64
import hmac
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from order_svc.integrations.couriers.partners.standard_webhooks import StandardWebhooks

STANDARD = StandardWebhooks()
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


def body(**data: Any) -> bytes:
    fields = {"waybill_no": "SF0000000001", "status": "delivered", "occurred_at": "2026-03-01T11:59:00+08:00"}
    return json.dumps({"type": "parcel.status", "data": fields | data}, ensure_ascii=False).encode()


def signature(raw: bytes, id_: str, stamp: str, secret: str = SECRET) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{id_}.{stamp}.".encode() + raw, sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def headers(raw: bytes, *, id_: str = "msg_1", at: datetime = NOW, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    return {"webhook-id": id_, "webhook-timestamp": stamp, "webhook-signature": signature(raw, id_, stamp, secret)}


def code(raw: bytes, given: dict[str, str], *secrets: str) -> str | None:
    refused = STANDARD.verify(raw, given, secrets or (SECRET,), NOW)
    return refused.code if refused else None


def test_the_published_vector():
    raw = b'{"test": 2432232314}'
    given = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    assert STANDARD.verify(raw, given, [SECRET], datetime.fromtimestamp(1614265330, UTC)) is None


def test_a_message_signed_now_is_verified_and_a_changed_one_is_not():
    raw = body()
    assert code(raw, headers(raw)) is None
    assert code(raw + b" ", headers(raw)) == "signature_invalid"
    assert code(raw, headers(raw) | {"webhook-id": "msg_2"}) == "signature_invalid"
    assert code(raw, headers(raw, secret=STANDARD.new_secret())) == "signature_invalid"


def test_a_signed_message_that_is_no_text_is_verified_and_cannot_be_read():
    raw = body(text="签收").decode().encode("gbk")
    assert code(raw, headers(raw)) is None
    assert code(raw + b"\xff", headers(raw)) == "signature_invalid"
    with pytest.raises(ValueError, match="JSON"):
        STANDARD.parse(raw)


@pytest.mark.parametrize(("seconds", "refused"), [(0, None), (300, None), (-300, None), (301, True), (-301, True)])
def test_five_minutes_either_way(seconds, refused):
    raw = body()
    expected = "timestamp_out_of_tolerance" if refused else None
    assert code(raw, headers(raw, at=NOW + timedelta(seconds=seconds))) == expected


def test_one_header_may_have_several_signatures():
    raw = body()
    good = headers(raw)
    both = f"v1a,abc {signature(raw, 'msg_1', '0')} {good['webhook-signature']}"
    assert code(raw, good | {"webhook-signature": both}) is None


def test_the_previous_secret_is_accepted_during_its_grace():
    raw, old = body(), STANDARD.new_secret()
    assert code(raw, headers(raw, secret=old), SECRET, old) is None


def test_a_partner_may_sign_with_ed25519():
    raw, private = body(), Ed25519PrivateKey.generate()
    public = "whpk_" + base64.b64encode(private.public_key().public_bytes_raw()).decode()
    good = headers(raw)
    signed = private.sign(f"msg_1.{good['webhook-timestamp']}.".encode() + raw)
    given = good | {"webhook-signature": "v1a," + base64.b64encode(signed).decode()}
    assert STANDARD.is_valid_secret(public)
    assert code(raw, given, public) is None
    assert code(raw, given, SECRET, public) is None
    assert code(raw, given | {"webhook-signature": f"v1,abc {given['webhook-signature']}"}, public) is None
    assert code(raw + b" ", given, public) == "signature_invalid"
    assert code(raw, given, SECRET) == "signature_invalid"
    assert code(raw, good | {"webhook-signature": "v1a,签"}, public) == "signature_invalid"
    other = "whpk_" + base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
    assert code(raw, given, other) == "signature_invalid"


def test_nobody_signs_with_a_public_key():
    """It is no secret: a digest made with it proves nothing."""
    raw, public = body(), "whpk_" + base64.b64encode(b"x" * 32).decode()
    stamp = str(int(NOW.timestamp()))
    digest = hmac.new(b"x" * 32, f"msg_1.{stamp}.".encode() + raw, sha256).digest()
    given = headers(raw) | {"webhook-signature": "v1," + base64.b64encode(digest).decode()}
    assert code(raw, given, public) == "signature_invalid"


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_unauthenticated(missing):
    raw = body()
    given = {name: value for name, value in headers(raw).items() if name != missing}
    refused = STANDARD.verify(raw, given, [SECRET], NOW)
    assert refused.code == "signature_missing"
    assert STANDARD.refused(refused.code, refused.detail).status == 401


@pytest.mark.parametrize("stamp", ["soon", "1e9", "-1", "9" * 11, "9" * 400, "١٢٣", " 1"])
def test_malformed_timestamps(stamp):
    raw = body()
    assert code(raw, headers(raw) | {"webhook-timestamp": stamp}) is not None


def test_two_deliveries_of_one_message_are_one_push():
    raw = body()
    assert STANDARD.push_id(raw, headers(raw)) == STANDARD.push_id(raw, headers(raw, at=NOW + timedelta(seconds=5)))


def test_a_scan_is_normalised():
    (report,) = STANDARD.parse(
        body(carrier="SF", reason="pickup_overdue", delivered_to="locker", text="放入丰巢 13800000000")
    )
    assert (report.carrier, report.waybill_no, report.text) == ("sf", "SF0000000001", "放入丰巢 *")
    assert report.scan.status == "delivered"
    assert report.scan.occurred_at == datetime(2026, 3, 1, 3, 59, tzinfo=UTC)
    assert (report.scan.reason, report.scan.delivered_to, report.scan.terminal) == ("pickup_overdue", "locker", True)


@pytest.mark.parametrize("spelling", ["2026-03-01t03:59:00z", "2026-03-01T03:59:00.0000000Z", "2026-02-28T23:59:60Z"])
def test_the_time_of_a_scan_may_be_spelt_in_every_way_of_rfc_3339(spelling):
    (report,) = STANDARD.parse(body(occurred_at=spelling))
    assert report.scan.occurred_at in (datetime(2026, 3, 1, 3, 59, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))


def test_an_unknown_status_is_kept_as_unknown():
    (report,) = STANDARD.parse(body(status="teleported"))
    assert (report.scan.status, report.scan.raw_code) == ("unknown", "teleported")


def test_messages_of_other_types_have_no_reports():
    assert STANDARD.parse(b'{"type": "parcel.label_printed", "data": 1}') == []


@pytest.mark.parametrize(
    "changes",
    [
        {"occurred_at": "2026-03-01T11:59:00"},
        {"occurred_at": "0001-01-01T00:00:00+14:00"},
        {"occurred_at": 5},
        {"waybill_no": "7" * 101},
        {"waybill_no": "SF 1; DROP"},
        {"status": ""},
        {"status": "签收"},
        {"delivered_to": "cat"},
        {"reason": "a b"},
    ],
)
def test_unreadable_pushes_have_a_reason(changes):
    with pytest.raises(ValueError, match=r"\w"):
        STANDARD.parse(body(**changes))


@pytest.mark.parametrize(
    ("secret", "fits"),
    [
        ("whsec_" + base64.b64encode(b"x" * 24).decode(), True),
        ("whsec_" + base64.b64encode(b"x" * 64).decode(), True),
        ("whsec_" + base64.b64encode(b"x" * 23).decode(), False),
        ("whsec_" + base64.b64encode(b"x" * 65).decode(), False),
        ("whpk_" + base64.b64encode(b"x" * 32).decode(), True),
        ("whpk_" + base64.b64encode(b"x" * 31).decode(), False),
        ("whsec_whpk_" + base64.b64encode(b"x" * 32).decode(), False),
        (base64.b64encode(b"x" * 24).decode(), False),
        ("whsec_###", False),
        ("whsec_", False),
        ("whsec_密钥", False),
    ],
)
def test_valid_secrets(secret, fits):
    assert STANDARD.is_valid_secret(secret) is fits


def test_new_secrets_are_valid_and_differ():
    assert STANDARD.is_valid_secret(STANDARD.new_secret())
    assert STANDARD.new_secret() != STANDARD.new_secret()


@given(st.binary(max_size=300), st.text(max_size=50), st.text(max_size=50), st.text(max_size=200))
def test_garbage_is_refused(raw, id_, stamp, signed):
    given = {"webhook-id": id_, "webhook-timestamp": stamp, "webhook-signature": signed}
    assert STANDARD.verify(raw, given, [SECRET], NOW) is not None


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda t: t.encode("utf-8", "surrogatepass")))
def test_signed_garbage_is_read_or_refused_with_a_value_error(raw):
    with suppress(ValueError):
        STANDARD.parse(raw)
