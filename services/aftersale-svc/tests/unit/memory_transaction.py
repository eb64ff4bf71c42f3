"""A transaction on one order, one case and its dispute in memory, so that the real commands run without a database."""

from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from aftercare_chassis.lifecycle import PLAIN_HOURS, SYSTEM, Actor, SystemContext
from aftercare_chassis.records import replace
from aftercare_chassis.refusals import NotFound
from aftercare_events import Event
from aftersale_svc.domain.cases.codes import BY_VERDICT, EvidenceKind
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case, CaseLine, CaseState, Inspection, Refund, Return
from aftersale_svc.domain.cases.offers.model import Offer, OfferSide, OfferState
from aftersale_svc.domain.cases.price_checks import PriceCheck
from aftersale_svc.domain.cases.types import ENDED
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import Dispute
from aftersale_svc.domain.evidence.model import CitedFile, EvidenceFile, EvidenceState
from aftersale_svc.domain.money.codes import HoldAction
from aftersale_svc.domain.money.lifecycle import HOLD
from aftersale_svc.domain.money.model import Hold
from aftersale_svc.domain.orders.model import Order, OrderState
from aftersale_svc.settings import Settings
from aftersale_svc.tables import locks, orders
from aftersale_svc.tables.cases import case_rules, cases, legs, merchant_settings, offers
from aftersale_svc.tables.claims import claims, guarantee_claims
from aftersale_svc.tables.deadlines import deadlines
from aftersale_svc.tables.decisions import decisions, policies
from aftersale_svc.tables.disputes import appeals, dispute_parts, disputes, lab_tests, verdicts, withdrawn_disputes
from aftersale_svc.tables.evidence import evidence
from aftersale_svc.tables.goods import pickups, refused_goods_claims, waybills
from aftersale_svc.tables.money import given_back, holds, surcharges
from case_checks import check
from dispute_progress import PARTS, judged
from leg_details import details_of
from line_holds import line_hold
from sent_goods import HOLD_ACTIONS, SINGLE, progress, review_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
UNKNOWN = (
    *(pickups.LOCK_SLOT, pickups.TAKEN, merchant_settings.SETTING_IN_FORCE, guarantee_claims.TAKEN, deadlines.OPEN_OF),
    waybills.LOCK_WAYBILL,
)
ORDERS = (locks.ORDER_TO_LOCK, locks.ORDER_OF_CASE, locks.ORDER_OF_DISPUTE, orders.ORDER, case_rules.ORDER_TO_REVIEW)
GOODS = refused_goods_claims.REFUSED_GOODS_CLAIMS
PROPOSALS = dispute_parts.PROPOSALS.name
DETAILS = (legs.DETAILS.of_one, legs.DETAILS_TO_LOCK.of_one)
HELD = (holds.HOLDS_OF_ORDER, holds.HOLDS_OF_ORDERS)
NONE = (
    *(verdicts.COSTS_OF_DISPUTE, withdrawn_disputes.WITHDRAWN, given_back.SHARES_PAID, decisions.DECIDERS_OF_CASE),
    *(waybills.PARCELS_UNDER_WAYBILL, surcharges.PAID_EXCHANGES),
)


