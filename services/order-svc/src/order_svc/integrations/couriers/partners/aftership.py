"""AfterShip: the whole history of a parcel at each `tracking_update`, for carriers all over the world.

JSON; header `aftership-hmac-sha256`, base64 of the HMAC-SHA256 of the raw body; of returns `as-signature-hmac-sha256` [D]. Any
2xx acknowledges; how often it tries again is [U]. Tags and subtags [D]; one that is not known counts as its tag, and is listed. A `checkpoint_time` without an offset is the local time of
the place: the clocks of its country are used where it has one zone, else the time at which AfterShip read the checkpoint.
"""

import base64
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from aftercare_events.waybills import waybill

from order_svc.domain.tracking import ParcelStatus
from order_svc.integrations.couriers.carriers import carrier_called
from order_svc.integrations.couriers.entries import Entries, Entry, read, read_beside, read_each, read_json
from order_svc.integrations.couriers.fields import code, is_local, local_time, reference, unix_time
from order_svc.integrations.couriers.masking import mask
from order_svc.integrations.couriers.port import Courier, DeliveredTo, Meaning, Reports
from order_svc.integrations.couriers.schemes import SignedBody
from order_svc.integrations.couriers.snapshots import Row, Subject, Whole, history
from order_svc.integrations.pushes import CHINESE, Acceptance, Acknowledgement, ExaminedPush, Rejection

_S, _TO = ParcelStatus, DeliveredTo
_OF_RETURNS = "as-signature-hmac-sha256"
_TAGS = {
    "Pending": Meaning(_S.PENDING),
    "InfoReceived": Meaning(_S.PENDING),
    "InTransit": Meaning(_S.IN_TRANSIT),
    "OutForDelivery": Meaning(_S.OUT_FOR_DELIVERY),
    "AttemptFail": Meaning(_S.ATTEMPT_FAILED),
    "AvailableForPickup": Meaning(_S.READY_FOR_PICKUP),
    "Delivered": Meaning(_S.DELIVERED),
    "Exception": Meaning(_S.EXCEPTION),
    "Expired": Meaning(_S.UNKNOWN),
    "InTransit_002": Meaning(_S.PICKED_UP),
    "AttemptFail_002": Meaning(_S.ATTEMPT_FAILED, reason="consignee_not_available"),
    "Delivered_002": Meaning(_S.DELIVERED, _TO.PERSON),
    "Delivered_003": Meaning(_S.DELIVERED, _TO.PERSON),
    "Delivered_005": Meaning(_S.DELIVERED, _TO.PROXY),
    "Exception_003": Meaning(_S.EXCEPTION, reason="consignee_refused"),
    "Exception_004": Meaning(_S.CUSTOMS, reason="customs_delay"),
    "Exception_005": Meaning(_S.EXCEPTION, reason="delayed"),
    "Exception_007": Meaning(_S.EXCEPTION, reason="consignee_incorrect_address"),
    "Exception_008": Meaning(_S.EXCEPTION, reason="pickup_overdue"),
    "Exception_010": Meaning(_S.RETURNING),
    "Exception_011": Meaning(_S.RETURNED),
    "Exception_012": Meaning(_S.EXCEPTION, reason="carrier_damaged_parcel"),
    "Exception_013": Meaning(_S.LOST),
    "Exception_016": Meaning(_S.EXCEPTION, reason="delayed"),
    "Exception_017": Meaning(_S.EXCEPTION, reason="delayed"),
    "Exception_019": Meaning(_S.EXCEPTION, reason="delayed"),
    "Exception_020": Meaning(_S.CANCELLED),
    "Exception_021": Meaning(_S.EXCEPTION, reason="disposed"),
}
_NUMBERS = {
    "Pending": (1, 2, 3, 4, 5, 6),
    "InfoReceived": (1,),
    "InTransit": (1, 3, 4, 5, 6, 7, 8, 9),
    "OutForDelivery": (1, 3, 4),
    "AttemptFail": (1, 3),
    "AvailableForPickup": (1,),
    "Delivered": (1, 4),
    "Exception": (1, 2, 6, 9, 18),
    "Expired": (1,),
}
_AS_THEIR_TAGS = frozenset(f"{tag}_{number:03}" for tag, numbers in _NUMBERS.items() for number in numbers)
_ZONES = {
    "CHN": "Asia/Shanghai",
    "HKG": "Asia/Hong_Kong",
    "MAC": "Asia/Macau",
    "TWN": "Asia/Taipei",
    "SGP": "Asia/Singapore",
    "MYS": "Asia/Kuala_Lumpur",
    "THA": "Asia/Bangkok",
    "VNM": "Asia/Ho_Chi_Minh",
    "PHL": "Asia/Manila",
    "JPN": "Asia/Tokyo",
    "KOR": "Asia/Seoul",
    "IND": "Asia/Kolkata",
    "ARE": "Asia/Dubai",
    "SAU": "Asia/Riyadh",
    "ISR": "Asia/Jerusalem",
    "TUR": "Europe/Istanbul",
    "GBR": "Europe/London",
    "IRL": "Europe/Dublin",
    "FRA": "Europe/Paris",
    "DEU": "Europe/Berlin",
    "NLD": "Europe/Amsterdam",
    "BEL": "Europe/Brussels",
    "ITA": "Europe/Rome",
    "AUT": "Europe/Vienna",
    "CHE": "Europe/Zurich",
    "POL": "Europe/Warsaw",
    "CZE": "Europe/Prague",
    "SWE": "Europe/Stockholm",
    "NOR": "Europe/Oslo",
    "DNK": "Europe/Copenhagen",
    "FIN": "Europe/Helsinki",
    "GRC": "Europe/Athens",
    "ZAF": "Africa/Johannesburg",
    "EGY": "Africa/Cairo",
    "NGA": "Africa/Lagos",
    "COL": "America/Bogota",
    "PER": "America/Lima",
}


