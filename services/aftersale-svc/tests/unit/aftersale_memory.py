"""A transaction on one order, one case and its dispute, all in memory, so that the real commands can be walked through."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.refusals import NotFound
from aftercare_events import Event
from aftersale_svc.domain.codes import OrderState, RefundCause, Stage
from aftersale_svc.domain.holds import ENDED, Hold
from aftersale_svc.domain.model import Case, CaseLine, Dispute, DisputeState, Order, State
from aftersale_svc.settings import Settings
from aftersale_svc.tables import cases, disputes, orders

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CLOSED_DISPUTES = (DisputeState.EXECUTED, DisputeState.WITHDRAWN)


@dataclass(frozen=True)
class World:
    """What is known of one order of two units in one line, all in one case."""

    order: Order
    case: Case
    lines: tuple[CaseLine, ...]
    shipped: int = 0
    dispute: Dispute | None = None

    @property
    def facts(self) -> tuple[object, ...]:
        """What decides how it can go on: two worlds with the same facts are the same place in the graph."""
        case, dispute = self.case, self.dispute
        told = (case.type, case.state, case.frozen_state, case.stage, case.close_cause, case.reject_reason)
        refund = (case.refund_id is not None, case.refund_cause is RefundCause.VERDICT)
        accepted = tuple(line.accepted for line in self.lines)
        judged = (dispute.state, dispute.remedy) if dispute else None
        return told, refund, accepted, judged, self.order.state, self.shipped

    @property
    def over(self) -> bool:
        """Whether nobody waits for anything any more."""
        return self.case.state in ENDED and (self.dispute is None or self.dispute.state in CLOSED_DISPUTES)


class Memory:
    """A transaction in a world; `world` is what it leaves behind."""

    def __init__(self, world: World, role: str, now: datetime, settings: Settings) -> None:
        self.world, self.now, self.settings = world, now, settings
        self.actor = Actor("system" if role == "system" else f"{role}-1", role)

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_1"

    async def lock(self, rows: Any, *key: Any) -> Any:
        row = {cases.CASES: self.world.case, disputes.DISPUTES: self.world.dispute}[rows]
        if row is None or row.id != key[0]:
            raise NotFound(what=rows.name)
        return row

    async def one(self, query: Any, **_: Any) -> Any:
        if query is disputes.CASE_TO_HOLD:
            return self.world.case if self.world.dispute else None
        assert query in (orders.ORDER_TO_HOLD, orders.ORDER_OF_CASE, orders.ORDER_OF_DISPUTE)
        return self.world.order

    async def all(self, query: Any, **_: Any) -> list[Any]:
        live = [] if self.world.case.state in ENDED else [{"id": self.world.case.id}]
        return {cases.LIVE_CASES_OF: live, cases.LINES_OF: list(self.world.lines), orders.HOLDS: self._holds()}[query]

    def _holds(self) -> list[Hold]:
        case = self.world.case
        return [
            Hold(
                line_id=line.line_id,
                sku=line.sku,
                quantity=line.line_units,
                paid_minor=line.line_paid_minor,
                shipped_quantity=self.world.shipped,
                case_id=case.id,
                type=case.type,
                state=case.state,
                stage=case.stage,
                reason=case.reason,
                liable=case.liable,
                reject_reason=case.reject_reason,
                shipping_refund_minor=case.shipping_refund_minor,
                units=line.quantity,
                accepted=line.accepted,
                amount_minor=line.amount_minor,
                accepted_minor=line.accepted_minor,
            )
            for line in self.world.lines
        ]

    async def save(self, rows: Any, row: Any, *events: Event) -> Any:
        assert events
        if rows is cases.CASES:
            _check(row)
            self.world = replace(self.world, case=row)
        else:
            self.world = replace(self.world, dispute=row)
        return row

    async def create(self, rows: Any, row: Any, *events: Event) -> Any:
        assert rows is disputes.DISPUTES
        assert self.world.dispute is None or self.world.dispute.state in CLOSED_DISPUTES, "disputes_open_key"
        return await self.save(rows, row, *events)

    async def insert(self, rows: Any, *_: Any) -> None:
        assert rows is cases.ENTRIES

    async def execute(self, statement: Any, **params: Any) -> int:
        if statement is orders.MOVE_ORDER:
            self.world = replace(self.world, order=replace(self.world.order, state=OrderState(params["state"])))
        elif statement is orders.SHIP_LINES:
            self.world = replace(self.world, shipped=self.world.shipped + sum(params["units"]))
        else:
            self._judge(statement, params)
        return 1

    def _judge(self, statement: Any, params: dict[str, Any]) -> None:
        [line] = self.world.lines
        units, minor = line.quantity, line.amount_minor
        if statement is cases.JUDGE_LINES:
            [units], [minor] = params["units"], params["shares"]
        else:
            assert statement is cases.ACCEPT_ALL
        self.world = replace(self.world, lines=(replace(line, accepted=units, accepted_minor=minor),))


def _check(case: Case) -> None:
    """The CHECKs of the table."""
    assert (case.state is State.DISPUTED) == (case.frozen_state is not None)
    assert case.state is not State.REFUNDING or case.refund_id is not None
    assert case.state is not State.REJECTED or case.reject_reason is not None
    assert case.state is not State.CLOSED or case.close_cause is not None
    assert (case.state in ENDED) == (case.whose_turn == "nobody")
    assert (case.whose_turn in ("nobody", "platform")) == (case.deadline_at is None)
    assert case.refund_minor <= case.requested_minor + case.shipping_refund_minor
    assert case.stage in Stage
