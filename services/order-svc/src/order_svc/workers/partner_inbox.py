"""The worker that processes what partners pushed: one push at a time, in one transaction."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.runtime import Runtime

from order_svc.commands import feeds
from order_svc.commands.parcels import courier_endpoints, courier_reports
from order_svc.commands.partners import partner_inbox
from order_svc.commands.payments import payment_callbacks
from order_svc.domain.partners.pushes import PartnerPush, PushSource, PushState
from order_svc.integrations.couriers.port import Courier, Reports
from order_svc.integrations.payments.port import PaymentProvider
from order_svc.integrations.pushes import PushAdapter
from order_svc.settings import Settings

C = TypeVar("C")
Note = Callable[[Transaction[Settings], str], Awaitable[None]]
_LONGEST_REASON = 200
_NOTED_AGAIN = timedelta(minutes=1)
log = structlog.get_logger(__name__)


class PartnerInbox:
    """Processes the inbox with the adapters of all partners."""

    def __init__(self, couriers: Mapping[str, Courier], providers: Mapping[str, PaymentProvider]) -> None:
        self._couriers, self._providers = couriers, providers
        self._noted: dict[str, datetime] = {}

    def workers(self) -> tuple[Worker[Settings], ...]:
        """One worker per source."""
        return tuple(Worker(name, partial(self.step, source)) for source, name in partner_inbox.WORKERS.items())

    async def step(self, source: PushSource, runtime: Runtime[Settings]) -> datetime | None:
        """Process the push that has been due longest; return when the next one is due."""
        push: PartnerPush | None = None
        try:
            async with runtime.transaction() as tx:
                found = await partner_inbox.next_push(tx, source)
                if found is None or found.due_at is None:
                    return None
                if found.due_at > tx.now:
                    return found.due_at
                push = found
                await self._process(runtime, tx, push)
        except Exception as error:
            if push is None or is_unavailable(error):
                raise
            log.error("partner_push_failed", push=push.id, source=source, error=type(error).__name__)
            async with runtime.transaction() as tx:
                await partner_inbox.reschedule(tx, push, type(error).__name__)
        return AT_ONCE

    async def _process(self, runtime: Runtime[Settings], tx: Transaction[Settings], push: PartnerPush) -> None:
        raw = await partner_inbox.raw_body(tx, push)
        try:
            if push.source is PushSource.PAYMENT:
                processed = await payment_callbacks.apply(tx, push, _parse(self._providers[push.partner], raw))
                tx.after_commit(partial(_report_mismatch, runtime, processed))
            else:
                courier = self._couriers[push.partner]
                reports = _parse(courier, raw)
                processed, is_proof = await courier_reports.apply(tx, push, reports, signed=courier.signs)
                proven = reports if is_proof else Reports()
                await self._note(tx, push, {each.carrier for each in proven if each.carrier is not None})
                tx.after_commit(partial(_count, runtime, push, proven, processed.state))
        except _Unreadable as error:
            await partner_inbox.failed(tx, push, str(error)[:_LONGEST_REASON])

    async def _note(self, tx: Transaction[Settings], push: PartnerPush, carriers: set[str]) -> None:
        """Note once a minute that carriers report, and that pushes arrive at an endpoint: a row that every push changed would be one that
        all wait for."""
        for carrier in sorted(carriers):
            await self._note_once(tx, carrier, feeds.report)
        if push.endpoint_id is not None and not push.is_answer:
            await self._note_once(tx, push.endpoint_id, courier_endpoints.note_push)

    async def _note_once(self, tx: Transaction[Settings], name: str, note: Note) -> None:
        last = self._noted.get(name)
        if last is None or abs(tx.now - last) >= _NOTED_AGAIN:
            await note(tx, name)
            tx.after_commit(partial(self._noted.__setitem__, name, tx.now))


class _Unreadable(Exception):
    """The adapter cannot read the push; nothing was changed yet."""


def _parse(adapter: PushAdapter[C], raw: bytes) -> C:
    try:
        return adapter.parse(raw)
    except ValueError as error:
        raise _Unreadable(str(error)) from None


def _report_mismatch(runtime: Runtime[Settings], callback: PartnerPush) -> None:
    """Count and log a callback that differs from our books: the provider has its acknowledgement and does not send it again."""
    if callback.state in (PushState.UNMATCHED, PushState.FAILED):
        runtime.metrics.signal(f"payment_callback_{callback.why}", callback.partner)
        log.warning("payment_callback_mismatch", push=callback.id, partner=callback.partner, code=callback.why)


def _count(runtime: Runtime[Settings], push: PartnerPush, reports: Reports, state: PushState) -> None:
    """Count what operators look after: pushes that were given up, and codes that the adapter does not know, once each."""
    if state is PushState.UNMATCHED:
        runtime.metrics.signal("courier_push_unmatched", push.partner)
    if push.reports is not None:
        return
    for report in reports:
        if not report.known:
            runtime.metrics.signal("courier_unknown_code", push.partner)
            log.warning("courier_unknown_code", partner=push.partner, code=report.unlisted)
