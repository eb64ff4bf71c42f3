"""The worker that proves the ledger: it counts new postings within seconds, and everything again once a day."""

from datetime import datetime, timedelta
from math import nan

import structlog
from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.runtime import Runtime
from prometheus_client import CollectorRegistry, Gauge

from order_svc.commands.payments import ledger_proofs
from order_svc.domain.payments.proofs import LedgerProof, RecountState
from order_svc.queries import ledgers
from order_svc.settings import Settings

EVERY = timedelta(days=1)
"""When everything is counted again."""
_REPORT = timedelta(seconds=30)
_PAUSE = timedelta(milliseconds=200)
"""Between two parts of a recount, which leaves the database to those who wait for it."""
log = structlog.get_logger(__name__)


class LedgerMetrics:
    """The figures of the proof."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._difference = Gauge(
            "aftercare_ledger_difference_minor",
            "By how many minor units the ledger does not add up or differs from our other books.",
            ["currency"],
            registry=registry,
        )
        self._broken = Gauge(
            "aftercare_ledger_broken_orders",
            "Orders in which the ledger does not add up or differs from our other books.",
            registry=registry,
        )
        self._postings = Gauge("aftercare_ledger_counted_postings", "Postings that are counted.", registry=registry)
        self._checked = Gauge(
            "aftercare_ledger_checked_timestamp_seconds", "When the ledger was last checked.", registry=registry
        )
        self._holds = Gauge(
            "aftercare_ledger_holds",
            "1 where the proof holds, 0 where it does not, NaN before this process has checked.",
            registry=registry,
        )
        self._holds.set(nan)

    def proven(self, proof: LedgerProof) -> None:
        """Set them to those of the proof."""
        for sums in proof.sums:
            self._difference.labels(sums.currency).set(sums.difference_minor)
        self._broken.set(proof.broken_orders)
        self._holds.set(int(proof.holds))
        if proof.progress is not None:
            self._postings.set(proof.progress.postings)
            self._checked.set(proof.progress.checked_at.timestamp())


class LedgerProofWorker:
    """Proves the ledger. `_held` is whether the proof held when it was last reported, `_report_at` when it is next."""

    def __init__(self) -> None:
        self._held, self._report_at = True, AT_ONCE

    def worker(self) -> Worker[Settings]:
        """The worker."""
        return Worker(ledger_proofs.WORKER, self.step, idle=5.0)

    async def step(self, runtime: Runtime[Settings]) -> datetime | None:
        """Count some postings, or else a part of a recount; return when there is more to do. What does not change is reported twice a
        minute, so that it is seen that the worker runs."""
        async with runtime.reader() as reader:
            if reader.now < self._report_at and not await ledgers.is_anything_to_do(reader, EVERY):
                return self._report_at
            self._report_at = reader.now + _REPORT
        async with runtime.transaction() as tx:
            counted = await ledger_proofs.count(tx)
        due = AT_ONCE if counted else await _recount(runtime)
        async with runtime.reader() as reader:
            proof = await ledgers.proof(reader)
        runtime.metrics.of(LedgerMetrics).proven(proof)
        if self._held and not proof.holds:
            runtime.metrics.signal("ledger_difference")
            log.error("ledger_difference")
        self._held = proof.holds
        return due


async def _recount(runtime: Runtime[Settings]) -> datetime | None:
    """A part of the recount that runs, or a new one where the last one is a day old; when the next part is due."""
    async with runtime.transaction() as tx:
        part = await ledger_proofs.continue_recount(tx)
        if part is not None and part.state is RecountState.RUNNING:
            return tx.now + _PAUSE
        last = part or await ledger_proofs.last_recount(tx)
        due = tx.now if last is None else last.started_at + EVERY
        if due > tx.now:
            return due
        await ledger_proofs.begin_recount(tx)
        return AT_ONCE
