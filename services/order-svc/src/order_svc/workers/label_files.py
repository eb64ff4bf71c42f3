"""The worker that makes the files of labels: it runs in a process of its own, whose image has the libraries for that."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog
from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.runtime import Runtime

from order_svc.commands.shipping import label_files
from order_svc.commands.shipping.label_parcels import PRINTER
from order_svc.domain.shipping.printing import LabelText
from order_svc.settings import Settings

log = structlog.get_logger(__name__)


class LabelFiles:
    """Makes one file after the other. Those that cannot be made are left out until the process starts again."""

    def __init__(self, pdf: Callable[[LabelText], bytes] | None = None) -> None:
        self._pdf, self._left_out = pdf, set[str]()

    def worker(self) -> Worker[Settings]:
        """The worker, woken for each new waybill."""
        return Worker(PRINTER, self.step)

    async def step(self, runtime: Runtime[Settings]) -> datetime | None:
        """Make the file of the oldest label that has none."""
        async with runtime.transaction() as tx:
            found = await label_files.next_label(tx, self._left_out)
        if found is None:
            return None
        label, text = found
        try:
            content = await asyncio.to_thread(self._render, text)
        except Exception as error:
            self._left_out.add(label.id)
            runtime.metrics.signal("label_not_printed", label.courier)
            log.error("label_not_printed", partner=label.courier, error=type(error).__name__)
            return AT_ONCE
        async with runtime.transaction() as tx:
            await label_files.store(tx, label.id, content)
        return AT_ONCE

    def _render(self, text: LabelText) -> bytes:
        if self._pdf is None:
            # Here, and not at the top: what starts the other processes does not have these libraries.
            from order_svc.integrations.labels.document import pdf

            self._pdf = pdf
        return self._pdf(text)
