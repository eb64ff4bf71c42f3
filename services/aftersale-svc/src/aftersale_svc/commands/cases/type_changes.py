"""Changing what is asked for, as the buyer: the merchant reviews the case as another request."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import AfterSaleTypeChanged, Event, OfferLapsed
from aftercare_events.catalogue.reviews import DecisionCause

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.cases import rule_reviews, stages
from aftersale_svc.commands.cases.open_offers import ended
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.commands.record import case_fields, settings_used
from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.cases.exchanges.policy import unpriced, wanted_of_case
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.lifecycle import apply, of
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.offers.model import OfferAction
from aftersale_svc.domain.cases.reasons import PARCEL_MISSING
from aftersale_svc.domain.cases.requests import Wanted
from aftersale_svc.domain.cases.type_changes.policy import changed, check_term_of
from aftersale_svc.domain.money.freight import estimated
from aftersale_svc.settings import Settings
from aftersale_svc.tables.money.holds import HOLDS_OF_ORDER
from aftersale_svc.tables.orders import ORDER


async def change(
    tx: Transaction[Settings],
    case_id: str,
    *,
    type_: CaseType,
    reason: Reason | None = None,
    evidence: Sequence[str] = (),
    lines: Sequence[Wanted] = (),
    note: str | None = None,
) -> FullCase:
    """Ask for something else about the same units, for another reason as well. An open counter-offer lapses with it, and a
    rule of the merchant may decide.

    `lines` have what is wanted in exchange for them; their quantities are those of the case.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, ReturnAlreadyShipped, TypeOrdered, TypeChangedTooOften: see CASE.
        TypeUnchanged, TypeUnsuitable, StageUnsuitable, StageNotReached, FastExchangeNotAllowed,
            ReasonUnsuitable, ReasonNotReached, EvidenceRequired, DescriptionMissing: see `changed`.
        WindowPassed, WarrantyPassed, NoWarranty, ReasonClosed: see `check_term_of`.
        VirtualGoods, UnitsNotSent: see `stages.check_sent`.
        LineUnknown, LineTwice, WantedNotPossible: see `wanted_of_case`.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    full, order = await locking.case_to_review(tx, case_id)
    moved = apply(full, CaseAction.CHANGE_TYPE, tx)
    case = changed(moved.case, order, type_, reason or full.case.reason, evidence)
    check_term_of(full, await tx.one(ORDER, order_id=order.id) or order, case, tx)
    await stages.check_sent(tx, full, order, type_)
    await cited_evidence.check_needed(tx, order, case.type, case.reason, evidence, before=full.case.evidence)
    holds = await tx.all(HOLDS_OF_ORDER, order_id=order.id)
    after = replace(moved, case=estimated(order, case, full.requested, holds))
    after = _without_replacement(tx, unpriced(after.keeping(*wanted_of_case(after, lines))))
    # How long the review lasts may depend on the type.
    after = replace(after, case=of(after.case).enter_again(after.case, tx, CaseFacts(full=after)))
    events: list[Event] = [event(tx, full, after, evidence)]
    if full.open_offer is not None:
        events.append(OfferLapsed(**case_fields(tx, after.case), number=full.open_offer.number))
        after = after.keeping(ended(tx, full.open_offer, OfferAction.LAPSE))
    saved = await effects.save(tx, full, after, CaseAction.CHANGE_TYPE, *events, note=note, evidence=evidence)
    return await rule_reviews.again(tx, saved, order)


def _without_replacement(tx: Transaction[Settings], full: FullCase) -> FullCase:
    """The case without a replacement that it owed and that was not sent: the other type owes its own."""
    owed = full.replacement
    return full if owed is None else full.keeping(replace(owed, returned_at=tx.now))


def event(
    tx: Transaction[Settings],
    before: FullCase,
    after: FullCase,
    evidence: Sequence[str] = (),
    cause: DecisionCause | None = None,
) -> AfterSaleTypeChanged:
    """The event of the change; without a cause it is the buyer's."""
    case = after.case
    return AfterSaleTypeChanged(
        **case_fields(tx, case),
        previous_type=before.case.type,
        reason=case.reason,
        number=case.type_changes,
        deadline_at=case.deadline_at,
        evidence=tuple(evidence),
        cause=cause,
        settings=settings_used(case.settings),
        not_received=case.reason in PARCEL_MISSING,
    )
