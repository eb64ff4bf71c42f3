"""EasyPost: the whole history of a parcel at each event of its tracker.

JSON; header `X-Hmac-Signature`, `hmac-sha256-hex=` and the HMAC-SHA256 of the raw body under the secret in NFKD [V] (the
vector of EasyPost's own client libraries; EasyPost/easypost-python, easypost/util.py). `X-Hmac-Signature-V2` exists; how it is
made is [U], and it is not read. Any 2xx acknowledges; when it is sent again is [U]. Statuses [D].
"""

import hmac
import re
import unicodedata
from functools import partial

from aftercare_events.waybills import waybill

from order_svc.domain.tracking import ParcelStatus
from order_svc.integrations.couriers.carriers import carrier_called
from order_svc.integrations.couriers.entries import Entries, Entry, read, read_beside, read_each, read_json
from order_svc.integrations.couriers.fields import aware_time, code
from order_svc.integrations.couriers.masking import mask
from order_svc.integrations.couriers.port import Courier, Meaning, Reports
from order_svc.integrations.couriers.schemes import SignedBody
from order_svc.integrations.couriers.snapshots import Row, Subject, Whole, history
from order_svc.integrations.pushes import CHINESE, Acceptance, Acknowledgement, ExaminedPush

_S = ParcelStatus
_STATUSES = {
    "unknown": Meaning(_S.UNKNOWN),
    "pre_transit": Meaning(_S.PENDING),
    "in_transit": Meaning(_S.IN_TRANSIT),
    "out_for_delivery": Meaning(_S.OUT_FOR_DELIVERY),
    "available_for_pickup": Meaning(_S.READY_FOR_PICKUP),
    "delivered": Meaning(_S.DELIVERED),
    "return_to_sender": Meaning(_S.RETURNING),
    "returned": Meaning(_S.RETURNED),
    "failure": Meaning(_S.EXCEPTION),
    "cancelled": Meaning(_S.CANCELLED),
    "error": Meaning(_S.EXCEPTION),
}
_TO_SENDER = re.compile(r"deliver\w*\W+(?:\w+\W+){0,3}(?:sender|shipper)", re.IGNORECASE)


class _Detail(Entry):
    datetime: str
    status: str | None = None
    status_detail: str | None = None
    message: str | None = None


class _Tracker(Entry):
    tracking_code: str
    carrier: str | None = None
    status: str | None = None
    status_detail: str | None = None
    signed_by: str | None = None
    tracking_details: Entries = None


class _Event(Entry):
    id: str = ""
    description: str
    result: object = None


class EasyPost(SignedBody):
    """EasyPost's events of trackers; others are about something else."""

    partner = "easypost"
    digest_header = "x-hmac-signature"
    signature_headers = ("x-hmac-signature",)

    def digest(self, raw: bytes, secret: str) -> str:
        """`hmac-sha256-hex=` and the HMAC under the secret in NFKD."""
        return "hmac-sha256-hex=" + hmac.digest(unicodedata.normalize("NFKD", secret).encode(), raw, "sha256").hex()

    def event_id(self, raw: bytes) -> str:
        """`evt_…`."""
        return read_json(_Event, raw).id

    def parse(self, raw: bytes) -> Reports:
        """Every row of the tracker, and its status where that is newer."""
        event = read_json(_Event, raw)
        if not event.description.startswith("tracker."):
            return Reports()
        tracker = read(_Tracker, event.result)
        rows, faults = read_each(tracker.tracking_details or (), partial(_row, tracker.signed_by))
        subject = Subject(
            partner="easypost",
            carrier=carrier_called(tracker.carrier) if tracker.carrier else None,
            waybill_no=waybill(tracker.tracking_code),
        )
        newest = max(rows, key=lambda row: row.at).sentence if rows else ""
        whole, notes = read_beside(rows, partial(_whole, tracker, newest))
        return Reports(history(subject, rows, whole, _STATUSES), [*notes, *faults])

    def accepted(self, acceptance: Acceptance, push: ExaminedPush[object]) -> Acknowledgement:
        """Any 2xx."""
        return self.accepted_by_status()

    def refused(self, code: str, detail: str, language: str = CHINESE) -> Acknowledgement:
        """No 2xx."""
        return self.refused_by_status(code, detail)


def _whole(tracker: _Tracker, newest: str) -> Whole | None:
    state = _state(tracker.status, tracker.status_detail, newest)
    return Whole(code=state) if state else None


def _row(signed_by: str | None, value: object) -> Row:
    detail = read(_Detail, value)
    sentence = detail.message or ""
    return Row(
        at=aware_time(detail.datetime),
        text=mask(sentence, [signed_by]),
        sentence=sentence,
        code=_state(detail.status, detail.status_detail, sentence),
    )


def _state(status: str | None, detail: str | None, message: str) -> str | None:
    """The status as it is in the table: delivered to the sender is a return that has ended."""
    if not status:
        return None
    to_sender = status in ("return_to_sender", "delivered") and _TO_SENDER.search(
        f"{detail or ''} {message}".replace("_", " ")
    )
    return "returned" if to_sender else code(status)


COURIERS: tuple[Courier, ...] = (EasyPost(),)