@dataclass(frozen=True)
class Snapshot:
    """All rows of one order with one line, which is in one case."""

    order: Order
    case: Case
    line: CaseLine
    hold: Hold
    shipped: int = 0
    return_: Return | None = None
    price_check: PriceCheck | None = None
    refunds: dict[str, Refund] = field(default_factory=dict)
    dispute: Dispute | None = None
    offers: dict[int, Offer] = field(default_factory=dict)
    parts: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    """What belongs to the dispute, and decisions that were proposed, by table and key."""
    sent: dict[str, Any] = field(default_factory=dict)
    """The rows of the tables in SINGLE, by their names."""

    @property
    def refund(self) -> Refund | None:
        """The refund decided last."""
        return self.refunds.get(self.case.refund_id or "")

    @property
    def offer(self) -> Offer | None:
        """The offer made last."""
        return self.offers.get(self.case.offers_made)

    @cached_property
    def facts(self) -> tuple[object, ...]:
        """What decides how it can go on: two snapshots with the same facts are one place in the graph."""
        case, dispute = self.case, self.dispute
        request = (case.type, case.state, case.frozen_state, case.stage, case.close_cause, case.reject_reason)
        ordered = self.refund.cause if self.refund and self.refund.cause in BY_VERDICT else None
        refund = (self.refund.state, ordered) if self.refund else None
        granted = self.price_check.granted_minor if self.price_check else None
        held = (self.line.accepted, self.hold.state, self.hold.units, self.hold.amount_minor, granted)
        back = self.return_
        known_scans = (back.carrier, back.scanned_at, back.delivered_at) if back else ()
        scans = tuple(each is not None for each in known_scans)
        # Elsewhere the address decides nothing, since an agent can name one with each approval.
        waits = CaseState.AWAIT_BUYER_SHIPMENT in (case.state, case.frozen_state)
        sent = (scans, waits and back is not None and back.address is not None)
        # How many offers were made, and of how much, only bars the next one.
        open_ = self.offer if self.offer and self.offer.state is OfferState.OPEN else None
        offered = (open_ and (open_.by is OfferSide.BUYER, open_.type), *review_of(case))
        request = (*request, case.paid_before_minor)
        known = (offered, request, refund, held, judged(dispute), sent)
        return *known, self.order.state, self.shipped, progress(self)

    @cached_property
    def details(self) -> dict[str, Any]:
        """A record of DETAILS. Many commands are tried on one snapshot."""
        line = self.line
        found = {
            Return: self.return_,
            Inspection: None if line.accepted is None else line,
            PriceCheck: self.price_check,
            Refund: self.refund,
            Offer: self.offer,
        }
        return details_of(line, lambda kind, name: found.get(kind, self.sent.get(name)))

    @cached_property
    def full_cases(self) -> dict[legs.Details, FullCase]:
        """What was made of `details`, by which of them were read."""
        return {}

    @property
    def is_over(self) -> bool:
        """Whether nobody waits for anything any more."""
        return self.case.state in ENDED and (self.dispute is None or self.dispute.state in DISPUTE.ends)


