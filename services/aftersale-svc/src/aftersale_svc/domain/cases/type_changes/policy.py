"""What a case becomes when the buyer asks for something else."""

from collections.abc import Sequence

from aftercare_chassis.lifecycle import Context
from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.codes import CaseType, EvidenceNeed, Reason
from aftersale_svc.domain.cases.errors import DescriptionMissing, EvidenceRequired
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.offers.policy import check_change, stage_now
from aftersale_svc.domain.cases.policy import check_reason, evidence_need, permitted, required_reasons
from aftersale_svc.domain.cases.terms import check_term, term_of, terms_now
from aftersale_svc.domain.cases.type_changes.errors import TypeUnchanged
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.orders.model import Order


def check_term_of(before: FullCase, order: Order, after: Case, context: Context) -> None:
    """Refuse a change to what would be asked for too late now. Raises: see `check_term`."""
    asked_in = term_of(TYPES[before.case.type], before.case.reason)
    line_ids = [line.line_id for line in before.requested]
    stage, terms = stage_now(before.case, order), terms_now(order, context)
    check_term(TYPES[after.type], stage, after.reason, line_ids, terms, asked_in=asked_in)


def changed(
    case: Case,
    order: Order,
    type_: CaseType,
    reason: Reason,
    evidence: Sequence[str],
) -> Case:
    """The case as a request of another type, which has not been reviewed: what was agreed or priced before is void.

    It holds the same units, and the same money, as before: `check_change` lets it become no type that holds others.

    Raises:
        TypeUnchanged: it is of this type.
        TypeUnsuitable, StageUnsuitable, StageNotReached, FastExchangeNotAllowed: see `check_change`.
        ReasonUnsuitable, ReasonNotReached: see `check_reason`.
        EvidenceRequired: the type or the reason needs evidence, and the case has none.
        DescriptionMissing: the type needs words, and the case has none.
    """
    row = TYPES[type_]
    if type_ is case.type:
        raise TypeUnchanged(pointer="/type")
    check_change(case, type_, order)
    check_reason(row, order, stage_now(case, order), reason)
    shown = [*case.evidence, *(each for each in evidence if each not in case.evidence)]
    if evidence_need(row, reason, required_reasons(order)) is EvidenceNeed.REQUIRED and not shown:
        raise EvidenceRequired(pointer="/evidence")
    if row.needs_description and not case.description:
        raise DescriptionMissing(pointer="/type")
    changed_case = replace(
        case,
        type=type_,
        reason=reason,
        evidence=shown,
        type_changes=case.type_changes + 1,
        agreed_minor=None,
        difference_minor=None,
    )
    return permitted(changed_case, order)
