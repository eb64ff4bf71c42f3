"""Each partner's request for one scan: its body format and its signature."""

import base64
import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urlencode

from standardwebhooks import Webhook

from aftercare_cli.stack.interface import StackError

CHINA = timezone(timedelta(hours=8))
ZTO_ACTIONS = {
    "picked_up": ("GOT", "快件已揽收"),
    "in_transit": ("DEPARTURE", "快件已发往下一站"),
    "out_for_delivery": ("DISPATCH", "快件正在派送"),
    "ready_for_pickup": ("INBOUND", "快件已存放至驿站"),
    "delivered": ("SIGNED", "快件已签收"),
    "exception": ("PROBLEM", "收件人拒收"),
    "returning": ("RETURN_SCAN", "快件已退回"),
    "returned": ("RETURN_SIGNED", "退件已签收"),
}


@dataclass(frozen=True, slots=True)
class Scan:
    """One event of a parcel, with the status names of our own API."""

    waybill_no: str
    status: str
    at: datetime
    carrier: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A signed push. Posted again, it is the same push."""

    body: bytes
    headers: dict[str, str]


def zto(scan: Scan, secret: str) -> Request:
    """中通: a form with `data` as JSON, and the MD5 digest of `data` and the secret.

    Raises:
        StackError: 中通 has no action for this status.
    """
    if scan.status not in ZTO_ACTIONS:
        raise StackError(f"zto has no status `{scan.status}`; it has {', '.join(ZTO_ACTIONS)}")
    action, text = ZTO_ACTIONS[scan.status]
    at = scan.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
    trace = {"billCode": scan.waybill_no, "action": action, "actionTime": at, "desc": text}
    data = json.dumps(trace, ensure_ascii=False)
    digest = base64.b64encode(hashlib.md5((data + secret).encode(), usedforsecurity=False).digest()).decode()
    form = {"data": data, "data_digest": digest, "company_id": "aftercare-demo", "msg_type": "Traces"}
    return Request(urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"})


def standard_webhooks(scan: Scan, secret: str) -> Request:
    """Our own partner API: JSON, signed by the rules of Standard Webhooks."""
    data = {"waybill_no": scan.waybill_no, "status": scan.status, "occurred_at": scan.at.isoformat()}
    if scan.carrier:
        data["carrier"] = scan.carrier
    body = json.dumps({"type": "parcel.status", "data": data})
    number, now = f"msg_{uuid.uuid4().hex}", datetime.now(UTC)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": number,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(number, now, body),
    }
    return Request(body.encode(), headers)


PARTNERS: dict[str, Callable[[Scan, str], Request]] = {"zto": zto, "standard-webhooks": standard_webhooks}
