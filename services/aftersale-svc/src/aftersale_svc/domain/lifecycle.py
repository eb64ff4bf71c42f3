"""States as tables: who may do what, where it leads, how long it may wait.

The commands, the timers, the allowed actions in the API and the printed diagrams read these same tables.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from aftercare_chassis.lifecycle import Actor, Allowed, Lifecycle, Permission, Timeout, Transition

from aftersale_svc.domain.codes import CaseType, CloseCause, OrderState
from aftersale_svc.domain.errors import RefundDecided, ReturnAlreadyScanned
from aftersale_svc.domain.holds import LIVE
from aftersale_svc.domain.model import Case, Dispute, DisputeState, Order, State
from aftersale_svc.domain.occasions import Occasion, consequence, entered

BUYER = Permission("buyer_only", frozenset({"buyer"}))
BUYER_OR_AGENT = Permission("buyer_only", frozenset({"buyer", "agent"}))
MERCHANT = Permission("merchant_only", frozenset({"seller"}))
MERCHANT_OR_AGENT = Permission("merchant_only", frozenset({"seller", "agent"}))
MERCHANT_OR_SYSTEM = Permission("merchant_only", frozenset({"seller", "system"}))
AGENT = Permission("agent_only", frozenset({"agent"}))
ARBITRATOR = Permission("arbitrator_only", frozenset({"arbitrator"}))
ARBITRATOR_OR_BUYER = Permission("arbitrator_only", frozenset({"arbitrator", "buyer"}))
SYSTEM_ONLY = Permission("system_only", frozenset({"system"}))


class Action(StrEnum):
    """What can be done to a case. `escalate` by the timer keeps a late agent or a late refund in sight."""

    CANCEL = "cancel"
    APPROVE = "approve"
    REJECT = "reject"
    ESCALATE = "escalate"
    SHIP = "ship"
    CORRECT_WAYBILL = "correct_waybill"
    RECEIVE = "receive"
    INSPECT = "inspect"
    REFUSE = "refuse"
    REFUND = "refund"
    ACCEPT = "accept"
    CLOSE = "close"
    COMPLETE = "complete"
    FAIL = "fail"
    FREEZE = "freeze"
    RESUME = "resume"
    AWARD = "award"
    DISMISS = "dismiss"
    END_WITH_ORDER = "end_with_order"


_S, _A = State, Action
Moves = dict[tuple[State, Action], Transition[State]]
Waits = dict[State, Timeout[Action]]


def _moves(approved: State) -> Moves:
    """The rows of every type of case; `approved` is where an approval leads."""
    return {
        (_S.PENDING_REVIEW, _A.CANCEL): Transition(_S.CANCELLED, BUYER_OR_AGENT),
        (_S.PENDING_REVIEW, _A.APPROVE): Transition(approved, MERCHANT_OR_SYSTEM),
        (_S.PENDING_REVIEW, _A.REJECT): Transition(_S.REJECTED, MERCHANT),
        (_S.PENDING_REVIEW, _A.ESCALATE): Transition(_S.MANUAL_REVIEW, MERCHANT_OR_AGENT),
        (_S.MANUAL_REVIEW, _A.CANCEL): Transition(_S.CANCELLED, AGENT),
        (_S.MANUAL_REVIEW, _A.APPROVE): Transition(approved, AGENT),
        (_S.MANUAL_REVIEW, _A.REJECT): Transition(_S.REJECTED, AGENT),
        (_S.MANUAL_REVIEW, _A.REFUND): Transition(_S.REFUNDING, AGENT),
        (_S.MANUAL_REVIEW, _A.CLOSE): Transition(_S.CLOSED, AGENT),
        (_S.MANUAL_REVIEW, _A.ESCALATE): Transition(_S.MANUAL_REVIEW, SYSTEM_ONLY),
        (_S.REJECTED, _A.ACCEPT): Transition(_S.CLOSED, BUYER),
        (_S.REJECTED, _A.CLOSE): Transition(_S.CLOSED, SYSTEM_ONLY),
        (_S.REFUNDING, _A.ESCALATE): Transition(_S.REFUNDING, SYSTEM_ONLY),
        (_S.REFUNDING, _A.COMPLETE): Transition(_S.COMPLETED, SYSTEM_ONLY),
        (_S.REFUNDING, _A.FAIL): Transition(_S.MANUAL_REVIEW, SYSTEM_ONLY),
        (_S.PENDING_REVIEW, _A.FREEZE): Transition(_S.DISPUTED, SYSTEM_ONLY),
        (_S.MANUAL_REVIEW, _A.FREEZE): Transition(_S.DISPUTED, SYSTEM_ONLY),
        (_S.REJECTED, _A.FREEZE): Transition(_S.DISPUTED, SYSTEM_ONLY),
        (_S.CLOSED, _A.FREEZE): Transition(_S.DISPUTED, SYSTEM_ONLY),
        # The one row whose end the case itself remembers: it goes on where the dispute stopped it.
        (_S.DISPUTED, _A.RESUME): Transition(_S.PENDING_REVIEW, ARBITRATOR_OR_BUYER),
        (_S.DISPUTED, _A.AWARD): Transition(_S.REFUNDING, ARBITRATOR),
        (_S.DISPUTED, _A.DISMISS): Transition(_S.CLOSED, ARBITRATOR),
        **_with_order(_S.PENDING_REVIEW, _S.MANUAL_REVIEW, _S.REJECTED, _S.REFUNDING, _S.DISPUTED),
    }


def _with_order(*states: State) -> Moves:
    """A case ends with its cancelled order; one that is refunding or disputed once that is over, see `ends_with`."""
    return {(state, _A.END_WITH_ORDER): Transition(_S.CLOSED, SYSTEM_ONLY) for state in states}


RETURN_LEG: Moves = {
    (_S.AWAIT_BUYER_SHIPMENT, _A.SHIP): Transition(_S.RETURN_IN_TRANSIT, BUYER),
    (_S.AWAIT_BUYER_SHIPMENT, _A.CANCEL): Transition(_S.CANCELLED, BUYER_OR_AGENT),
    (_S.AWAIT_BUYER_SHIPMENT, _A.CLOSE): Transition(_S.CLOSED, SYSTEM_ONLY),
    (_S.RETURN_IN_TRANSIT, _A.CORRECT_WAYBILL): Transition(_S.RETURN_IN_TRANSIT, BUYER),
    (_S.RETURN_IN_TRANSIT, _A.RECEIVE): Transition(_S.AWAIT_INSPECTION, MERCHANT_OR_SYSTEM),
    (_S.RETURN_IN_TRANSIT, _A.ESCALATE): Transition(_S.MANUAL_REVIEW, SYSTEM_ONLY),
    (_S.MANUAL_REVIEW, _A.RECEIVE): Transition(_S.AWAIT_INSPECTION, SYSTEM_ONLY),
    (_S.AWAIT_INSPECTION, _A.INSPECT): Transition(_S.REFUNDING, MERCHANT_OR_SYSTEM),
    (_S.AWAIT_INSPECTION, _A.REFUSE): Transition(_S.REJECTED, MERCHANT),
    (_S.AWAIT_BUYER_SHIPMENT, _A.FREEZE): Transition(_S.DISPUTED, SYSTEM_ONLY),
    (_S.RETURN_IN_TRANSIT, _A.FREEZE): Transition(_S.DISPUTED, SYSTEM_ONLY),
    (_S.AWAIT_INSPECTION, _A.FREEZE): Transition(_S.DISPUTED, SYSTEM_ONLY),
    **_with_order(_S.AWAIT_BUYER_SHIPMENT, _S.RETURN_IN_TRANSIT, _S.AWAIT_INSPECTION),
}
WAITS: Waits = {
    _S.PENDING_REVIEW: Timeout("merchant", "review_hours", _A.APPROVE, "approved_by_timeout"),
    _S.MANUAL_REVIEW: Timeout("agent", "manual_review_hours", _A.ESCALATE, "escalated_agent_late"),
    _S.REJECTED: Timeout("buyer", "rejected_hours", _A.CLOSE, "closed_rejected"),
    _S.REFUNDING: Timeout("system", "refund_hours", _A.ESCALATE, "escalated_refund_late"),
    _S.DISPUTED: Timeout("platform"),
}
RETURN_WAITS: Waits = {
    _S.AWAIT_BUYER_SHIPMENT: Timeout("buyer", "buyer_ship_hours", _A.CLOSE, "closed_buyer_late"),
    _S.RETURN_IN_TRANSIT: Timeout("courier", "return_transit_hours", _A.ESCALATE, "escalated_not_delivered"),
    _S.AWAIT_INSPECTION: Timeout("merchant", "inspection_hours", _A.INSPECT, "accepted_by_timeout"),
}
_ENDS = frozenset({_S.CANCELLED, _S.CLOSED, _S.COMPLETED})
CASE: Mapping[CaseType, Lifecycle[State, Action]] = {
    CaseType.RETURN_REFUND: Lifecycle(
        "return_refund",
        initial=_S.PENDING_REVIEW,
        transitions={**_moves(_S.AWAIT_BUYER_SHIPMENT), **RETURN_LEG},
        timeouts={**WAITS, **RETURN_WAITS},
        ends=_ENDS,
    ),
    CaseType.REFUND_ONLY: Lifecycle(
        "refund_only", initial=_S.PENDING_REVIEW, transitions=_moves(_S.REFUNDING), timeouts=WAITS, ends=_ENDS
    ),
}
# A refund that was decided and has failed may be tried again, disputed, or given up by closing the case; the request is
# not judged a second time.
BARRED_BY_REFUND = frozenset({_A.APPROVE, _A.REJECT, _A.CANCEL, _A.RECEIVE})
CLOSE_CAUSES: Mapping[State, CloseCause] = {
    _S.REJECTED: CloseCause.REJECTED,
    _S.AWAIT_BUYER_SHIPMENT: CloseCause.BUYER_LATE,
    _S.MANUAL_REVIEW: CloseCause.CLOSED_BY_AGENT,
}


class Bar(StrEnum):
    """What a case remembers that bars actions which its state would permit; the value is the why-not in the API."""

    REFUND_DECIDED = RefundDecided.code
    RETURN_SCANNED = ReturnAlreadyScanned.code


BARS: Mapping[Bar, frozenset[Action]] = {
    Bar.REFUND_DECIDED: BARRED_BY_REFUND,
    Bar.RETURN_SCANNED: frozenset({_A.CORRECT_WAYBILL}),
}


class DisputeAction(StrEnum):
    """What can be done to a dispute."""

    ANSWER = "answer"
    ADD_EVIDENCE = "add_evidence"
    ESCALATE = "escalate"
    DECIDE = "decide"
    EXECUTE = "execute"
    WITHDRAW = "withdraw"


_D, _DA = DisputeState, DisputeAction
PARTIES = Permission("parties_only", frozenset({"buyer", "seller"}))
DISPUTE: Lifecycle[DisputeState, DisputeAction] = Lifecycle(
    "dispute",
    initial=_D.AWAIT_MERCHANT_ANSWER,
    transitions={
        (_D.AWAIT_MERCHANT_ANSWER, _DA.ANSWER): Transition(_D.PLATFORM_REVIEW, MERCHANT),
        (_D.AWAIT_MERCHANT_ANSWER, _DA.ADD_EVIDENCE): Transition(_D.AWAIT_MERCHANT_ANSWER, PARTIES),
        (_D.AWAIT_MERCHANT_ANSWER, _DA.WITHDRAW): Transition(_D.WITHDRAWN, BUYER),
        (_D.AWAIT_MERCHANT_ANSWER, _DA.ESCALATE): Transition(_D.PLATFORM_REVIEW, SYSTEM_ONLY),
        (_D.PLATFORM_REVIEW, _DA.ADD_EVIDENCE): Transition(_D.PLATFORM_REVIEW, PARTIES),
        (_D.PLATFORM_REVIEW, _DA.DECIDE): Transition(_D.EXECUTING, ARBITRATOR),
        (_D.PLATFORM_REVIEW, _DA.WITHDRAW): Transition(_D.WITHDRAWN, BUYER),
        (_D.PLATFORM_REVIEW, _DA.ESCALATE): Transition(_D.PLATFORM_REVIEW, SYSTEM_ONLY),
        (_D.EXECUTING, _DA.EXECUTE): Transition(_D.EXECUTED, SYSTEM_ONLY),
    },
    timeouts={
        _D.AWAIT_MERCHANT_ANSWER: Timeout(
            "merchant", "merchant_answer_hours", _DA.ESCALATE, "escalated_merchant_silent"
        ),
        _D.PLATFORM_REVIEW: Timeout("platform", "platform_review_hours", _DA.ESCALATE, "escalated_platform_late"),
        _D.EXECUTING: Timeout("system"),
    },
    ends={_D.EXECUTED, _D.WITHDRAWN},
)


def bars(case: Case) -> frozenset[Bar]:
    """What this case remembers of that kind."""
    remembered = {Bar.REFUND_DECIDED: case.refund_id, Bar.RETURN_SCANNED: case.return_scanned_at}
    return frozenset(bar for bar, fact in remembered.items() if fact is not None)


def move(case: Case, action: Action, on: Occasion) -> Case:
    """The case after `action`; its clock goes on where the state stays and nobody's time ran out.

    Raises:
        IllegalMove, NotYours: The table does not have the row, or not for this actor.
        RefundDecided, ReturnAlreadyScanned: What the case remembers bars the action.
    """
    state = CASE[case.type].move(case.state, action, on.actor)
    if action in BARRED_BY_REFUND and case.refund_id is not None:
        raise RefundDecided(action=action, refund_id=case.refund_id)
    if action in BARS[Bar.RETURN_SCANNED] and case.return_scanned_at is not None:
        raise ReturnAlreadyScanned(scanned_at=case.return_scanned_at)
    moved = entered(case, state, CASE[case.type].timeout(state), on)
    stays = state is case.state and action is not Action.ESCALATE
    return replace(moved, deadline_at=case.deadline_at) if stays else moved


def resume(case: Case, on: Occasion) -> Case:
    """A frozen case goes on where it stood, with a fresh deadline."""
    fallback = CASE[case.type].move(case.state, Action.RESUME, on.actor)
    state = case.frozen_state or fallback
    return replace(entered(case, state, CASE[case.type].timeout(state), on), frozen_state=None)


def close(case: Case, on: Occasion) -> Case:
    """The case ends without its purpose, with the cause that belongs to its state."""
    return replace(move(case, Action.CLOSE, on), close_cause=CLOSE_CAUSES[case.state])


def ends_with(order: Order, case: Case) -> bool:
    """Whether the case ends because its order was cancelled.

    A refund in flight is waited for: paid, it completes the case; else the case ends when it has failed. A disputed case
    is the platform's: it ends when the dispute lets go of it.
    """
    return order.state is OrderState.CANCELLED and case.state in LIVE - {State.REFUNDING, State.DISPUTED}


def end_with_order(case: Case, on: Occasion) -> Case:
    """The case ends: what was paid for its units goes back with the cancelled order."""
    ended = move(case, Action.END_WITH_ORDER, consequence(on))
    return replace(ended, frozen_state=None, close_cause=CloseCause.ORDER_CANCELLED)


def opened(case: Case, on: Occasion) -> Case:
    """A new case starts to wait for its review."""
    return entered(case, case.state, CASE[case.type].timeout(case.state), on)


def move_dispute(dispute: Dispute, action: DisputeAction, on: Occasion) -> Dispute:
    """The dispute after `action`; its clock goes on where the state stays and nobody's time ran out."""
    state = DISPUTE.move(dispute.state, action, on.actor)
    moved = entered(dispute, state, DISPUTE.timeout(state), on)
    stays = state is dispute.state and action is not DisputeAction.ESCALATE
    return replace(moved, deadline_at=dispute.deadline_at) if stays else moved


