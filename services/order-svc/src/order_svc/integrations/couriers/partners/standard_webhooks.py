"""Standard Webhooks 1.0.0: our own partner API, for every courier that can sign JSON.

Signature [V] (the vector of the specification's libraries), ed25519 [R]; the content is defined by docs/couriers.md.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from aftercare_events.waybills import waybill

from order_svc.domain.tracking import ParcelStatus
from order_svc.integrations import signatures
from order_svc.integrations.couriers.entries import Entry, read_json
from order_svc.integrations.couriers.fields import aware_time, carrier, code
from order_svc.integrations.couriers.masking import mask
from order_svc.integrations.couriers.port import Courier, DeliveredTo, Meaning, Report, Reports, report
from order_svc.integrations.couriers.schemes import GivenSecret
from order_svc.integrations.pushes import (
    CHINESE,
    Acceptance,
    Acknowledgement,
    ExaminedPush,
    Rejection,
    RejectionCode,
)
from order_svc.integrations.signatures import StandardFault

_MISSING = Rejection(
    RejectionCode.SIGNATURE_MISSING, "webhook-id, webhook-timestamp and webhook-signature are required"
)
_MALFORMED = Rejection(RejectionCode.SIGNATURE_INVALID, "the timestamp is no number")
_WRONG = Rejection(RejectionCode.SIGNATURE_INVALID, "no signature fits")
# The first fault in this order is the one reported: who cannot sign learns nothing about the time.
_REJECTIONS = {
    StandardFault.HEADER_MISSING: _MISSING,
    StandardFault.ID_TOO_LONG: _MISSING,
    StandardFault.TIMESTAMP_MALFORMED: _MALFORMED,
    StandardFault.SIGNATURE_MALFORMED: _WRONG,
    StandardFault.SIGNATURE_WRONG: _WRONG,
    StandardFault.OUTSIDE_TOLERANCE: Rejection(
        RejectionCode.TIMESTAMP_OUT_OF_TOLERANCE, "the message is older or newer than five minutes"
    ),
}
_STATUSES = {
    RejectionCode.SIGNATURE_MISSING: 401,
    RejectionCode.SIGNATURE_INVALID: 401,
    RejectionCode.TIMESTAMP_OUT_OF_TOLERANCE: 401,
    RejectionCode.ENDPOINT_REVOKED: 410,
    RejectionCode.ADDRESS_NOT_ALLOWED: 403,
    "unavailable": 503,
}


class _Data(Entry):
    waybill_no: str
    status: str
    occurred_at: str
    carrier: str | None = None
    reason: str | None = None
    delivered_to: DeliveredTo | None = None
    text: str | None = None


class _Push(Entry):
    type: Literal["parcel.status"]
    data: _Data


class _AnyPush(Entry):
    type: str


class StandardWebhooks(GivenSecret):
    """`{"type": "parcel.status", "data": {"waybill_no", "status", "occurred_at", "carrier"?, "reason"?, …}}`."""

    partner = "standard-webhooks"
    signature_headers = signatures.STANDARD_HEADERS

    def new_secret(self) -> str:
        """32 random bytes, written as the specification requires."""
        return signatures.new_standard_secret()

    def is_valid_secret(self, secret: str) -> bool:
        """whsec_ and the base64 of 24 to 64 bytes, or whpk_ and that of the partner's public ed25519 key."""
        return signatures.is_standard_secret(secret)

    def verify(self, raw: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> Rejection | None:
        """Any signature of the header may be made with any of the secrets, within five minutes either way."""
        faults = signatures.standard_faults(raw, headers, secrets, now)
        return next((rejection for fault, rejection in _REJECTIONS.items() if fault in faults), None)

    def push_id(self, raw: bytes, headers: Mapping[str, str]) -> str:
        """The sender's message id, the same at every try, and a hash of the body."""
        return f"{headers['webhook-id']} sha256:{hashlib.sha256(raw).hexdigest()}"

    def parse(self, raw: bytes) -> Reports:
        """One scan; none for messages of other types."""
        if read_json(_AnyPush, raw).type != "parcel.status":
            return Reports()
        return Reports([_scan(read_json(_Push, raw).data)])

    def accepted(self, acceptance: Acceptance, push: ExaminedPush[object]) -> Acknowledgement:
        """Any 2xx; a message that cannot be read is not sent again either, so the reason comes with it."""
        fault = {} if push.rejection is None else {"code": push.rejection.code, "detail": push.rejection.detail}
        return Acknowledgement.of_json(200, {"status": "accepted"} | fault)

    def refused(self, code: str, detail: str, language: str = CHINESE) -> Acknowledgement:
        """Anything else makes the sender try again: 401 where it is not verified, 503 where we could not store it, else 400."""
        body = {"status": "refused", "code": code, "detail": detail}
        return Acknowledgement.of_json(_STATUSES.get(code, 400), body)


def _scan(data: _Data) -> Report:
    known = data.status in ParcelStatus.__members__.values()
    reason = code(data.reason) if data.reason else None
    return report(
        "standard-webhooks",
        carrier=carrier(data.carrier) if data.carrier else None,
        waybill_no=waybill(data.waybill_no),
        meaning=Meaning(ParcelStatus(data.status), data.delivered_to, reason) if known else None,
        occurred_at=aware_time(data.occurred_at),
        raw_code=code(data.status),
        text=mask(data.text or ""),
    )


COURIERS: tuple[Courier, ...] = (StandardWebhooks(),)
