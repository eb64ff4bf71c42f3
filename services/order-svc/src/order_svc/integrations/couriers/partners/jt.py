"""J&T 极兔 (the network that was Best 百世): one or several parcels a push, each with its latest scans.

Headers `apiAccount`, `digest`, `timestamp`; form field `bizContent` (JSON, an object or an array), digest
base64(md5(bizContent + privateKey)) [R] (maxbetas/jtexpress for China, AIArmada/jnt for Malaysia); acknowledgement
`{"code": "1", "msg": "success", "data": "SUCCESS", "requestId"}` [R]. The same code differs by country, so each country is a
partner of its own: `jt-my` [R]; `jt` (China) [U], with the codes of Malaysia; `jt-vn` [U], of whose codes 103 to 121 only the
arrival 110 is known.
"""

import uuid
from collections.abc import Mapping
from datetime import timedelta, timezone, tzinfo
from functools import partial

from aftercare_events.waybills import waybill

from order_svc.domain.tracking import ParcelStatus
from order_svc.integrations.couriers.entries import Entries, Entry, read, read_each, read_list
from order_svc.integrations.couriers.fields import CHINA, code, local_time, name, reference
from order_svc.integrations.couriers.forms import form
from order_svc.integrations.couriers.masking import mask
from order_svc.integrations.couriers.port import Courier, DeliveredTo, Meaning, Report, Reports, report
from order_svc.integrations.couriers.schemes import SignedForm, status_of_refusal
from order_svc.integrations.couriers.sentences import explained
from order_svc.integrations.pushes import CHINESE, Acceptance, Acknowledgement, ExaminedPush
from order_svc.integrations.signatures import md5_base64

_S, _TO = ParcelStatus, DeliveredTo
MALAYSIA = {
    "10": Meaning(_S.PICKED_UP),
    "400": Meaning(_S.PICKED_UP),
    "20": Meaning(_S.IN_TRANSIT),
    "30": Meaning(_S.IN_TRANSIT),
    "403": Meaning(_S.IN_TRANSIT),
    "404": Meaning(_S.IN_TRANSIT),
    "405": Meaning(_S.IN_TRANSIT),
    "401": Meaning(_S.CUSTOMS),
    "402": Meaning(_S.CUSTOMS),
    "94": Meaning(_S.OUT_FOR_DELIVERY),
    "700": Meaning(_S.READY_FOR_PICKUP, _TO.STATION),
    "701": Meaning(_S.READY_FOR_PICKUP, _TO.STATION),
    "702": Meaning(_S.READY_FOR_PICKUP, _TO.STATION),
    "703": Meaning(_S.READY_FOR_PICKUP, _TO.STATION),
    "704": Meaning(_S.READY_FOR_PICKUP, _TO.STATION),
    "100": Meaning(_S.DELIVERED),
    "110": Meaning(_S.EXCEPTION),
    "200": Meaning(_S.EXCEPTION, reason="carrier_damaged_parcel"),
    "201": Meaning(_S.EXCEPTION, reason="carrier_damaged_parcel"),
    "301": Meaning(_S.EXCEPTION, reason="disposed"),
    "302": Meaning(_S.EXCEPTION, reason="consignee_refused"),
    "303": Meaning(_S.EXCEPTION, reason="customs_confiscated"),
    "304": Meaning(_S.EXCEPTION, reason="delayed"),
    "305": Meaning(_S.EXCEPTION, reason="disposed"),
    "172": Meaning(_S.RETURNING),
    "173": Meaning(_S.RETURNED),
    "300": Meaning(_S.LOST),
}
VIETNAM = {"110": Meaning(_S.IN_TRANSIT)}


class _Detail(Entry):
    scanTime: str
    scanTypeCode: str | None = None
    scanType: str | None = None
    desc: str | None = None
    staffName: str | None = None


class _Parcel(Entry):
    billCode: str
    txlogisticId: str | None = None
    details: Entries = None


class JtExpress(SignedForm):
    """极兔's tracking push in one country: its codes, and its clocks."""

    carrier = "jt"
    content_field, digest_field = "bizContent", "digest"

    def __init__(self, partner: str, codes: Mapping[str, Meaning], zone: tzinfo) -> None:
        self.partner = partner
        self._codes, self._zone = codes, zone

    def digest(self, content: str, secret: str) -> str:
        """base64(md5(bizContent + privateKey))."""
        return md5_base64(content + secret)

    def given_digest(self, fields: Mapping[str, str], headers: Mapping[str, str]) -> str:
        """The header; some receivers document a field of the form in its place."""
        return headers.get("digest") or fields.get("digest", "")

    def parse(self, raw: bytes) -> Reports:
        """The scans of all parcels."""
        parcels, faults = read_each(read_list(self.content(form(raw))), self._parcel)
        reports = [report for each in parcels for report in each]
        return Reports(reports, [*(note for each in parcels for note in each.notes), *faults])

    def accepted(self, acceptance: Acceptance, push: ExaminedPush[object]) -> Acknowledgement:
        """`"code": "1"`, with a request id of our own."""
        body = {"code": "1", "msg": "success", "data": "SUCCESS"}
        request_id = uuid.uuid5(uuid.NAMESPACE_OID, push.push_id)
        return Acknowledgement.of_json(200, body | {"requestId": str(request_id)})

    def refused(self, code: str, detail: str, language: str = CHINESE) -> Acknowledgement:
        """`"code": "0"`."""
        body = {"code": "0", "msg": f"{code}: {detail}", "data": None, "requestId": ""}
        return Acknowledgement.of_json(status_of_refusal(code), body)

    def _parcel(self, value: object) -> Reports:
        parcel = read(_Parcel, value)
        number = waybill(parcel.billCode)
        return Reports(*read_each(parcel.details or (), partial(self._scan, number, reference(parcel.txlogisticId))))

    def _scan(self, number: str, order: str | None, value: object) -> Report:
        detail = read(_Detail, value)
        sentence = detail.desc or detail.scanType or ""
        return report(
            self.partner,
            carrier="jt",
            waybill_no=number,
            meaning=explained(self._codes.get(detail.scanTypeCode or ""), sentence),
            occurred_at=local_time(detail.scanTime, self._zone),
            raw_code=code(detail.scanTypeCode) if detail.scanTypeCode else None,
            text=mask(sentence, [detail.staffName]),
            reference=order,
            unlisted=None if detail.scanTypeCode else name(detail.scanType),
        )


COURIERS: tuple[Courier, ...] = (
    JtExpress("jt", MALAYSIA, CHINA),
    JtExpress("jt-my", MALAYSIA, timezone(timedelta(hours=8))),
    JtExpress("jt-vn", VIETNAM, timezone(timedelta(hours=7))),
)