class _Checkpoint(Entry):
    checkpoint_time: str
    created_at: str | None = None
    country_iso3: str | None = None
    message: str | None = None
    tag: str | None = None
    subtag: str | None = None


class _Tracking(Entry):
    tracking_number: str
    slug: str | None = None
    order_id: str | None = None
    tag: str | None = None
    subtag: str | None = None
    signed_by: str | None = None
    updated_at: str | None = None
    last_updated_at: str | None = None
    checkpoints: Entries = None


class _Event(Entry):
    event: str
    event_id: str = ""
    ts: object = None
    msg: object = None


class AfterShip(SignedBody):
    """AfterShip's tracking updates; events of other kinds are about something else."""

    partner = "aftership"
    digest_header = "aftership-hmac-sha256"
    signature_headers = (digest_header, _OF_RETURNS)

    def digest(self, raw: bytes, secret: str) -> str:
        """base64 of the HMAC-SHA256 of the body."""
        return base64.b64encode(hmac.digest(secret.encode(), raw, "sha256")).decode()

    def verify(self, raw: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> Rejection | None:
        """As of every signed body; the header has another name where the push is of a return."""
        given = headers.get(self.digest_header) or headers.get(_OF_RETURNS, "")
        return super().verify(raw, {self.digest_header: given}, secrets, now)

    def event_id(self, raw: bytes) -> str:
        """The UUID of the event."""
        return read_json(_Event, raw).event_id

    def parse(self, raw: bytes) -> Reports:
        """Every checkpoint, and the tag of the tracking where that is newer."""
        event = read_json(_Event, raw)
        if event.event != "tracking_update":
            return Reports()
        tracking = read(_Tracking, event.msg)
        rows, faults = read_each(tracking.checkpoints or (), partial(_row, tracking.signed_by))
        subject = Subject(
            partner="aftership",
            carrier=carrier_called(tracking.slug) if tracking.slug else None,
            waybill_no=waybill(tracking.tracking_number),
            reference=reference(tracking.order_id),
        )
        whole, notes = read_beside(rows, partial(_whole, event, tracking, rows))
        return Reports(history(subject, rows, whole, _TAGS), [*notes, *faults])

    def accepted(self, acceptance: Acceptance, push: ExaminedPush[object]) -> Acknowledgement:
        """Any 2xx."""
        return self.accepted_by_status()

    def refused(self, code: str, detail: str, language: str = CHINESE) -> Acknowledgement:
        """No 2xx."""
        return self.refused_by_status(code, detail)


def _whole(event: _Event, tracking: _Tracking, rows: Sequence[Row]) -> Whole | None:
    """The tag, since the last update of the tracking, else since the event; None where the newest row has the same tag, with a subtag."""
    found = _code(tracking.tag, tracking.subtag)
    updated = tracking.last_updated_at or tracking.updated_at
    newest = max(rows, key=lambda row: row.at).code if rows else None
    if found is None or (newest or "").startswith(f"{found}_"):
        return None
    if updated:
        return Whole(code=found, at=local_time(updated, UTC))
    return Whole(code=found, at=unix_time(_seconds(event.ts)) if event.ts else None)


def _seconds(ts: object) -> int:
    try:
        return int(str(ts))
    except ValueError:
        raise ValueError("ts is no number of seconds") from None


def _row(signed_by: str | None, value: object) -> Row:
    checkpoint = read(_Checkpoint, value)
    sentence = checkpoint.message or ""
    return Row(
        at=_time(checkpoint),
        text=mask(sentence, [signed_by]),
        sentence=sentence,
        code=_code(checkpoint.tag, checkpoint.subtag),
        unlisted=_unlisted(checkpoint.subtag),
    )


def _code(tag: str | None, subtag: str | None) -> str | None:
    """The subtag where it means more than its tag."""
    if subtag in _TAGS:
        return subtag
    return code(tag) if tag else None


def _unlisted(subtag: str | None) -> str | None:
    """A subtag that is neither in the table nor one of those that mean no more than their tag."""
    return code(subtag) if subtag and subtag not in _TAGS and subtag not in _AS_THEIR_TAGS else None


def _time(checkpoint: _Checkpoint) -> datetime:
    zone = _ZONES.get(checkpoint.country_iso3 or "")
    if zone is not None:
        return local_time(checkpoint.checkpoint_time, ZoneInfo(zone))
    if is_local(checkpoint.checkpoint_time) and checkpoint.created_at:
        return local_time(checkpoint.created_at, UTC)
    return local_time(checkpoint.checkpoint_time, UTC)


COURIERS: tuple[Courier, ...] = (AfterShip(),)
