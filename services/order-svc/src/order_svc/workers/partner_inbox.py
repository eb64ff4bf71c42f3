"""The workers that process what partners pushed: a push in a transaction, or several of couriers where they arrive faster than that."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.observability import tracing
from aftercare_chassis.runtime import Runtime
from asyncpg import TransactionRollbackError

from order_svc.commands import feeds
from order_svc.commands.parcels import courier_endpoints, courier_reports
from order_svc.commands.parcels.courier_reports import ReadPush
from order_svc.commands.partners import partner_inbox
from order_svc.commands.payments import payment_callbacks
from order_svc.domain.partners.pushes import PartnerPush, PushSource, PushState
from order_svc.domain.tracking import Parcel
from order_svc.integrations.couriers.port import Courier
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
        self._busy: set[PushSource] = set()

    def workers(self) -> tuple[Worker[Settings], ...]:
        """One worker per source."""
        return tuple(Worker(name, partial(self.step, source)) for source, name in partner_inbox.WORKERS.items())

    async def step(self, source: PushSource, runtime: Runtime[Settings]) -> datetime | None:
        """Process the push that has been due longest, and others with it where some may have arrived meanwhile; return when the next one is
        due."""
        pushes: Sequence[PartnerPush] = ()
        try:
            async with runtime.transaction() as tx:
                pushes = await partner_inbox.claim(tx, source, several=source in self._busy)
                if not pushes or not partner_inbox.is_due(pushes[0], tx.now):
                    self._busy.discard(source)
                    return pushes[0].due_at if pushes else None
                self._busy.add(source)
                await self._process(runtime, tx, pushes)
        except Exception as error:
            await self._failed(runtime, pushes, error)
        return AT_ONCE

    async def _failed(self, runtime: Runtime[Settings], pushes: Sequence[PartnerPush], error: Exception) -> None:
        """Process several pushes one by one, of which one has failed, or which were in the way of another transaction. One that fails alone is
        processed again later."""
        if len(pushes) > 1 and (isinstance(error, TransactionRollbackError) or not is_unavailable(error)):
            log.info("partner_pushes_one_by_one", count=len(pushes), error=type(error).__name__)
            for push in pushes:
                await self._alone(runtime, push)
            return
        if not pushes or is_unavailable(error):
            raise error
        [push] = pushes
        log.error("partner_push_failed", push=push.id, source=push.source, error=type(error).__name__)
        async with runtime.transaction() as tx:
            await partner_inbox.reschedule(tx, push, type(error).__name__)

    async def _alone(self, runtime: Runtime[Settings], push: PartnerPush) -> None:
        try:
            async with runtime.transaction() as tx:
                claimed = await partner_inbox.claim_again(tx, push)
                if claimed is not None:
                    await self._process(runtime, tx, [claimed])
        except Exception as error:
            await self._failed(runtime, [push], error)

    async def _process(
        self, runtime: Runtime[Settings], tx: Transaction[Settings], pushes: Sequence[PartnerPush]
    ) -> None:
        bodies = await partner_inbox.raw_bodies(tx, pushes)
        if pushes[0].source is PushSource.COURIER:
            await self._apply_reports(runtime, tx, pushes, bodies)
            return
        for push in pushes:
            try:
                result = _parse(self._providers[push.partner], bodies[push.id])
            except _Unreadable as error:
                await partner_inbox.failed(tx, push, str(error)[:_LONGEST_REASON])
            else:
                with _span(push):
                    processed = await payment_callbacks.apply(tx, push, result)
                tx.after_commit(partial(_report_mismatch, runtime, processed))

    async def _apply_reports(
        self,
        runtime: Runtime[Settings],
        tx: Transaction[Settings],
        pushes: Sequence[PartnerPush],
        bodies: Mapping[str, bytes],
    ) -> None:
        read, asked = list[ReadPush](), dict[str, Parcel]()
        for push in pushes:
            courier = self._couriers[push.partner]
            try:
                reports = _parse(courier, bodies[push.id])
            except _Unreadable as error:
                await partner_inbox.failed(tx, push, str(error)[:_LONGEST_REASON])
            else:
                read.append(await ReadPush.of(tx, push, reports, signed=courier.signs))
        locked = await courier_reports.load(tx, read)
        for each in read:
            with _span(each.push) as span:
                if len(pushes) > 1:
                    tx.begin_unit(span.context)
                processed = await courier_reports.apply(tx, each, locked, asked)
            tx.after_commit(partial(_count, runtime, each, processed.state))
        await courier_reports.settle(tx, read, asked)
        await self._note(tx, read)

    async def _note(self, tx: Transaction[Settings], pushes: Sequence[ReadPush]) -> None:
        """Note once a minute that carriers report, and that pushes arrive at an endpoint: a row that every push changed would be one that
        all wait for."""
        for carrier in sorted({each.carrier for read in pushes for each in read.proven if each.carrier is not None}):
            await self._note_once(tx, carrier, feeds.report)
        posted = [each.push.endpoint_id for each in pushes if not each.push.is_answer]
        for endpoint_id in sorted({each for each in posted if each is not None}):
            await self._note_once(tx, endpoint_id, courier_endpoints.note_push)

    async def _note_once(self, tx: Transaction[Settings], name: str, note: Note) -> None:
        last = self._noted.get(name)
        if last is None or abs(tx.now - last) >= _NOTED_AGAIN:
            await note(tx, name)
            tx.after_commit(partial(self._noted.__setitem__, name, tx.now))


class _Unreadable(Exception):
    """The adapter cannot read the push; nothing was changed yet."""


def _span(push: PartnerPush) -> tracing.Span:
    return tracing.caused("process push", push.traceparent, deferred=push.attempts > 0)


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


def _count(runtime: Runtime[Settings], read: ReadPush, state: PushState) -> None:
    """Count what operators look after: pushes that were given up, and codes that the adapter does not know, once each."""
    partner = read.push.partner
    if state is PushState.UNMATCHED:
        runtime.metrics.signal("courier_push_unmatched", partner)
    for report in read.proven if read.is_first else ():
        if not report.known:
            runtime.metrics.signal("courier_unknown_code", partner)
            log.warning("courier_unknown_code", partner=partner, code=report.unlisted)
