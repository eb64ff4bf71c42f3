"""What bars a transition of a case besides its state and the role of the actor."""

from datetime import datetime

from aftercare_chassis.lifecycle import Guard
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.codes import BY_VERDICT, CloseCause, EscalationCause, RefundState
from aftersale_svc.domain.cases.deposit_covers.errors import GuaranteePaying, RefundCovered
from aftersale_svc.domain.cases.ending_errors import OrderNotCancelled, UnitsNotCancelled, UnitsNotShipped
from aftersale_svc.domain.cases.errors import (
    ClosedForGood,
    DisputedTooOften,
    DisputeWindowPassed,
    NothingInTransit,
    NotStalled,
    NotStalledYet,
    OpensAgain,
    RefundDecided,
    RefundInFlight,
    RefundOwedAgain,
    ReturnAddressMissing,
    ReturnAlreadyScanned,
    ReturnAlreadyShipped,
    ReturnTracked,
    VerdictInExecution,
    VerdictUnpaid,
)
from aftersale_svc.domain.cases.full_case import CaseFacts
from aftersale_svc.domain.cases.holders import UnitsHeldByAnother, held_by_others
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState
from aftersale_svc.domain.cases.reasons import REASONS
from aftersale_svc.domain.cases.replacements.errors import GoodsNotBack
from aftersale_svc.domain.orders.errors import OrderWasCancelled, WindowPassed
from aftersale_svc.domain.orders.model import Stage

# After a verdict, or with the money of the order or the units back, there is nothing left to dispute; every other closing may have been wrong.
FOR_GOOD = frozenset({CloseCause.VERDICT, CloseCause.ORDER_CANCELLED, CloseCause.UNITS_CANCELLED})
"""Why a case was closed that no complaint stops any more."""
_NOTHING_SENT_YET = frozenset(
    {
        EscalationCause.RETURN_ADDRESS_MISSING,
        EscalationCause.GOODS_NOT_RETURNED,
        EscalationCause.PICKUP_REFUSED,
    }
)
_MAY_BE_LATE = frozenset({"merchant", "agent"})


def unless_refund_decided(action: CaseAction) -> tuple[Guard]:
    """A refund that was decided and has failed can be tried again, disputed or given up; the request is not judged again."""

    def refuses(case: Case, _: object) -> Refusal | None:
        return None if case.refund_id is None else RefundDecided(action=action, refund_id=case.refund_id)

    return (Guard(RefundDecided.code, refuses),)


def either(one: Guard, other: Guard) -> Guard:
    """A guard that refuses what one of these refuses."""
    return Guard(f"{one.code} or {other.code}", lambda row, facts: one.refuses(row, facts) or other.refuses(row, facts))


def _paid_by_no_silence(case: Case, _: object) -> Refusal | None:
    late = case.after_window and not REASONS[case.reason].pays_later
    return WindowPassed(ended_at=None, allowed=()) if late else None


def _address_missing(_: Case, facts: CaseFacts | None) -> Refusal | None:
    return ReturnAddressMissing() if facts is not None and facts.full.return_.address is None else None


def _scanned(_: Case, facts: CaseFacts | None) -> Refusal | None:
    scanned_at = None if facts is None else facts.full.return_.scanned_at
    return None if scanned_at is None else ReturnAlreadyScanned(scanned_at=scanned_at)


def _nothing_in_transit(case: Case, _: object) -> Refusal | None:
    return None if case.frozen_state is CaseState.RETURN_IN_TRANSIT else NothingInTransit()


def _nothing_sent(_: Case, facts: CaseFacts | None) -> Refusal | None:
    return NothingInTransit() if facts is not None and facts.full.return_.waybill_no is None else None


def _tracked(_: Case, facts: CaseFacts | None) -> Refusal | None:
    return ReturnTracked() if facts is not None and facts.full.return_.waybill_no is not None else None


def _nothing_to_arrive(case: Case, facts: CaseFacts | None) -> Refusal | None:
    back = facts is not None and facts.full.return_.delivered_at is not None
    # What is handed over without a waybill may come late, or while the address is missing, or no courier collects the goods.
    late = case.close_cause is CloseCause.BUYER_LATE
    if not back and (late or case.reviewed_for in _NOTHING_SENT_YET):
        return None
    return NothingInTransit() if back else _nothing_sent(case, facts)


