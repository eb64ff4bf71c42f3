"""Pushes that are wrong, each in one way."""

import gzip
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum

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


_MOST_BYTES = 1_048_576


def with_fault(partner: Partner, history: Sequence[Scan], secret: str, fault: Fault) -> Request:
    """The push about the last of these scans with the fault; all but the first and the compressed one have a valid signature.

    BACKWARDS: a scan that happened last and has the status of the first. FUTURE: forty days ahead.
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
    request = partner.wrap(content, _other(secret) if fault is Fault.BAD_SIGNATURE else secret)
    return Request(gzip.compress(request.body), request.headers) if fault is Fault.GZIP else request


def _other(secret: str) -> str:
    """Another secret of the same form."""
    head, tail = secret[: len(secret) // 2], secret[len(secret) // 2 :]
    return head + tail[1:] + ("B" if tail[:1] != "B" else "C") if "=" not in tail else "whsec_" + "QUJD" * 10
