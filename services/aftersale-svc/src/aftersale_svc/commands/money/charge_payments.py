"""What a buyer has agreed to pay is paid outside the suite: recorded by the merchant, or stated by the buyer and confirmed or denied."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.records import replace
from aftercare_events import AfterSaleEscalated, ChargePaid, digest
from aftercare_events.catalogue.exchanges import ChargePaymentDenied, ChargePaymentStated

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.deadlines.timers import case_timer
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.charges.errors import NoPaymentStated
from aftersale_svc.domain.cases.charges.model import Charge
from aftersale_svc.domain.cases.charges.policy import MOST_STATEMENTS, is_awaited
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.lifecycle import apply, cause, of
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.settings import Settings


async def record(tx: Transaction[Settings], case_id: str, *, reference: str, note: str | None = None) -> FullCase:
    """Record as the merchant that the buyer has paid; `reference` stays in this database. Where what it is for was given up before, it is
    owed back at once.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, NothingOwed, ChargeNotAgreed, ChargePaid: see CASE.
    """
    full = await locking.case(tx, case_id)
    moved = apply(full, CaseAction.RECORD_PAYMENT, tx)
    paid = replace(full.charge or Charge(case_id=case_id, amount_minor=0), paid_at=tx.now, reference=reference)
    return await _paid(tx, full, moved, paid, CaseAction.RECORD_PAYMENT, note)


async def state(
    tx: Transaction[Settings], case_id: str, *, reference: str, evidence: Sequence[str] = (), note: str | None = None
) -> FullCase:
    """State as the buyer that the charge was paid; `reference` stays in this database. The merchant has to confirm or deny it.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, NothingOwed, ChargeNotAgreed, ChargePaid, PaymentStated, PaymentStatedTooOften: see CASE.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    full = await locking.case(tx, case_id)
    moved, charge = apply(full, CaseAction.STATE_PAYMENT, tx), full.charge or Charge(case_id=case_id, amount_minor=0)
    await cited_evidence.check(tx, full.case.order_id, evidence)
    files = list(dict.fromkeys(evidence))
    stated = replace(
        charge,
        stated_at=tx.now,
        stated_reference=reference,
        stated_evidence=files,
        statements=charge.statements + 1,
        denied_at=None,
        denied_by_agent=False,
    )
    after = _judged_again(tx, moved.keeping(stated))
    event = ChargePaymentStated(
        **case_fields(tx, after.case),
        owed_minor=charge.amount_minor,
        currency=full.case.currency,
        reference_hash=digest(reference),
        evidence=tuple(files),
        deadline_at=after.case.deadline_at,
    )
    return await effects.save(tx, full, after, CaseAction.STATE_PAYMENT, event, note=note, evidence=files)


async def confirm(
    tx: Transaction[Settings], case_id: str, *, note: str | None = None, policy: Sequence[Citation] = ()
) -> FullCase:
    """Confirm as the merchant, or as an agent, that the stated payment has arrived: it is paid, as if the merchant had recorded it.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, DeadlinePassed, NoPaymentStated, GoodsNotReceived, RefundDecided, ReplacementDecided,
            NoReplacementDecided: see CASE.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
    """
    return await _confirm(tx, await locking.case(tx, case_id), note, policy)


@case_timer(CaseAction.CONFIRM_PAYMENT)
async def confirm_locked(tx: Transaction[Settings], full: FullCase, _: Order) -> FullCase:
    """Take the stated payment of a locked case as paid: the merchant has not denied it in time.

    Raises:
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    return await _confirm(tx, full)


async def _confirm(
    tx: Transaction[Settings], full: FullCase, note: str | None = None, policy: Sequence[Citation] = ()
) -> FullCase:
    moved, charge = apply(full, CaseAction.CONFIRM_PAYMENT, tx), _stated(full)
    paid = replace(charge, paid_at=tx.now, reference=charge.stated_reference, denied_at=None, denied_by_agent=False)
    return await _paid(tx, full, moved, paid, CaseAction.CONFIRM_PAYMENT, note, policy)


async def deny(
    tx: Transaction[Settings],
    case_id: str,
    *,
    text: str,
    evidence: Sequence[str] = (),
    policy: Sequence[Citation] = (),
) -> FullCase:
    """Deny as the merchant, or as an agent, that the stated payment has arrived; `text` is why. The buyer has the time to pay again.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, DeadlinePassed, NoPaymentStated, PaymentJudged, GoodsNotReceived, RefundDecided,
            ReplacementDecided, NoReplacementDecided: see CASE.
        EvidenceUnusable: see `cited_evidence.check`.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
    """
    full = await locking.case(tx, case_id)
    moved, charge = apply(full, CaseAction.DENY_PAYMENT, tx), _stated(full)
    await cited_evidence.check(tx, full.case.order_id, evidence)
    denied = moved.keeping(replace(charge, denied_at=tx.now, denied_by_agent=tx.actor.role == "agent"))
    after = _judged_again(tx, denied) if is_awaited(full) else denied
    event = ChargePaymentDenied(
        **case_fields(tx, after.case),
        owed_minor=charge.amount_minor,
        currency=full.case.currency,
        stated_at=charge.stated_at or tx.now,
        statements_left=max(0, MOST_STATEMENTS - charge.statements),
        deadline_at=after.case.deadline_at,
    )
    action = CaseAction.DENY_PAYMENT
    return await effects.save(tx, full, after, action, event, note=text, evidence=evidence, policy=policy)


async def escalate(tx: Transaction[Settings], case_id: str, *, note: str | None = None) -> FullCase:
    """Have an agent decide as the buyer whether the payment has arrived that the merchant has denied.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, DeadlinePassed, PaymentNotDenied, PaymentJudged: see CASE.
    """
    full = await locking.case(tx, case_id)
    action = CaseAction.ESCALATE_PAYMENT
    moved = apply(full, action, tx)
    event = AfterSaleEscalated(
        **case_fields(tx, moved.case), cause=cause(full, action), deadline_at=moved.case.deadline_at
    )
    return await effects.save(tx, full, moved, action, event, note=note)


async def _paid(
    tx: Transaction[Settings],
    full: FullCase,
    moved: FullCase,
    paid: Charge,
    action: CaseAction,
    note: str | None,
    policy: Sequence[Citation] = (),
) -> FullCase:
    after = moved.keeping(paid)
    if is_awaited(full):
        after = _judged_again(tx, after)
    stated = action is CaseAction.CONFIRM_PAYMENT
    event = ChargePaid(
        **case_fields(tx, after.case),
        owed_minor=paid.amount_minor,
        currency=full.case.currency,
        reference_hash=digest(paid.reference or ""),
        deadline_at=after.case.deadline_at,
        stated_at=paid.stated_at if stated else None,
        by_timeout=tx.actor == SYSTEM if stated else None,
    )
    return await effects.save(tx, full, after, action, event, note=note, policy=policy)


def _judged_again(tx: Transaction[Settings], after: FullCase) -> FullCase:
    """The case with the turn that follows from its charge now, and the whole time of whoever has it."""
    return replace(after, case=of(after.case).enter_again(after.case, tx, CaseFacts(full=after)))


def _stated(full: FullCase) -> Charge:
    if full.charge is None or full.charge.stated_at is None:
        raise NoPaymentStated()
    return full.charge
