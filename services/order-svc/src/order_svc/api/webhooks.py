"""The way of a partner's push, whoever the partner is: verified and read, stored as it arrived, acknowledged in its format.

Our own books are not asked: a worker decides by them afterwards (`workers/partner_inbox.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from weakref import WeakKeyDictionary

import structlog
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.http import languages
from aftercare_chassis.http.problems import Problem
from aftercare_chassis.http.rate_limit import RateLimit
from aftercare_chassis.runtime import Runtime
from fastapi import Request, Response
from starlette.responses import PlainTextResponse

from order_svc.api.push_metrics import PushMetrics
from order_svc.commands.partners import partner_inbox
from order_svc.domain.partners.pushes import PushSource
from order_svc.integrations.pushes import Acceptance, Acknowledgement, ExaminedPush, PushAdapter, Rejection, examine
from order_svc.settings import Settings

UNVERIFIED = "1000/hour"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Whose push this must be by its address: it is signed with one of `secrets`, unless there is a `rejection` of whatever arrives.

    `sent_from` is the address that it came from, where it is rejected for that.
    Payment providers have no endpoint. A partner that stops to post after a number of failures gets an acknowledgement for a
    signed push that cannot be read, too: `acknowledges_unreadable`.
    """

    source: PushSource
    partner: str
    endpoint_id: str | None = None
    secrets: tuple[str, ...] = field(repr=False)
    rejection: Rejection | None = None
    sent_from: str | None = None
    acknowledges_unreadable: bool = False


class UnverifiedPushes:
    """How many pushes are stored that are not signed by their partner: of each address at most UNVERIFIED by one process, as anybody can
    send any number of them. The others are refused, counted and logged like these."""

    def __init__(self) -> None:
        self._limits: WeakKeyDictionary[Runtime, RateLimit] = WeakKeyDictionary()

    def may_store(self, service: Runtime, sender: Sender) -> bool:
        """Count one; whether it may be stored."""
        limit = self._limits.get(service)
        if limit is None:
            limit = self._limits[service] = RateLimit(UNVERIFIED)
        is_within, _, _ = limit.hit(f"{sender.partner}/{sender.endpoint_id}")
        return is_within


async def receive(
    request: Request,
    tx: Transaction[Settings],
    service: Runtime,
    adapter: PushAdapter[object],
    sender: Sender,
    unverified: UnverifiedPushes,
) -> Response:
    """Store a push once, however often it is sent, and acknowledge it; one that is not verified is refused, and stored as `unverified` says."""
    headers = {**request.headers, ":path": f"{request.url.path}?{request.url.query}"}
    push = examine(adapter, await request.body(), headers, sender.secrets, tx.now, rejection=sender.rejection)
    is_new = False
    if push.verified or unverified.may_store(service, sender):
        is_new = await partner_inbox.store(
            tx,
            push,
            source=sender.source,
            partner=sender.partner,
            endpoint_id=sender.endpoint_id,
            sent_from=sender.sent_from,
        )
    acceptance = _acceptance(push, is_new)
    tx.after_commit(partial(_report, service, sender, push, acceptance))
    if push.rejection is not None and not (push.verified and sender.acknowledges_unreadable):
        language = languages.choose(request.headers.get("accept-language"))
        return response(adapter.refused(push.rejection.code, push.rejection.detail, language))
    return response(adapter.accepted(acceptance, push))


def response(acknowledgement: Acknowledgement) -> Response:
    """The acknowledgement as a response."""
    return Response(
        acknowledgement.body,
        acknowledgement.status,
        dict(acknowledgement.headers),
        acknowledgement.media_type,
    )


def refusal(adapters: Mapping[str, PushAdapter[object]], partner: str, problem: Problem) -> Response:
    """What refuses a push before it is examined, in the partner's format; in plain text where no adapter has this name."""
    adapter = adapters.get(partner)
    log.warning("push_not_examined", partner=partner if adapter is not None else "unknown", code=problem["code"])
    if adapter is None:
        return PlainTextResponse("No partner posts to this address.\n", 404)
    return response(replace(adapter.refused(problem["code"], problem["detail"]), status=problem["status"]))


def _acceptance(push: ExaminedPush[object], is_new: bool) -> Acceptance:
    if not push.content:
        return Acceptance.IRRELEVANT
    return Acceptance.PROCESSED if is_new else Acceptance.REPEATED


def _report(service: Runtime, sender: Sender, push: ExaminedPush[object], acceptance: Acceptance) -> None:
    """Count a push, and log one that was not accepted."""
    service.metrics.of(PushMetrics).count(sender.partner, sender.endpoint_id, push, acceptance)
    rejection = push.rejection
    if rejection is None:
        return
    noun = partner_inbox.NOUNS[sender.source]
    service.metrics.signal(f"{noun}_{rejection.code}", sender.partner)
    log.warning(f"{noun}_refused", partner=sender.partner, endpoint_id=sender.endpoint_id, code=rejection.code)