class MemoryTransaction:
    """A transaction that starts from a snapshot; `snapshot` is what it leaves behind, `events` what it publishes."""

    def __init__(self, snapshot: Snapshot, role: str, now: datetime, settings: Settings) -> None:
        self._kept, self.now, self.settings = [snapshot], now, settings
        self.actor = Actor("system" if role == "system" else f"{role}-1", role)
        self.events: list[Event] = []
        self.timing, self.timer_of = PLAIN_HOURS, ""
        self.report: EvidenceFile | None = None

    @property
    def snapshot(self) -> Snapshot:
        return self._kept[0]

    def as_system(self) -> "MemoryTransaction":
        system = copy(self)  # they share what they keep
        system.actor = SYSTEM
        return system

    def _set(self, **rows: Any) -> None:
        self._kept[0] = replace(self.snapshot, **rows)

    def new_id(self, prefix: str) -> str:
        if prefix in ("prop", "prd", "test"):
            return f"{prefix}_{len(self.snapshot.parts) + 1}"
        return f"{prefix}_{len(self.snapshot.refunds) + 1}" if prefix == "ref" else f"{prefix}_1"

    async def lock(self, rows: Any, *key: Any) -> Any:
        goods = self.snapshot.sent.get(GOODS.name)
        row = {cases.CASES: self.snapshot.case, disputes.DISPUTES: self.snapshot.dispute, GOODS: goods}[rows]
        if row is None or row.id != key[0]:
            raise NotFound(what=rows.name)
        return row

    async def find(self, rows: Any, *key: Any) -> Any:
        if rows in PARTS:
            return self.snapshot.parts.get((rows.name, *key))
        if rows is disputes.DISPUTES:
            return self.snapshot.dispute
        if rows is evidence.EVIDENCE:
            return self.report
        assert rows is legs.REFUNDS
        return self.snapshot.refunds.get(key[0])

    async def get(self, rows: Any, *key: Any) -> Any:
        found = await self.find(rows, *key)
        assert found is not None
        return found

    async def flush(self) -> None:
        pass

    async def one(self, query: Any, **_: Any) -> Any:
        if query is dispute_parts.OPEN_PROPOSAL:
            return next((row for row in self.snapshot.parts.values() if getattr(row, "state", None) == "open"), None)
        if query is locks.CASE_OF_DISPUTE:
            return self.snapshot.case if self.snapshot.dispute else None
        if query in UNKNOWN:
            return None
        assert query in ORDERS
        return self.snapshot.order

    async def look_up(self, query: Any, **_: Any) -> None:
        assert query is policies.POLICY_IN_FORCE

    async def lock_all(self, query: Any, **_: Any) -> list[Any]:
        return {locks.FREE_CASES: [self.snapshot.case], locks.FREE_ORDERS: [self.snapshot.order]}[query]

    async def all(self, query: Any, **params: Any) -> list[Any]:
        if query in DETAILS:
            return [self.snapshot.details]
        if query in HELD:
            return [line_hold(self.snapshot)]
        if query in evidence.STATES_OF_CITED.values():
            return [CitedFile(each, EvidenceState.ACCEPTED, EvidenceKind.PHOTO) for each in params["cited"]]
        if query is cases.LIVE_CASES_OF:
            return [] if self.snapshot.case.state in ENDED else [{"id": self.snapshot.case.id}]
        if query is lab_tests.TESTS_OF_DISPUTE:
            return [row for key, row in self.snapshot.parts.items() if key[0] == lab_tests.LAB_TESTS.name]
        assert query in NONE
        return []

    async def save(self, rows: Any, row: Any, *events: Event) -> Any:
        assert events, "a change is published"
        self.events += events
        if rows is cases.CASES:
            check(row)
            self._set(case=row)
        elif rows is GOODS:
            self._set(sent={**self.snapshot.sent, rows.name: row})
        else:
            self._set(dispute=row)
        return row

    async def create(self, rows: Any, row: Any, *events: Event) -> Any:
        if rows is not GOODS:
            assert rows is disputes.DISPUTES
            assert self.snapshot.dispute is None or self.snapshot.dispute.state in DISPUTE.ends, "disputes_open_key"
        return await self.save(rows, row, *events)

    async def insert(self, rows: Any, *new: Any) -> None:
        known = {
            legs.REFUNDS: any(refund.state not in ("failed", "succeeded") for refund in self.snapshot.refunds.values()),
            legs.INSPECTIONS: self.snapshot.line.accepted is not None,
            legs.RETURNS: self.snapshot.return_ is not None,
            offers.OFFERS: False,
            legs.REFUND_PARTS: False,
            **{table: table.name in self.snapshot.sent for table in SINGLE},
        }
        for row in new:
            if rows in PARTS:
                assert await self.find(rows, *(getattr(row, name) for name in rows.key)) is None
            elif rows not in (cases.STEPS, claims.CLAIM_STEPS):
                assert not known[rows], f"the key of {rows.name}"
            await self.upsert(rows, row)

    async def insert_last(self, rows: Any, row: Any) -> None:
        assert rows.name in ("decisions", "case_changes")  # of these nothing is read again

    async def upsert(self, rows: Any, row: Any) -> None:
        if rows in PARTS:
            key = (rows.name, *(getattr(row, name) for name in rows.key))
            self._set(parts={**self.snapshot.parts, key: row})
            return
        if rows is legs.REFUNDS:
            self._set(refunds={**self.snapshot.refunds, row.id: row})
        elif rows is legs.PRICE_CHECKS:
            self._set(price_check=row)
        elif rows is offers.OFFERS:
            self._set(offers={**self.snapshot.offers, row.number: row})
        elif rows is legs.INSPECTIONS:
            self._set(line=replace(self.snapshot.line, accepted=row.accepted, accepted_minor=row.accepted_minor))
        elif rows is holds.HOLDS:
            self._set(hold=row)
        elif rows in SINGLE:
            self._set(sent={**self.snapshot.sent, rows.name: row})
        elif rows not in (orders.ORDER_PARCELS, legs.REFUND_PARTS, cases.STEPS, claims.CLAIM_STEPS):
            assert rows is legs.RETURNS
            self._set(return_=row)

    async def execute(self, statement: Any, **params: Any) -> int:
        if statement is orders.MOVE_ORDER:
            self._set(order=replace(self.snapshot.order, state=OrderState(params["state"])))
        elif statement is holds.HOLD_AMOUNTS:
            self._set(hold=replace(self.snapshot.hold, amount_minor=params["amounts"][0]))
        elif statement is dispute_parts.END_PROPOSAL:
            ended = {
                key: replace(row, state="ended") for key, row in self.snapshot.parts.items() if key[0] == PROPOSALS
            }
            self._set(parts={**self.snapshot.parts, **ended})
        elif statement in (appeals.DECIDE_APPEALS, verdicts.DROP_SANCTIONS):
            pass  # nothing is decided by them again
        elif statement is orders.SHIP_LINES:
            self._set(shipped=self.snapshot.shipped + sum(params["units"]))
        else:
            self._hold(HOLD_ACTIONS[statement])
        return 1

    def change(self, _: str, statement: Any, **__: Any) -> None:
        self._hold(HOLD_ACTIONS.get(statement))

    def _hold(self, action: HoldAction | None) -> None:
        line, hold = self.snapshot.line, self.snapshot.hold
        if action is None or not HOLD.permits(hold, action, SYSTEM):
            return  # the UPDATE finds no row
        if action is HoldAction.SETTLE and line.accepted is not None:
            hold = replace(hold, units=line.accepted, amount_minor=line.accepted_minor or 0)
        self._set(hold=HOLD.apply(hold, action, SystemContext.of(self)))
