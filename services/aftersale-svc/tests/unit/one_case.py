"""One case of any type, moved step by step by the real commands."""

from dataclasses import replace

from aftersale_svc.domain.cases.lifecycle import of
from aftersale_svc.domain.cases.model import Case, CaseLine
from aftersale_svc.domain.cases.price_checks import PriceCheck
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.holds import holds_of
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings
from case_walk import SETTINGS, Command, timer_of_case
from memory_transaction import NOW, MemoryTransaction, Snapshot

PAID_MINOR = 19133


class OneCase:
    """A case about both units of a line that were paid with 191.33."""

    def __init__(self, case: Case, order: Order, settings: Settings = SETTINGS) -> None:
        line = CaseLine(
            case_id=case.id,
            line_id="line_1",
            sku="KETTLE-1",
            quantity=2,
            amount_minor=PAID_MINOR,
            line_units=2,
            line_paid_minor=PAID_MINOR,
            units_before=0,
        )
        [hold] = holds_of([line], TYPES[case.type])
        self.now, self.settings = NOW, settings
        prices = PriceCheck(case_id=case.id, line_id="line_1", reference_minor=10000, checked_minor=433)
        first = Snapshot(order, case, line, hold, price_check=prices if TYPES[case.type].needs_prices else None)
        self.snapshot = replace(first, case=of(case).start(case, MemoryTransaction(first, "system", NOW, settings)))

    async def do(self, role: str, command: Command) -> Case:
        tx = MemoryTransaction(self.snapshot, role, self.now, self.settings)
        await command(tx)
        self.snapshot, self.events = tx.snapshot, tx.events
        return self.snapshot.case

    async def wait(self) -> Case:
        """Until the deadline, and for what its timer does."""
        assert self.snapshot.case.deadline_at is not None
        self.now = self.snapshot.case.deadline_at
        return await self.do("system", timer_of_case)
