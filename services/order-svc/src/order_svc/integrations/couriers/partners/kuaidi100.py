"""Kuaidi100 快递100: the whole history of a parcel at each push, newest row first, for any carrier (Yunda 韵达 and Best 百世 too).

Form fields `param` (JSON) and `sign`, the upper-case hexadecimal MD5(param + salt) [V] (kuaidi100-api/java-demo,
utils/SignUtils.java); acknowledgement `{"result": true, "returnCode": "200", "message"}` [D]. A refused push is sent again
after 30 minutes, three times [D] for the order callback, [U] for this one. Codes of states [D], 201 to 210 [U].
"""

from collections.abc import Mapping

from aftercare_events.waybills import waybill

from order_svc.domain.tracking import ParcelStatus
from order_svc.integrations.couriers.carriers import carrier_called
from order_svc.integrations.couriers.entries import Entries, Entry, read, read_beside, read_each, read_json
from order_svc.integrations.couriers.fields import code, local_time, name
from order_svc.integrations.couriers.forms import form
from order_svc.integrations.couriers.masking import mask
from order_svc.integrations.couriers.port import Courier, DeliveredTo, Meaning, Reports
from order_svc.integrations.couriers.schemes import SignedForm, status_of_refusal
from order_svc.integrations.couriers.snapshots import Row, Subject, Whole, history
from order_svc.integrations.pushes import CHINESE, Acceptance, Acknowledgement, ExaminedPush
from order_svc.integrations.signatures import md5_hex

_S, _TO = ParcelStatus, DeliveredTo
_STATES = {
    "101": Meaning(_S.PENDING),
    "102": Meaning(_S.PENDING),
    "1": Meaning(_S.PICKED_UP),
    "103": Meaning(_S.PICKED_UP),
    "0": Meaning(_S.IN_TRANSIT),
    "1001": Meaning(_S.IN_TRANSIT),
    "1002": Meaning(_S.IN_TRANSIT),
    "1003": Meaning(_S.IN_TRANSIT, reason="forwarded"),
    "7": Meaning(_S.IN_TRANSIT, reason="forwarded"),
    "8": Meaning(_S.CUSTOMS),
    "10": Meaning(_S.CUSTOMS),
    "11": Meaning(_S.CUSTOMS),
    "12": Meaning(_S.CUSTOMS),
    "13": Meaning(_S.CUSTOMS, reason="customs_delay"),
    "5": Meaning(_S.OUT_FOR_DELIVERY),
    "501": Meaning(_S.READY_FOR_PICKUP),
    "3": Meaning(_S.DELIVERED),
    "301": Meaning(_S.DELIVERED, _TO.PERSON),
    "302": Meaning(_S.DELIVERED),
    "303": Meaning(_S.DELIVERED, _TO.PROXY),
    "304": Meaning(_S.DELIVERED, _TO.STATION),
    "2": Meaning(_S.EXCEPTION),
    "201": Meaning(_S.EXCEPTION, reason="delayed"),
    "202": Meaning(_S.EXCEPTION, reason="delayed"),
    "203": Meaning(_S.EXCEPTION, reason="consignee_refused"),
    "204": Meaning(_S.ATTEMPT_FAILED),
    "205": Meaning(_S.EXCEPTION, reason="pickup_overdue"),
    "206": Meaning(_S.ATTEMPT_FAILED, reason="consignee_not_available"),
    "207": Meaning(_S.ATTEMPT_FAILED, reason="out_of_delivery_area"),
    "208": Meaning(_S.EXCEPTION, reason="delayed"),
    "209": Meaning(_S.EXCEPTION, reason="carrier_damaged_parcel"),
    "210": Meaning(_S.EXCEPTION, reason="cancelled_by_sender"),
    "14": Meaning(_S.EXCEPTION, reason="consignee_refused"),
    "6": Meaning(_S.RETURNING),
    "4": Meaning(_S.RETURNED),
    "401": Meaning(_S.CANCELLED),
}
# The names that stand in `status` of a row where `statusCode` is missing.
_NAMES = {
    "揽收": "1",
    "在途": "0",
    "干线": "1002",
    "转递": "1003",
    "转投": "7",
    "转单": "7",
    "清关": "8",
    "派件": "5",
    "投柜或驿站": "501",
    "签收": "3",
    "本人签收": "301",
    "派件异常后签收": "302",
    "代签": "303",
    "投柜或站签收": "304",
    "疑难": "2",
    "拒签": "14",
    "退回": "6",
    "退签": "4",
}


