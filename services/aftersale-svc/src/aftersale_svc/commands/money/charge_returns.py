"""What a buyer has paid outside the suite is given back outside the suite, and recorded here."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import digest
from aftercare_events.catalogue.exchanges import ChargeReturned

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.charges.errors import ChargeReturnInexact, NothingToReturn
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import apply
from aftersale_svc.domain.cases.model import CaseAction
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
    """Record as the merchant, or as an agent in its place, that the buyer has back what was paid; `reference` stays in this database.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, NothingToReturn, ChargeReturnByMerchant: see CASE.
        ChargeReturnInexact: it is not the amount that is owed back.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    full = await locking.case(tx, case_id)
    moved, charge = apply(full, CaseAction.RECORD_CHARGE_RETURN, tx), full.charge
    if charge is None or charge.paid_at is None or charge.owed_back_at is None:
        raise NothingToReturn()
    if (amount_minor, currency) != (charge.amount_minor, full.case.currency):
        raise ChargeReturnInexact(pointer="/amount", owed=charge.amount_minor, currency=full.case.currency)
    await cited_evidence.check(tx, full.case.order_id, evidence)
    files = list(dict.fromkeys(evidence))
    returned = replace(charge, returned_at=tx.now, return_reference=reference, return_evidence=files)
    event = ChargeReturned(
        **case_fields(tx, moved.case),
        amount_minor=amount_minor,
        currency=currency,
        paid_at=charge.paid_at,
        owed_back_at=charge.owed_back_at,
        reference_hash=digest(reference),
        evidence=tuple(files),
    )
    after = moved.keeping(returned)
    return await effects.save(tx, full, after, CaseAction.RECORD_CHARGE_RETURN, event, note=note, evidence=files)