def execute(dispute: Dispute, refunded_minor: int, on: Occasion) -> Dispute:
    """The dispute at its end, with what was refunded because of it in minor units."""
    executed = move_dispute(dispute, DisputeAction.EXECUTE, consequence(on))
    return replace(executed, refunded_minor=refunded_minor)


def opened_dispute(dispute: Dispute, on: Occasion) -> Dispute:
    """A new dispute starts to wait for the merchant's answer."""
    return entered(dispute, dispute.state, DISPUTE.timeout(dispute.state), on)


def allowed(case: Case, actor: Actor) -> list[Allowed]:
    """Every action with a why-not, out of the same rows and bars that `move` obeys."""
    return allowed_in(case.type, case.state, bars(case), actor)


@dataclass(frozen=True, slots=True)
class _In:
    state: State


def allowed_in(type_: CaseType, state: State, remembered: frozenset[Bar], actor: Actor) -> list[Allowed]:
    """The same for every case of this type in this state with these bars."""
    barred = {action: bar for bar in remembered for action in BARS[bar]}
    return [
        Allowed(each.action, False, barred[Action(each.action)]) if each.allowed and each.action in barred else each
        for each in CASE[type_].allowed(_In(state), actor)
    ]


def possible(case: Case, action: Action, actor: Actor) -> bool:
    """Whether `move` would do it."""
    return any(each.allowed for each in allowed(case, actor) if each.action == action)


def roles(action: Action) -> tuple[str, ...]:
    """Who may take this action on a case of some type in some state: whom its route lets through at all."""
    return _roles(
        row.permission for table in CASE.values() for (_, each), row in table.transitions.items() if each is action
    )


def dispute_roles(action: DisputeAction) -> tuple[str, ...]:
    """Who may take this action on a dispute in some state."""
    return _roles(row.permission for (_, each), row in DISPUTE.transitions.items() if each is action)


def _roles(sides: Iterable[Permission]) -> tuple[str, ...]:
    return tuple(sorted({role for side in sides for role in side.roles} - {"system"}))


def timer(case: Case, on: Occasion) -> Action | None:
    """What the timer takes now: nothing where the case has moved on, or its time has not come."""
    due = case.deadline_at is not None and case.deadline_at <= on.now
    wait = CASE[case.type].timeout(case.state)
    return wait.then if due and wait else None
