"""Repairs: what one costs, what was done, and what the buyer takes where it is not possible."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events.catalogue.repairs import (
    RepairFinished,
    RepairNotPossible,
    RepairQuoted,
    RepairQuoteDeclined,
    RepairRepeated,
    RepairResumed,
)

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.deadlines.timers import case_timer
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.charges.model import Charge
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import apply
from aftersale_svc.domain.cases.model import CaseAction, Return
from aftersale_svc.domain.cases.repairs.codes import RepairFailure, RepairOutcome, RepairRemedy, RepairWork
from aftersale_svc.domain.cases.repairs.errors import QuoteAmountMissing
from aftersale_svc.domain.cases.repairs.model import Repair
from aftersale_svc.domain.cases.replacements.model import Replacement
from aftersale_svc.domain.currencies import PriceCurrencyForeign, check_currency
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.settings import Settings


async def quote(
    tx: Transaction[Settings], case_id: str, *, amount_minor: int, currency: str, days: int, note: str | None = None
) -> FullCase:
    """Say as the merchant what the repair costs the buyer, and how many days it takes.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, RepairCovered, ChargePaid, ChargeAgreed: see CASE.
        QuoteAmountMissing, PriceCurrencyForeign: the amount is zero, or in another currency than the order.
    """
    full = await locking.case(tx, case_id)
    moved = apply(full, CaseAction.QUOTE, tx)
    if not amount_minor:
        raise QuoteAmountMissing(pointer="/cost/amount")
    check_currency(currency, full.case.currency, "/cost/currency", PriceCurrencyForeign)
    quoted = moved.keeping(replace(_known(full), quoted_at=tx.now, days=days))
    event = RepairQuoted(
        **case_fields(tx, quoted.case),
        owed_minor=amount_minor,
        currency=currency,
        days=days,
        deadline_at=quoted.case.deadline_at,
    )
    after = quoted.keeping(Charge(case_id=case_id, amount_minor=amount_minor))
    return await effects.save(tx, full, after, CaseAction.QUOTE, event, note=note)


async def decline_quote(tx: Transaction[Settings], case_id: str, *, note: str | None = None) -> FullCase:
    """Decline as the buyer to pay for the repair: the goods go back as they are.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, PaymentStated: see CASE.
    """
    return await _decline(tx, await locking.case(tx, case_id), note)


@case_timer(CaseAction.DECLINE_QUOTE)
async def decline_locked(tx: Transaction[Settings], full: FullCase, _: Order) -> FullCase:
    """Send the goods of a locked case back as they are: the buyer has not agreed in time, or not paid.

    Raises:
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    return await _decline(tx, full, None)


async def _decline(tx: Transaction[Settings], full: FullCase, note: str | None) -> FullCase:
    declined = apply(full, CaseAction.DECLINE_QUOTE, tx)
    after = _going_back(declined, RepairOutcome.UNREPAIRED)
    if full.charge is None or full.charge.agreed_at is None:
        after = after.keeping(
            Charge(case_id=full.case.id, amount_minor=0)
        )  # what was agreed to may still be paid, too late
    after = replace(after, case=replace(after.case, difference_minor=None))  # nothing is owed any more
    event = RepairQuoteDeclined(**case_fields(tx, after.case), deadline_at=after.case.deadline_at)
    return await effects.save(tx, full, after, CaseAction.DECLINE_QUOTE, event, note=note)


async def finish(
    tx: Transaction[Settings], case_id: str, *, work: Sequence[RepairWork], note: str | None = None
) -> FullCase:
    """Say as the merchant what was done: the repaired goods go to the buyer.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    full = await locking.case(tx, case_id)
    moved = apply(full, CaseAction.REPAIRED, tx)
    done = replace(_known(full), work=list(dict.fromkeys(work)), outcome=RepairOutcome.REPAIRED)
    event = RepairFinished(
        **case_fields(tx, moved.case), work=tuple(done.work or ()), deadline_at=moved.case.deadline_at
    )
    return await effects.save(tx, full, moved.keeping(done), CaseAction.REPAIRED, event, note=note)


async def give_up(
    tx: Transaction[Settings], case_id: str, *, failure: RepairFailure, remedy: RepairRemedy, note: str | None = None
) -> FullCase:
    """Say as the merchant that the goods cannot be repaired, and offer the money or other goods for them.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    full = await locking.case(tx, case_id)
    moved = apply(full, CaseAction.CANNOT_REPAIR, tx)
    paid = full.charge is not None and full.charge.paid_at is not None
    event = RepairNotPossible(
        **case_fields(tx, moved.case),
        failure=failure,
        remedy=remedy,
        paid_minor=full.charge.amount_minor if full.charge is not None and paid else 0,
        currency=full.case.currency,
        deadline_at=moved.case.deadline_at,
    )
    after = moved.keeping(replace(_known(full), failure=failure, remedy=remedy))
    return await effects.save(tx, full, after, CaseAction.CANNOT_REPAIR, event, note=note)


