"""Pushes of every partner: the examples in the folders of `couriers/`, and what the adapters make of them."""

from collections.abc import Callable, Iterator
from datetime import datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from courier_wire import NOW, SECRET, Example, Signed
from order_svc.integrations.couriers.port import Reports
from order_svc.integrations.couriers.registry import COURIERS
from order_svc.integrations.pushes import REVOKED, Acceptance, Acknowledgement, ExaminedPush, examine


def _found() -> Iterator[tuple[str, Example]]:
    for path in sorted(Path(__file__).parent.glob("couriers/*/example.py")):
        spec = spec_from_file_location(f"example_of_{path.parent.name}", path)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        yield from module.EXAMPLES.items()


EXAMPLES: dict[str, Example] = dict(_found())
"""By partner."""


def _signer(example: Example) -> Callable[[object, str], Signed]:
    return lambda content, secret: example.sign(content, secret, NOW)


SIGNERS = {partner: _signer(example) for partner, example in EXAMPLES.items()}
"""The push of a content, signed with a secret."""


def signed(partner: str, content: object, secret: str, at: datetime = NOW) -> Signed:
    """The push of this content, signed at this time, which the proof of Standard Webhooks alone covers."""
    return EXAMPLES[partner].sign(content, secret, at)


def secret_of(partner: str, text: str = SECRET) -> str:
    """A secret that the partner can have, made of this text."""
    return EXAMPLES[partner].secret(text)


def contents(waybill_no: str, at: datetime = NOW) -> dict[str, Any]:
    """For each partner the content of a push of one scan that delivers this waybill."""
    return {partner: example.delivered(waybill_no, at) for partner, example in EXAMPLES.items()}


def carrier_of(partner: str) -> str:
    """The carrier of a parcel that the content of `contents` delivers."""
    return COURIERS[partner].carrier or "zto"


def examined(
    partner: str, content: object, *, secret: str | None = None, verified_with: str | None = None
) -> ExaminedPush[Reports]:
    """The push of this content, signed with `secret`, as the adapter of an endpoint with `verified_with` examines it."""
    own = secret_of(partner)
    return examined_as(partner, SIGNERS[partner](content, secret or own), verified_with or own)


def examined_as(partner: str, push: Signed, *secrets: str) -> ExaminedPush[Reports]:
    """The push as the adapter of an endpoint with these secrets examines it; without any, the endpoint is revoked."""
    headers = push.headers | {":path": f"/v1/courier-webhooks/{partner}/ce_1{push.query}"}
    return examine(COURIERS[partner], push.raw, headers, secrets, NOW, rejection=None if secrets else REVOKED)


def parsed(partner: str, content: object) -> Reports:
    """The reports of a push that has to be verified and readable."""
    push = examined(partner, content)
    assert push.verified, push.rejection
    assert push.content is not None, push.rejection
    return push.content


def accepted(partner: str, content: object) -> Acknowledgement:
    return COURIERS[partner].accepted(Acceptance.PROCESSED, examined(partner, content))


def shown(reports: Reports) -> list[tuple[str, str | None, str]]:
    """Status, raw code and time in UTC of each report."""
    return [(each.scan.status.value, each.scan.raw_code, f"{each.scan.occurred_at:%m-%d %H:%M:%S}") for each in reports]
