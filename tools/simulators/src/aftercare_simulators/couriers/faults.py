"""Pushes that are wrong, each in one way."""

import gzip
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode

from aftercare_simulators.couriers.wire import Partner, Request, Scan


class Fault(StrEnum):
    """What is wrong with a push."""

    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_WAYBILL = "unknown_waybill"
    GZIP = "gzip"
    BOM = "bom"
    CUT_OFF = "cut_off"
    BACKWARDS = "backwards"
    FUTURE = "future"
    TOO_LARGE = "too_large"
    NESTED = "nested"
    ENTITY_BOMB = "entity_bomb"
    EXTERNAL_ENTITY = "external_entity"
    WRONG_ENCODING = "wrong_encoding"


_MOST_BYTES = 1_048_576
_DEPTH = 50_000
_EXPANSIONS = "".join(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 10))
_TYPES = {
    Fault.ENTITY_BOMB: f'<!DOCTYPE push [<!ENTITY e0 "lol">{_EXPANSIONS}<!ENTITY entity "&e9;">]>',
    Fault.EXTERNAL_ENTITY: '<!DOCTYPE push [<!ENTITY entity SYSTEM "file:///etc/passwd">]>',
}


def with_fault(partner: Partner, history: Sequence[Scan], secret: str, fault: Fault) -> Request:
    """The push about the last of these scans with the fault. All have a valid signature but the first, the compressed one, and one in
    another encoding of a partner that signs the bytes of the body.

    BACKWARDS: a scan that happened last and has the status of the first. FUTURE: forty days ahead. NESTED: the text is elements, or objects, in
    each other. ENTITY_BOMB, EXTERNAL_ENTITY: it has a document type, in front of an entity where the partner writes no XML.
    WRONG_ENCODING: GBK in place of UTF-8.
    """
    last = history[-1]
    if fault is Fault.UNKNOWN_WAYBILL:
        history = [
            replace(scan, waybill_no=f"{scan.waybill_no}0", reference=scan.reference and f"{scan.reference}0")
            for scan in history
        ]
    if fault is Fault.BACKWARDS:
        history = [
            *history,
            replace(last, status=history[0].status, at=last.at + timedelta(minutes=1), delivered_to=None),
        ]
    if fault is Fault.FUTURE:
        history = [replace(last, at=last.at + timedelta(days=40))]
    content = partner.content(history)
    if fault is Fault.BOM:
        content = "\ufeff" + content
    if fault is Fault.CUT_OFF:
        content = content[: len(content) // 2]
    if fault is Fault.TOO_LARGE:
        content += " " * _MOST_BYTES
    if fault is Fault.NESTED:
        content = ("<a>" if _is_xml(content) else '{"a":') * _DEPTH
    if fault in _TYPES:
        content = _TYPES[fault] + (content.replace("><", ">&entity;<", 1) if _is_xml(content) else "<a>&entity;</a>")
    request = partner.wrap(content, _other(secret) if fault is Fault.BAD_SIGNATURE else secret)
    if fault is Fault.WRONG_ENCODING:
        return Request(_in_gbk(request.body), request.headers)
    return Request(gzip.compress(request.body), request.headers) if fault is Fault.GZIP else request


def _is_xml(content: str) -> bool:
    return content.startswith("<")


def _in_gbk(body: bytes) -> bytes:
    """The body, a form or JSON, with a Chinese character more, in GB 18030, which has all of GBK."""
    text = body.decode()
    if text.startswith("{"):
        return text.replace("}", ',"note":"签收"}', 1).encode("gb18030")
    return urlencode([*parse_qsl(text), ("note", "签收")], encoding="gb18030").encode()


def _other(secret: str) -> str:
    """Another secret of the same form."""
    head, tail = secret[: len(secret) // 2], secret[len(secret) // 2 :]
    return head + tail[1:] + ("B" if tail[:1] != "B" else "C") if "=" not in tail else "whsec_" + "QUJD" * 10