async def take_exchange(tx: Transaction[Settings], case_id: str, *, note: str | None = None) -> FullCase:
    """Take other goods as the buyer, for those that cannot be repaired.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, RemedyNotOffered: see CASE.
    """
    full = await locking.case(tx, case_id)
    after = _going_back(apply(full, CaseAction.TAKE_EXCHANGE, tx), RepairOutcome.EXCHANGED)
    return await effects.save(tx, full, after, CaseAction.TAKE_EXCHANGE, note=note)


async def take_goods_back(
    tx: Transaction[Settings], case_id: str, *, note: str | None = None, policy: Sequence[Citation] = ()
) -> FullCase:
    """Have the goods sent back as they are: as the buyer, or as an agent who decides about a late repair.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, GoodsNotReceived, RefundDecided, ReplacementDecided: see CASE.
    """
    return await _take_back(tx, await locking.case(tx, case_id), note, policy)


@case_timer(CaseAction.TAKE_GOODS_BACK)
async def take_back_locked(tx: Transaction[Settings], full: FullCase, _: Order) -> FullCase:
    """Send the goods of a locked case back as they are: the buyer has not chosen in time.

    Raises:
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    return await _take_back(tx, full, None, ())


async def _take_back(
    tx: Transaction[Settings], full: FullCase, note: str | None, policy: Sequence[Citation]
) -> FullCase:
    after = _going_back(apply(full, CaseAction.TAKE_GOODS_BACK, tx), RepairOutcome.UNREPAIRED)
    return await effects.save(tx, full, after, CaseAction.TAKE_GOODS_BACK, note=note, policy=policy)


async def resume(
    tx: Transaction[Settings], case_id: str, *, note: str | None = None, policy: Sequence[Citation] = ()
) -> FullCase:
    """Give the merchant time to repair the goods again, as an agent.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, ChargeUnpaid, GoodsNotReceived, RefundDecided, ReplacementDecided: see CASE.
    """
    full = await locking.case(tx, case_id)
    resumed = apply(full, CaseAction.RESUME_REPAIR, tx)
    event = RepairResumed(**case_fields(tx, resumed.case), deadline_at=resumed.case.deadline_at)
    return await effects.save(tx, full, resumed, CaseAction.RESUME_REPAIR, event, note=note, policy=policy)


async def again(
    tx: Transaction[Settings], case_id: str, *, note: str | None = None, policy: Sequence[Citation] = ()
) -> FullCase:
    """Have repaired goods, with which something is wrong, repaired once more, as an agent: the buyer sends them back again.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, NothingToRepairAgain, RefundDecided: see CASE.
    """
    full = await locking.case(tx, case_id)
    moved = apply(full, CaseAction.REPAIR_AGAIN, tx)
    sent = full.replacement or Replacement(case_id=case_id)
    back = Return(case_id=case_id, address=full.return_.address, settings=full.return_.settings)
    unrepaired = replace(_known(full), work=None, failure=None, remedy=None, outcome=None)
    after = moved.keeping(replace(sent, returned_at=tx.now)).keeping(back).keeping(unrepaired)
    event = RepairRepeated(**case_fields(tx, after.case), deadline_at=after.case.deadline_at)
    return await effects.save(tx, full, after, CaseAction.REPAIR_AGAIN, event, note=note, policy=policy)


def _known(full: FullCase) -> Repair:
    return full.repair or Repair(case_id=full.case.id)


def _going_back(full: FullCase, outcome: RepairOutcome) -> FullCase:
    return full.keeping(replace(_known(full), outcome=outcome))
