"""Asking again after a rejection, as the buyer: a new case about the same units takes the place of the rejected one."""

from collections.abc import Sequence
from dataclasses import dataclass

from aftercare_chassis.database.transaction import Transaction

from aftersale_svc.commands import locking
from aftersale_svc.commands.cases import cases, endings
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.cases.exchanges.model import ReplacementLine
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import CaseAction, CaseLine
from aftersale_svc.domain.cases.price_checks import PriceCheck
from aftersale_svc.domain.cases.requests import Prices, Request, Wanted
from aftersale_svc.domain.cases.terms import term_of
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.settings import Settings


@dataclass(frozen=True, slots=True)
class Reapplication:
    """What is asked for now; what is None is as it was."""

    type: CaseType | None = None
    reason: Reason | None = None
    description: str | None = None
    evidence: Sequence[str] = ()
    parcel_id: str | None = None


async def reapply(
    tx: Transaction[Settings], case_id: str, *, asked: Reapplication, note: str | None = None
) -> FullCase:
    """Close the rejected case and open another one about its units, with its evidence and more; return the new one.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, ReturnAlreadyShipped: see CASE.
        Refusal: what `cases.create` refuses the new request with; the rejected case stays as it was then.
    """
    full, _ = await locking.case_and_order(tx, case_id)
    await cited_evidence.check(tx, full.case.order_id, asked.evidence)
    await endings.close_by(tx, full, CaseAction.REAPPLY, note=note)
    return await cases.create(tx, again(full, asked))


def again(full: FullCase, asked: Reapplication) -> Request:
    """The request of a case with what is asked for now in place of what was asked for."""
    case = full.case
    type_ = asked.type or case.type
    evidence = list(dict.fromkeys([*case.evidence, *asked.evidence]))
    lines = [_wanted(full, line, as_before=type_ is case.type) for line in full.requested]
    description = asked.description or case.description
    reason = asked.reason or case.reason
    term = term_of(TYPES[case.type], case.reason)
    return Request(
        case.order_id,
        type_,
        reason,
        description,
        lines,
        evidence,
        parcel_id=asked.parcel_id,
        reapplication_of=case.id,
        asked_in=term,
        asked_late=case.after_window,
    )


def _wanted(full: FullCase, line: CaseLine, *, as_before: bool) -> Wanted:
    """The units of a line; prices and what was wanted in exchange belong to the type."""
    if not as_before:
        return Wanted(line.line_id, line.quantity)
    checks = [each for each in full.rows_of(PriceCheck) if each.line_id == line.line_id]
    wanted = next((each for each in full.rows_of(ReplacementLine) if each.line_id == line.line_id), None)
    currencies = frozenset({full.case.currency})
    prices = Prices(checks[0].reference_minor, checks[0].checked_minor, currencies) if checks else None
    sku, variant = (wanted.sku, wanted.variant) if wanted else (None, None)
    return Wanted(line.line_id, line.quantity, prices, sku, variant)
