"""The freight of a return that the buyer has paid: owed once the goods are accepted, paid outside the suite, and recorded here."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import digest
from aftercare_events.catalogue.returns import ReturnFreightReimbursed

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import apply
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.return_freights.errors import NoReturnFreightOwed, ReturnFreightInexact
from aftersale_svc.settings import Settings


async def record(
    tx: Transaction[Settings],
    case_id: str,
    *,
    amount_minor: int,
    currency: str,
    reference: str,
    evidence: Sequence[str] = (),
    note: str | None = None,
) -> FullCase:
    """Record as the merchant, or as an agent in its place, that the buyer has the freight; `reference` stays in this database.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, NoReturnFreightOwed: see CASE.
        ReturnFreightInexact: it is not the amount that is owed.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    full = await locking.case(tx, case_id)
    moved, freight = apply(full, CaseAction.RECORD_RETURN_FREIGHT, tx), full.return_freight
    if freight is None:
        raise NoReturnFreightOwed()
    if (amount_minor, currency) != (freight.to_pay_minor, full.case.currency):
        raise ReturnFreightInexact(pointer="/amount", owed=freight.to_pay_minor, currency=full.case.currency)
    await cited_evidence.check(tx, full.case.order_id, evidence)
    files = list(dict.fromkeys(evidence))
    paid = replace(freight, paid_at=tx.now, reference=reference, payment_evidence=files)
    event = ReturnFreightReimbursed(
        **case_fields(tx, moved.case),
        amount_minor=amount_minor,
        currency=currency,
        reference_hash=digest(reference),
        evidence=tuple(files),
    )
    action = CaseAction.RECORD_RETURN_FREIGHT
    return await effects.save(tx, full, moved.keeping(paid), action, event, note=note, evidence=files)
