"""Standard Webhooks: our own partner API, for every courier that can sign JSON."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets as random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from aftercare_events.waybills import waybill
from pydantic import BaseModel, ConfigDict, ValidationError
from standardwebhooks import Webhook

from order_svc.domain.tracking import ParcelStatus
from order_svc.integrations.couriers.masking import mask
from order_svc.integrations.couriers.model import Answer, DeliveredTo, Refused, Report, report
from order_svc.integrations.couriers.reading import aware_time, carrier, code

_TOLERANCE = timedelta(minutes=5)
_PREFIX = "whsec_"
_STATUSES = {"timestamp_out_of_tolerance": 401, "unavailable": 503}


class _Data(BaseModel):
    model_config = ConfigDict(extra="ignore")

    waybill_no: str
    status: str
    occurred_at: str
    carrier: str | None = None
    reason: str | None = None
    delivered_to: DeliveredTo | None = None
    text: str | None = None


class _Push(BaseModel):
    model_config = ConfigDict(extra="ignore")

    type: Literal["parcel.status"]
    data: _Data


class _AnyPush(BaseModel):
    model_config = ConfigDict(extra="ignore")

    type: str


class StandardWebhooks:
    """`{"type": "parcel.status", "data": {"waybill_no", "status", "occurred_at", "carrier"?, "reason"?, …}}`."""

    partner = "standard-webhooks"

    def new_secret(self) -> str:
        """32 random bytes, written as the specification wants them."""
        return _PREFIX + base64.b64encode(random.token_bytes(32)).decode()

    def fits(self, secret: str) -> bool:
        """whsec_ and the base64 of 24 to 64 bytes."""
        try:
            key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            return False
        return secret.startswith(_PREFIX) and 24 <= len(key) <= 64

    def verify(self, raw: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> Refused | None:
        """Any signature of the header may be made with any of the secrets, within five minutes either way."""
        id_, stamp, given = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
        if not (id_ and stamp and given) or len(id_) > 200:
            return Refused(
                "signature_missing", "webhook-id, webhook-timestamp and webhook-signature are required", stranger=True
            )
        try:
            at, body = _timestamp(stamp), raw.decode()
        except ValueError:
            return Refused("signature_invalid", "the timestamp or the body is no text", stranger=True)
        # The library's own verification reads the wall clock, knows one secret and raises ValueError on garbage.
        valid = [Webhook(secret).sign(id_, at, body).encode() for secret in secrets]
        proofs = [hmac.compare_digest(v, s.encode()) for v in valid for s in given.split(" ")[:10]]
        if not any(proofs):
            return Refused("signature_invalid", "no signature fits", stranger=True)
        if abs(now - at) > _TOLERANCE:
            return Refused("timestamp_out_of_tolerance", "the message is older or newer than five minutes")
        return None

    def push_id(self, raw: bytes, headers: Mapping[str, str]) -> str:
        """The sender's message id, the same at every try, and a hash of the body."""
        return f"{headers['webhook-id']} sha256:{hashlib.sha256(raw).hexdigest()}"

    def parse(self, raw: bytes) -> list[Report]:
        """One scan; messages of other types are none of ours."""
        try:
            if _AnyPush.model_validate_json(raw).type != "parcel.status":
                return []
            return [_scan(_Push.model_validate_json(raw).data)]
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            raise ValueError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None

    def accepted(self) -> Answer:
        """Any 2xx."""
        return _answer(200, {"status": "accepted"})

    def refused(self, why: Refused) -> Answer:
        """Anything else makes the sender try again: 401 for what proves nobody, 503 for our trouble, 400 for the rest."""
        status = 401 if why.stranger else _STATUSES.get(why.code, 400)
        return _answer(status, {"status": "refused", "code": why.code, "detail": why.detail})


def _timestamp(text: str) -> datetime:
    if not (text.isascii() and text.isdigit() and len(text) <= 11):
        raise ValueError("not a Unix time")
    return datetime.fromtimestamp(int(text), UTC)


def _scan(data: _Data) -> Report:
    known = data.status in ParcelStatus.__members__.values()
    return report(
        "standard-webhooks",
        carrier=carrier(data.carrier) if data.carrier else None,
        waybill_no=waybill(data.waybill_no),
        status=ParcelStatus(data.status) if known else ParcelStatus.UNKNOWN,
        occurred_at=aware_time(data.occurred_at),
        raw_code=code(data.status),
        text=mask(data.text or ""),
        reason=code(data.reason) if data.reason else None,
        delivered_to=data.delivered_to,
    )


def _answer(status: int, body: Mapping[str, object]) -> Answer:
    return Answer(status, json.dumps(body, ensure_ascii=False).encode(), "application/json")
