"""KDNiao 快递鸟: the whole history of one or several parcels at each push (101, 102), for any carrier (Yunda 韵达 and Best 百世 too).

Form fields `RequestData` (JSON), `RequestType` and `DataSign`, base64 of the hexadecimal MD5(RequestData + AppKey) [R]
(wannvmi/Kdniao.Core, RiverDanceGit/kdniaoGo); that `DataSign` comes with pushes is in its changelog [D]. Shape and
acknowledgement [R], codes [D]. Pushes of type 101 may have neither `StateEx` nor `Action`.
"""

from collections.abc import Mapping
from urllib.parse import unquote_plus

from aftercare_events.waybills import waybill

from order_svc.domain.tracking import ParcelStatus
from order_svc.integrations.couriers.carriers import carrier_called
from order_svc.integrations.couriers.entries import Entries, Entry, read, read_beside, read_each, read_json
from order_svc.integrations.couriers.fields import CHINA, code, local_time, reference
from order_svc.integrations.couriers.forms import form
from order_svc.integrations.couriers.masking import mask
from order_svc.integrations.couriers.port import Courier, DeliveredTo, Meaning, Reports
from order_svc.integrations.couriers.schemes import SignedForm, status_of_refusal
from order_svc.integrations.couriers.snapshots import Row, Subject, Whole, history
from order_svc.integrations.pushes import CHINESE, Acceptance, Acknowledgement, ExaminedPush
from order_svc.integrations.signatures import md5_hex, text_base64

_S, _TO = ParcelStatus, DeliveredTo
_STATES = {
    "0": Meaning(_S.PENDING),
    "10": Meaning(_S.PENDING),
    "1": Meaning(_S.PICKED_UP),
    "2": Meaning(_S.IN_TRANSIT),
    "201": Meaning(_S.IN_TRANSIT),
    "204": Meaning(_S.IN_TRANSIT),
    "205": Meaning(_S.IN_TRANSIT),
    "206": Meaning(_S.IN_TRANSIT),
    "5": Meaning(_S.IN_TRANSIT, reason="forwarded"),
    "6": Meaning(_S.CUSTOMS),
    "601": Meaning(_S.CUSTOMS),
    "602": Meaning(_S.CUSTOMS),
    "603": Meaning(_S.CUSTOMS),
    "604": Meaning(_S.CUSTOMS, reason="customs_delay"),
    "202": Meaning(_S.OUT_FOR_DELIVERY),
    "419": Meaning(_S.OUT_FOR_DELIVERY),
    "211": Meaning(_S.READY_FOR_PICKUP),
    "3": Meaning(_S.DELIVERED),
    "301": Meaning(_S.DELIVERED, _TO.PERSON),
    "302": Meaning(_S.DELIVERED),
    "304": Meaning(_S.DELIVERED, _TO.PROXY),
    "311": Meaning(_S.DELIVERED, _TO.STATION),
    "4": Meaning(_S.EXCEPTION),
    "401": Meaning(_S.EXCEPTION, reason="delayed"),
    "402": Meaning(_S.EXCEPTION, reason="delayed"),
    "403": Meaning(_S.EXCEPTION, reason="delayed"),
    "404": Meaning(_S.RETURNING, reason="consignee_refused"),
    "407": Meaning(_S.RETURNING),
    "406": Meaning(_S.RETURNED),
    "405": Meaning(_S.ATTEMPT_FAILED),
    "416": Meaning(_S.ATTEMPT_FAILED, reason="consignee_not_available"),
    "420": Meaning(_S.ATTEMPT_FAILED, reason="consignee_incorrect_address"),
    "421": Meaning(_S.ATTEMPT_FAILED, reason="consignee_incorrect_phone"),
    "412": Meaning(_S.EXCEPTION, reason="pickup_overdue"),
    "413": Meaning(_S.CANCELLED, reason="intercepted"),
    "415": Meaning(_S.CANCELLED, reason="cancelled_by_sender"),
    "414": Meaning(_S.EXCEPTION, reason="carrier_damaged_parcel"),
    "422": Meaning(_S.EXCEPTION, reason="carrier_sorting_error"),
    "423": Meaning(_S.EXCEPTION, reason="carrier_sorting_error"),
}


