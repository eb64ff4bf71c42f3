"""What the buyer owes because a replaced verdict had paid too much: it is paid back outside the suite, or written off, and recorded here.

Each is an opposite entry beside what was recorded (R13); no money moves by it.
"""

from collections.abc import Sequence
from typing import TypedDict

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import DisputeDebtRepaid, DisputeDebtWrittenOff, digest

from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.commands.record import dispute_fields, save_dispute
from aftersale_svc.domain.claims.amounts import check_amount
from aftersale_svc.domain.disputes.debts import (
    DebtEntry,
    RepaymentExceedsDebt,
    RepaymentMissing,
    SettledAs,
    check_reference,
)
from aftersale_svc.domain.disputes.facts import DisputeFacts
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import Dispute, DisputeAction
from aftersale_svc.settings import Settings
from aftersale_svc.tables.disputes.disputes import DISPUTES
from aftersale_svc.tables.money.debts import DEBT_ENTRIES, DEBTS_OF_DISPUTE


class _Sums(TypedDict):
    amount_minor: int
    currency: str
    owed_minor: int
    repaid_minor: int
    written_off_minor: int


async def record_repayment(
    tx: Transaction[Settings],
    dispute_id: str,
    *,
    amount_minor: int,
    currency: str,
    reference: str,
    evidence: Sequence[str] = (),
    note: str | None = None,
) -> Dispute:
    """Record as the merchant, or as an agent in its place, that the buyer has paid back so much; `reference` stays in this database.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, PartyCannotDecide, NoDebt: see DISPUTE.
        RepaymentReferenceUsed: see `check_reference`.
        CurrencyForeign, RepaymentMissing, RepaymentExceedsDebt: see `check_amount`.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    action, dispute = DisputeAction.RECORD_REPAYMENT, await tx.lock(DISPUTES, dispute_id)
    moved = DISPUTE.apply(dispute, action, tx, DisputeFacts.of(tx))
    known = await tx.all(DEBTS_OF_DISPUTE, dispute_id=dispute.id)
    check_reference(known, reference)
    own, most = dispute.currency, dispute.owed_minor
    check_amount(amount_minor, currency, most, own, missing=RepaymentMissing, exceeds=RepaymentExceedsDebt)
    await cited_evidence.check(tx, dispute.order_id, evidence)
    files = list(dict.fromkeys(evidence))
    settled, sums = await _settle(tx, moved, known, SettledAs.REPAID, amount_minor, reference, files)
    event = DisputeDebtRepaid(
        **dispute_fields(tx, settled), **sums, reference_hash=digest(reference), evidence=tuple(files)
    )
    return await save_dispute(tx, settled, action, event, note=note, evidence=files)


async def write_off(tx: Transaction[Settings], dispute_id: str, *, note: str) -> Dispute:
    """Let the buyer keep what is still owed, as the merchant or as an agent in its place; `note` has the grounds, and stays in this database.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, PartyCannotDecide, NoDebt: see DISPUTE.
    """
    action, dispute = DisputeAction.WRITE_OFF, await tx.lock(DISPUTES, dispute_id)
    moved = DISPUTE.apply(dispute, action, tx, DisputeFacts.of(tx))
    known = await tx.all(DEBTS_OF_DISPUTE, dispute_id=dispute.id)
    settled, sums = await _settle(tx, moved, known, SettledAs.WRITTEN_OFF, dispute.owed_minor)
    event = DisputeDebtWrittenOff(**dispute_fields(tx, settled), **sums, grounds_hash=digest(note))
    return await save_dispute(tx, settled, action, event, note=note)


async def _settle(
    tx: Transaction[Settings],
    dispute: Dispute,
    known: Sequence[DebtEntry],
    settled_as: SettledAs,
    amount_minor: int,
    reference: str | None = None,
    evidence: Sequence[str] = (),
) -> tuple[Dispute, _Sums]:
    """Enter a part of the debt of a locked dispute as settled, and return the sums of all that was."""
    entry = DebtEntry(
        dispute_id=dispute.id,
        number=len(known) + 1,
        settled_as=settled_as,
        amount_minor=amount_minor,
        currency=dispute.currency,
        reference=reference,
        evidence=list(evidence),
        recorded_by=tx.actor.id,
        recorded_at=tx.now,
    )
    await tx.insert(DEBT_ENTRIES, entry)
    sums = {kind: sum(each.amount_minor for each in (*known, entry) if each.settled_as is kind) for kind in SettledAs}
    settled = replace(dispute, settled_debt_minor=dispute.settled_debt_minor + amount_minor, updated_at=tx.now)
    return settled, _Sums(
        amount_minor=amount_minor,
        currency=dispute.currency,
        owed_minor=dispute.debt_minor,
        repaid_minor=sums[SettledAs.REPAID],
        written_off_minor=sums[SettledAs.WRITTEN_OFF],
    )
