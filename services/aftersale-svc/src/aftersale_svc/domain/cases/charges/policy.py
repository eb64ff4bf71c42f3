"""Whether what a buyer has paid for still happens."""

from aftersale_svc.domain.cases.codes import BUYER_KEEPS_GOODS, RefundCause
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.repairs.codes import RepairOutcome
from aftersale_svc.domain.cases.replacements.codes import ReplacementAnomaly
from aftersale_svc.domain.cases.replacements.model import Replacement
from aftersale_svc.domain.cases.states import CaseState

MOST_STATEMENTS = 3
"""How often a buyer may state a payment in one case."""
BUYER_KEEPS_IT = BUYER_KEEPS_GOODS | {RefundCause.PRICE_DIFFERENCE}
"""Refunds beside which the buyer has what was paid for."""
GIVEN_UP = frozenset({RepairOutcome.UNREPAIRED, RepairOutcome.EXCHANGED})
"""How the repair of goods ends that are not repaired."""
_ENDED_WITHOUT_PURPOSE = frozenset({CaseState.CLOSED, CaseState.CANCELLED})


def is_undone(full: FullCase) -> bool:
    """Whether the replacement or the repair that a charge is for will not reach the buyer any more.

    That is so where the money of the units goes back, where a repair is not possible or is given up, where the goods are rejected, and where
    the case ends before anything was sent, or the buyer has said that it did not arrive.
    """
    if full.refund is not None and full.refund.cause not in BUYER_KEEPS_IT:
        return True
    if _is_repair_given_up(full) or full.case.state is CaseState.REJECTED:
        return True
    return full.case.state in _ENDED_WITHOUT_PURPOSE and not _is_done(full)


def is_awaited(full: FullCase) -> bool:
    """Whether something is still to be paid, before what it is for."""
    return full.charge is not None and full.charge.is_unpaid and not is_undone(full)


def _is_repair_given_up(full: FullCase) -> bool:
    repair = full.repair
    return repair is not None and (repair.failure is not None or repair.outcome in GIVEN_UP)


def _is_done(full: FullCase) -> bool:
    """Whether something was sent to the buyer, also where it went back to be repaired again; couriers do not scan all that they deliver."""
    sent = (each for each in full.rows_of(Replacement) if each.shipped_at is not None)
    return any(each.anomaly is not ReplacementAnomaly.NOT_RECEIVED for each in sent)