class _Trace(Entry):
    AcceptTime: str
    AcceptStation: str | None = None
    Remark: str | None = None
    Action: str | None = None


class _Entry(Entry):
    ShipperCode: str | None = None
    LogisticCode: str | None = None
    OrderCode: str | None = None
    Success: bool = True
    Reason: str | None = None
    State: str | None = None
    StateEx: str | None = None
    Traces: Entries = None


class _RequestData(Entry):
    EBusinessID: str | None = None
    Data: Entries = None


class KdNiao(SignedForm):
    """快递鸟's push of subscribed parcels."""

    partner = "kdniao"
    content_field, digest_field = "RequestData", "DataSign"

    def digest(self, content: str, secret: str) -> str:
        """base64 of the hexadecimal MD5(RequestData + AppKey)."""
        return text_base64(md5_hex(content + secret))

    def content(self, fields: Mapping[str, str]) -> str:
        """The JSON text; some senders encode it once more than the form needs."""
        text = fields.get("RequestData", "")
        return unquote_plus(text) if text[:3].upper() == "%7B" else text

    def given_digest(self, fields: Mapping[str, str], headers: Mapping[str, str]) -> str:
        """`DataSign`, which some senders encode once more than the form needs."""
        sign = fields.get("DataSign", "")
        return unquote_plus(sign) if "%" in sign else sign

    def parse(self, raw: bytes) -> Reports:
        """The histories of all parcels; `Success: false` of an entry is noted and is about that waybill only."""
        push = read_json(_RequestData, self.content(form(raw)))
        histories, faults = read_each(push.Data or (), _history)
        reports = [report for each in histories for report in each]
        return Reports(reports, [*(note for each in histories for note in each.notes), *faults])

    def accepted(self, acceptance: Acceptance, push: ExaminedPush[object]) -> Acknowledgement:
        """`"Success": true` with the id of the account and the time in China."""
        return _acknowledgement(200, f"{push.received_at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}", _account(push.raw), "")

    def refused(self, code: str, detail: str, language: str = CHINESE) -> Acknowledgement:
        """`"Success": false` with the reason."""
        return _acknowledgement(status_of_refusal(code), "", "", f"{code}: {detail}")


def _acknowledgement(status: int, at: str, account: str, reason: str) -> Acknowledgement:
    body = {"EBusinessID": account, "UpdateTime": at, "Success": not reason, "Reason": reason}
    return Acknowledgement.of_json(status, body)


def _account(raw: bytes) -> str:
    try:
        return read_json(_RequestData, KdNiao().content(form(raw))).EBusinessID or ""
    except ValueError:
        return ""


def _history(value: object) -> Reports:
    entry = read(_Entry, value)
    if entry.Traces is None or entry.LogisticCode is None:
        return Reports(notes=_notes(entry))
    subject = Subject(
        partner="kdniao",
        carrier=carrier_called(entry.ShipperCode) if entry.ShipperCode else None,
        waybill_no=waybill(entry.LogisticCode),
        reference=reference(entry.OrderCode),
    )
    rows, faults = read_each(entry.Traces, _row)
    state = entry.StateEx or entry.State
    whole, unread = read_beside(rows, lambda: Whole(code=code(state)) if state and entry.Success else None)
    return Reports(history(subject, rows, whole, _STATES), [*_notes(entry), *unread, *faults])


def _notes(entry: _Entry) -> list[str]:
    return [] if entry.Success else [f"{entry.LogisticCode or 'no waybill'}: {mask(entry.Reason or 'no success')}"]


def _row(value: object) -> Row:
    trace = read(_Trace, value)
    sentence = " ".join(text for text in (trace.AcceptStation, trace.Remark) if text)
    return Row(
        at=local_time(trace.AcceptTime),
        text=mask(sentence),
        sentence=sentence,
        code=code(trace.Action) if trace.Action else None,
    )


COURIERS: tuple[Courier, ...] = (KdNiao(),)