class _Row(Entry):
    context: str | None = None
    time: str | None = None
    ftime: str | None = None
    status: str | None = None
    statusCode: str | None = None


class _Result(Entry):
    com: str | None = None
    nu: str | None = None
    state: str | None = None
    data: Entries = None


class _Param(Entry):
    status: str | None = None
    message: str | None = None
    autoCheck: str | None = None
    comOld: str | None = None
    comNew: str | None = None
    lastResult: _Result | None = None
    destResult: _Result | None = None


class Kuaidi100(SignedForm):
    """快递100's push of a subscribed parcel."""

    partner = "kuaidi100"
    content_field, digest_field = "param", "sign"

    def digest(self, content: str, secret: str) -> str:
        """Upper-case hexadecimal MD5(param + salt)."""
        return md5_hex(content + secret).upper()

    def given_digest(self, fields: Mapping[str, str], headers: Mapping[str, str]) -> str:
        """`sign`, in whichever case."""
        return fields.get("sign", "").upper()

    def parse(self, raw: bytes) -> Reports:
        """Every row, and the state of the parcel. An aborted subscription is noted: it is no state of the parcel."""
        push = read_json(_Param, self.content(form(raw)))
        aborted = push.status == "abort"
        notes = [f"subscription aborted: {mask(push.message or '')}"] if aborted else []
        result = push.lastResult
        if result is None or result.nu is None:
            return Reports(notes=notes)
        abroad = push.destResult.data if push.destResult else None
        rows, faults = read_each([*(result.data or ()), *(abroad or ())], _row)
        state = None if aborted else result.state
        whole, unread = read_beside(rows, lambda: Whole(code=code(state)) if state else None)
        return Reports(history(_subject(push, result), rows, whole, _STATES), [*notes, *unread, *faults])

    def accepted(self, acceptance: Acceptance, push: ExaminedPush[object]) -> Acknowledgement:
        """`"result": true`, else Kuaidi100 sends it again."""
        return Acknowledgement.of_json(200, {"result": True, "returnCode": "200", "message": "成功"})

    def refused(self, code: str, detail: str, language: str = CHINESE) -> Acknowledgement:
        """`"result": false`."""
        body = {"result": False, "returnCode": "500", "message": f"{code}: {detail}"}
        return Acknowledgement.of_json(status_of_refusal(code), body)


def _subject(push: _Param, result: _Result) -> Subject:
    """The parcel. Where Kuaidi100 has corrected its carrier, `lastResult.com` may still be the old code."""
    corrected = push.autoCheck == "1" and bool(push.comNew)
    called, former = (push.comNew, push.comOld or result.com) if corrected else (result.com, None)
    carrier = carrier_called(called) if called else None
    former_carrier = carrier_called(former) if former else None
    return Subject(
        partner="kuaidi100",
        carrier=carrier,
        waybill_no=waybill(result.nu or ""),
        former_carrier=former_carrier if former_carrier != carrier else None,
    )


def _row(value: object) -> Row:
    row = read(_Row, value)
    sentence = row.context or ""
    given = row.statusCode or _NAMES.get(row.status or "")
    return Row(
        at=local_time(row.ftime or row.time or ""),
        text=mask(sentence),
        sentence=sentence,
        code=code(given) if given else None,
        unlisted=None if given else name(row.status),
    )


COURIERS: tuple[Courier, ...] = (Kuaidi100(),)
