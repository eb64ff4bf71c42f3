"""The repair: the merchant has the goods and mends them, for a price that the buyer agrees to before, or cannot."""

from aftercare_chassis.lifecycle import Guard, Timeout, Transition

from aftersale_svc.domain.cases.charges.guards import (
    CHARGE_AGREED,
    CHARGE_NOT_AGREED,
    CHARGE_PAID,
    CHARGE_UNPAID,
    NOTHING_OWED,
    PAYMENT_STATED,
)
from aftersale_svc.domain.cases.codes import EscalationCause
from aftersale_svc.domain.cases.guards import unless_refund_decided
from aftersale_svc.domain.cases.legs.goods_return import RETURN, ReturnExit
from aftersale_svc.domain.cases.legs.leg import Exit, Leg
from aftersale_svc.domain.cases.legs.reship import RESHIP
from aftersale_svc.domain.cases.legs.review import ReviewExit
from aftersale_svc.domain.cases.legs.stated_payments import CONFIRMED, stated_payments
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.repairs.codes import RepairRemedy
from aftersale_svc.domain.cases.repairs.guards import (
    GOODS_NOT_RECEIVED,
    NOTHING_TO_REPAIR_AGAIN,
    REPAIR_COVERED,
    unless_offered,
)
from aftersale_svc.domain.cases.replacements.guards import unless_replacement_decided
from aftersale_svc.domain.permissions import AGENT, BUYER, BUYER_OR_SYSTEM, MERCHANT, SYSTEM_ONLY


class RepairExit(Exit):
    """The ways out of a repair: goods go to the buyer, repaired or not, or others for them; the money goes back; or they come again."""

    DONE = "done"
    REFUND_TAKEN = "refund_taken"
    AGAIN = "again"


_S, _A = CaseState, CaseAction


def _in_review(action: CaseAction) -> tuple[Guard, ...]:
    """The merchant has the goods, and nothing else was decided about them."""
    return (GOODS_NOT_RECEIVED, *unless_refund_decided(action), *unless_replacement_decided(action))


REPAIR = Leg(
    "repair",
    _S.IN_REPAIR,
    {
        (_S.IN_REPAIR, _A.QUOTE): Transition(_S.QUOTE_PENDING, MERCHANT, (REPAIR_COVERED, CHARGE_PAID)),
        (_S.IN_REPAIR, _A.REPAIRED): Transition(RepairExit.DONE, MERCHANT),
        (_S.IN_REPAIR, _A.CANNOT_REPAIR): Transition(_S.REMEDY_PENDING, MERCHANT),
        (_S.IN_REPAIR, _A.REPORT_RETURN_MISSING): Transition(
            _S.MANUAL_REVIEW, MERCHANT, cause=EscalationCause.RETURN_MISSING
        ),
        # What came is not what the case is about.
        (_S.IN_REPAIR, _A.REJECT): Transition(_S.REJECTED, MERCHANT),
        (_S.IN_REPAIR, _A.ESCALATE): Transition(_S.MANUAL_REVIEW, SYSTEM_ONLY, cause=EscalationCause.REPAIR_LATE),
        # Until the buyer has agreed, the merchant may name another price.
        (_S.QUOTE_PENDING, _A.QUOTE): Transition(_S.QUOTE_PENDING, MERCHANT, (CHARGE_AGREED,), restarts=True),
        (_S.QUOTE_PENDING, _A.AGREE_CHARGE): Transition(
            _S.QUOTE_PENDING, BUYER, (NOTHING_OWED, CHARGE_AGREED), restarts=True
        ),
        (_S.QUOTE_PENDING, _A.RECORD_PAYMENT): Transition(
            _S.IN_REPAIR, MERCHANT, (NOTHING_OWED, CHARGE_NOT_AGREED, CHARGE_PAID)
        ),
        **stated_payments(_S.QUOTE_PENDING, _S.IN_REPAIR, *_in_review(_A.CONFIRM_PAYMENT)),
        (_S.QUOTE_PENDING, _A.DECLINE_QUOTE): Transition(RepairExit.DONE, BUYER_OR_SYSTEM, (PAYMENT_STATED,)),
        (_S.REMEDY_PENDING, _A.TAKE_REFUND): Transition(
            RepairExit.REFUND_TAKEN, BUYER, (unless_offered(RepairRemedy.REFUND),)
        ),
        (_S.REMEDY_PENDING, _A.TAKE_EXCHANGE): Transition(
            RepairExit.DONE, BUYER, (unless_offered(RepairRemedy.EXCHANGE),)
        ),
        (_S.REMEDY_PENDING, _A.TAKE_GOODS_BACK): Transition(RepairExit.DONE, BUYER_OR_SYSTEM),
        # The merchant is late, and an agent decides.
        (_S.MANUAL_REVIEW, _A.RESUME_REPAIR): Transition(
            _S.IN_REPAIR, AGENT, (CHARGE_UNPAID, *_in_review(_A.RESUME_REPAIR))
        ),
        # Something is wrong with the goods that the buyer got back, and the buyer sends them once more.
        (_S.MANUAL_REVIEW, _A.REPAIR_AGAIN): Transition(
            RepairExit.AGAIN, AGENT, (NOTHING_TO_REPAIR_AGAIN, *unless_refund_decided(_A.REPAIR_AGAIN))
        ),
        (_S.MANUAL_REVIEW, _A.TAKE_GOODS_BACK): Transition(RepairExit.DONE, AGENT, _in_review(_A.TAKE_GOODS_BACK)),
    },
    {
        _S.IN_REPAIR: Timeout("merchant", "repair_hours", _A.ESCALATE, "escalated_repair_late"),
        _S.QUOTE_PENDING: Timeout(
            "buyer",
            "quote_hours",
            _A.DECLINE_QUOTE,
            "goods_back_unless_agreed",
            instead=(
                CHARGE_AGREED,
                Timeout(
                    "buyer",
                    "charge_hours",
                    _A.DECLINE_QUOTE,
                    "goods_back_unless_paid",
                    instead=(PAYMENT_STATED, CONFIRMED),
                ),
            ),
        ),
        _S.REMEDY_PENDING: Timeout("buyer", "remedy_hours", _A.TAKE_GOODS_BACK, "goods_back_unrepaired"),
    },
)

REPAIR_RETURN = Leg(
    RETURN.name,
    RETURN.entry,
    {key: row for key, row in RETURN.rows.items() if key[0] is not _S.AWAIT_INSPECTION},
    RETURN.timeouts,
    resumes=RETURN.resumes,
)
"""The buyer sends the goods to be repaired: a return without an inspection."""
REPAIR_EXITS: dict[Exit, Leg | CaseState] = {
    ReviewExit.APPROVED: REPAIR_RETURN,
    ReturnExit.ARRIVED: REPAIR,
    RepairExit.DONE: RESHIP,
    RepairExit.AGAIN: REPAIR_RETURN,
}
"""Where a repair leads, but for its end and for refunds."""