def _nothing_on_its_way(_: Case, facts: CaseFacts | None) -> Refusal | None:
    """Once the address is given, the buyer may have sent the goods without a waybill that is known."""
    if facts is None:
        return None
    back = facts.full.return_
    may_come = back.waybill_no is not None or back.address is not None
    return None if may_come and back.delivered_at is None else NothingInTransit()


def _opens_again(case: Case, facts: CaseFacts | None) -> Refusal | None:
    if case.state is not CaseState.CLOSED or facts is None:
        return None
    refused = (each.refuses(case, facts) for each in OPENED_BY_ARRIVAL)
    return None if any(refused) else OpensAgain()


def _goods_not_back(_: Case, facts: CaseFacts | None) -> Refusal | None:
    return GoodsNotBack() if facts is not None and facts.full.return_.delivered_at is None else None


def _order_cancelled(case: Case, facts: CaseFacts | None) -> Refusal | None:
    """The money of a cancelled order goes back with it, but for what its cases have paid, and that came back."""
    barred = facts is not None and facts.order_cancelled and _owed_again(case, facts) is None
    return OrderWasCancelled(order_id=case.order_id) if barred else None


def _order_not_cancelled(case: Case, facts: CaseFacts | None) -> Refusal | None:
    return None if facts is not None and facts.order_cancelled else OrderNotCancelled(order_id=case.order_id)


def _owed_again(_: Case, facts: CaseFacts | None) -> Refusal | None:
    """What was paid and came back is the buyer's, and of no other case; a deposit that pays stands for it."""
    refund = None if facts is None else facts.full.refund
    if facts is None or refund is None or not refund.owed_again or refund.state is RefundState.SUCCEEDED:
        return None
    return None if _is_paid_by_deposit(facts) else RefundOwedAgain(refund_id=refund.id)


def _refund_in_flight(_: Case, facts: CaseFacts | None) -> Refusal | None:
    refund = None if facts is None else facts.full.refund
    return RefundInFlight() if refund is not None and refund.state is RefundState.REQUESTED else None


def _verdict_in_execution(_: Case, facts: CaseFacts | None) -> Refusal | None:
    refund = None if facts is None else facts.full.refund
    return VerdictInExecution() if refund is not None and refund.cause in BY_VERDICT else None


def _verdict_unpaid(_: Case, facts: CaseFacts | None) -> Refusal | None:
    """What was ordered is paid or the buyer's to give up, and a deposit that pays stands for the refund."""
    if facts is None or facts.full.refund is None or facts.full.refund.cause not in BY_VERDICT:
        return None
    return None if _is_paid_by_deposit(facts) else VerdictUnpaid()


def _is_paid_by_deposit(facts: CaseFacts) -> bool:
    """Whether nothing is missing of the failed refund any more."""
    return facts.full.cover is not None and facts.full.cover.is_paid


def disputable_from(case: Case) -> datetime | None:
    """When the time of the merchant or an agent is over, from which on the buyer may dispute the case until its timer has acted; None where
    no such time runs."""
    return case.deadline_at if case.whose_turn in _MAY_BE_LATE else None


def stalls_at(case: Case) -> datetime | None:
    """When the buyer may dispute the case because it goes no further; None where it goes on by itself once its time is over."""
    return case.deadline_at if case.whose_turn == "agent" else None


def _not_stalled(case: Case, facts: CaseFacts | None) -> Refusal | None:
    late = case.late_since is not None or (facts is not None and (facts.by_platform or facts.overdue))
    charge = None if facts is None else facts.full.charge
    if late or case.state is CaseState.REJECTED or (charge is not None and charge.is_claimed_unpaid):
        return None
    at = stalls_at(case)
    return NotStalled() if at is None else NotStalledYet(possible_from=at)


def _disputed_too_often(_: Case, facts: CaseFacts | None) -> Refusal | None:
    used_up = facts is not None and not facts.by_platform and facts.full.disputes_left == 0
    return DisputedTooOften() if used_up else None


def _closed_for_good(case: Case, _: object) -> Refusal | None:
    return ClosedForGood() if case.close_cause in FOR_GOOD else None


def _window_passed(_: Case, facts: CaseFacts | None) -> Refusal | None:
    return None if facts is not None and facts.in_dispute_window else DisputeWindowPassed()


def _units_held(_: Case, facts: CaseFacts | None) -> Refusal | None:
    return held_by_others(facts.full.held_by) if facts is not None and facts.full.held_by else None


def _units_here(case: Case, _: object) -> Refusal | None:
    over = case.frozen_state is CaseState.CLOSED
    return UnitsNotShipped() if case.stage is Stage.PRE_SHIP or over else None


def _units_not_cancelled(_: Case, facts: CaseFacts | None) -> Refusal | None:
    return None if facts is not None and facts.units_cancelled else UnitsNotCancelled()


def _covered(_: Case, facts: CaseFacts | None) -> Refusal | None:
    cover = None if facts is None else facts.full.cover
    return None if cover is None else RefundCovered(claim_id=cover.id)


def _being_paid(_: Case, facts: CaseFacts | None) -> Refusal | None:
    cover = None if facts is None else facts.full.cover
    return GuaranteePaying(claim_id=cover.id) if cover is not None and cover.is_being_paid else None


PAID_BY_NO_SILENCE = Guard(WindowPassed.code, _paid_by_no_silence)
"""It was asked for after the window, for a reason for which no money goes back then but by a decision (ADR 60)."""
REFUND_OWED_AGAIN = Guard(RefundOwedAgain.code, _owed_again)
REFUND_COVERED = Guard(RefundCovered.code, _covered)
GUARANTEE_PAYING = Guard(GuaranteePaying.code, _being_paid)
ADDRESS_MISSING = Guard(ReturnAddressMissing.code, _address_missing)
SHIPPED = Guard(ReturnAlreadyShipped.code, lambda _, __: ReturnAlreadyShipped(), always=True)
SCANNED = Guard(ReturnAlreadyScanned.code, _scanned)
NOTHING_TO_ARRIVE = Guard(NothingInTransit.code, _nothing_to_arrive)
NOTHING_ON_ITS_WAY = Guard(NothingInTransit.code, _nothing_on_its_way)
NOTHING_IN_TRANSIT = Guard(NothingInTransit.code, _nothing_in_transit)
RETURN_TRACKED = Guard(ReturnTracked.code, _tracked)
NOTHING_SENT = Guard(NothingInTransit.code, _nothing_sent)
GOODS_NOT_BACK = Guard(GoodsNotBack.code, _goods_not_back)
ORDER_CANCELLED = Guard(OrderWasCancelled.code, _order_cancelled)
ORDER_NOT_CANCELLED = Guard(OrderNotCancelled.code, _order_not_cancelled)
REFUND_IN_FLIGHT = Guard(RefundInFlight.code, _refund_in_flight)
VERDICT_IN_EXECUTION = Guard(VerdictInExecution.code, _verdict_in_execution)
VERDICT_UNPAID = Guard(VerdictUnpaid.code, _verdict_unpaid)
DISPUTED_TOO_OFTEN = Guard(DisputedTooOften.code, _disputed_too_often)
NOT_STALLED = Guard(NotStalled.code, _not_stalled)
CLOSED_FOR_GOOD = Guard(ClosedForGood.code, _closed_for_good)
DISPUTE_WINDOW_PASSED = Guard(DisputeWindowPassed.code, _window_passed)
UNITS_HERE = Guard(UnitsNotShipped.code, _units_here)
UNITS_NOT_CANCELLED = Guard(UnitsNotCancelled.code, _units_not_cancelled)
UNITS_HELD = Guard(UnitsHeldByAnother.code, _units_held)
"""Other cases have its units by now, where that was read."""
OPENED_BY_ARRIVAL = (ORDER_CANCELLED, NOTHING_TO_ARRIVE, CLOSED_FOR_GOOD, REFUND_COVERED, UNITS_HELD)
"""What bars that goods which arrive open a closed case again."""
OPENS_AGAIN = Guard(OpensAgain.code, _opens_again)
