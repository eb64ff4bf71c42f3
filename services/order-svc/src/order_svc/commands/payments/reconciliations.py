"""The statement of a provider's day, compared with our books once; a difference is opened where a minor unit is off."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    PaymentDifferenceExplained,
    PaymentDifferenceOpened,
    PaymentDifferenceResolved,
    TraceFields,
    trace_fields,
)

from order_svc.commands.payments import refunds
from order_svc.domain.payments.codes import FailureCode
from order_svc.domain.payments.model import Payment, Refund
from order_svc.domain.payments.statements import (
    DIFFERENCE,
    OPPOSITE,
    Difference,
    DifferenceAction,
    DifferenceCause,
    EntryKind,
    OwnEntry,
    Reconciliation,
    StatementEntry,
    came_back,
    cause_of,
    is_known,
    sums_of,
)
from order_svc.integrations.payments.port import Outcome, ProviderResult
from order_svc.settings import Settings
from order_svc.tables.charge_backs import CHARGE_BACKS_BY_REFERENCE
from order_svc.tables.payments import PAYMENTS_BY_ID, PAYMENTS_OF_REFERENCE, REFUNDS_BY_ID
from order_svc.tables.statements import (
    BEGIN_DAY,
    DIFFERENCES,
    LATEST_DAYS,
    MISSING,
    RECONCILIATIONS,
    SEEN_BEFORE,
    SEEN_ENTRIES,
)

_CHUNK = 1000


class DifferenceFields(TraceFields):
    """The fields of every event of a difference between a statement and our books."""

    difference_id: str
    provider: str
    day: str
    cause: str
    kind: str
    subject_id: str | None
    our_minor: int
    their_minor: int
    currency: str


async def latest_days(tx: Transaction[Settings]) -> Mapping[str, date]:
    """The last day of each provider that was compared."""
    return {row["provider"]: row["day"] for row in await tx.all(LATEST_DAYS)}


async def reconcile(
    tx: Transaction[Settings],
    provider: str,
    day: date,
    *,
    entries: Sequence[StatementEntry],
    earlier: tuple[datetime, datetime] | None,
) -> Sequence[Difference] | None:
    """Compare the statement of the day; the differences that it opens, or None where the day was compared already.

    `earlier` are the ends of the day before: what succeeded here then and is in no statement so far is missing there. It is None
    for the first day, because the statement of the day before was not read.
    """
    row = Reconciliation(
        provider=provider,
        day=day,
        entries=len(entries),
        differences=0,
        reconciled_at=tx.now,
        sums=sums_of(entries),
    )
    values = ("provider", "day", "entries", "differences", "reconciled_at", "sums")
    if await tx.execute(BEGIN_DAY, **{name: getattr(row, name) for name in values}) == 0:
        return None
    found, returned = list[Difference](), set[str]()
    for start in range(0, len(entries), _CHUNK):
        differences, back = await _compare(tx, provider, day, entries[start : start + _CHUNK])
        found += differences
        returned |= back
    await _take_back(tx, returned)
    if earlier is not None:
        found += await _missing(tx, provider, day, earlier)
    for each in found:
        await tx.create(DIFFERENCES, each, PaymentDifferenceOpened(**_fields(tx, each)))
    await tx.upsert(RECONCILIATIONS, replace(row, differences=len(found)))
    return found


async def _take_back(tx: Transaction[Settings], refund_ids: Collection[str]) -> None:
    """These refunds came back. Their orders are locked in the order of their ids; each event names the cause of its own refund."""
    known = await tx.all(REFUNDS_BY_ID, refund_ids=list(refund_ids)) if refund_ids else []
    for refund in sorted(known, key=lambda each: (each.order_id, each.id)):
        result = ProviderResult(outcome=Outcome.DECLINED, failure_code=FailureCode.CAME_BACK)
        await refunds.apply_result(tx, refund.id, result=result)
        tx.caused_by = None


async def _compare(
    tx: Transaction[Settings], provider: str, day: date, entries: Collection[StatementEntry]
) -> tuple[list[Difference], set[str]]:
    """The differences, and the ids of the refunds that came back."""
    entries = await _named(tx, provider, entries)
    own = await _own(tx, provider, entries)
    ids = [each.subject_id for each in entries if each.subject_id in own and each.kind not in OPPOSITE]
    seen = {row["subject_id"] for row in await tx.all(SEEN_BEFORE, provider=provider, subject_ids=ids)}
    await tx.execute(SEEN_ENTRIES, provider=provider, subject_ids=ids, now=tx.now)
    taken = [each.reference for each in entries if each.kind is EntryKind.CHARGEBACK]
    known = await tx.all(CHARGE_BACKS_BY_REFERENCE, provider=provider, references=taken) if taken else []
    charge_backs = {each.reference: each for each in known}
    found, returned = list[Difference](), set[str]()
    for entry in entries:
        if is_known(entry, charge_backs):
            continue
        ours = own.get(entry.subject_id or "")
        if entry.subject_id is not None and came_back(entry, ours):
            returned.add(entry.subject_id)
        elif ours is not None and entry.kind not in OPPOSITE and entry.subject_id in seen:
            again = DifferenceCause.LISTED_TWICE
            found.append(_difference(tx, provider, day, again, entry, our_minor=0, their_minor=entry.amount_minor))
        elif (cause := cause_of(entry, ours)) is not None:
            minor = 0 if ours is None or entry.kind in OPPOSITE else ours.minor
            found.append(_difference(tx, provider, day, cause, entry, our_minor=minor, their_minor=entry.amount_minor))
        if ours is not None and entry.subject_id is not None and entry.kind not in OPPOSITE:
            seen.add(entry.subject_id)
    return found, returned


async def _named(
    tx: Transaction[Settings], provider: str, entries: Collection[StatementEntry]
) -> Collection[StatementEntry]:
    """The entries with the payment that has the number of each: a second charge has our id of the first one at the provider."""
    references = [each.reference for each in entries if each.kind is EntryKind.PAYMENT]
    known = await tx.all(PAYMENTS_OF_REFERENCE, provider=provider, references=references) if references else []
    ids = {each.provider_reference: each.id for each in known}
    return [
        replace(each, subject_id=ids.get(each.reference, each.subject_id)) if each.kind is EntryKind.PAYMENT else each
        for each in entries
    ]


async def _own(tx: Transaction[Settings], provider: str, entries: Collection[StatementEntry]) -> Mapping[str, OwnEntry]:
    """What our books have of the entries, by our ids."""
    ids = [each.subject_id for each in entries if each.subject_id is not None]
    known_refunds = await tx.all(REFUNDS_BY_ID, refund_ids=ids)
    known = await tx.all(PAYMENTS_BY_ID, payment_ids=[*ids, *(refund.payment_id for refund in known_refunds)])
    providers = {payment.id: payment.provider for payment in known}
    documents: list[tuple[Payment | Refund, str]] = [(each, each.provider) for each in known]
    documents += [(each, providers[each.payment_id]) for each in known_refunds]
    found = {each.id: OwnEntry.of(each, provider, its_provider) for each, its_provider in documents}
    return {id_: own for id_, own in found.items() if own is not None}


async def _missing(
    tx: Transaction[Settings], provider: str, day: date, earlier: tuple[datetime, datetime]
) -> list[Difference]:
    since, until = earlier
    rows = await tx.all(MISSING, provider=provider, since=since, until=until)
    return [
        _difference(
            tx,
            provider,
            day,
            DifferenceCause.MISSING_THERE,
            StatementEntry(
                kind=EntryKind(row["kind"]),
                reference="",
                subject_id=row["id"],
                amount_minor=0,
                currency=row["currency"],
            ),
            our_minor=row["amount_minor"],
            their_minor=0,
        )
        for row in rows
    ]


def _difference(
    tx: Transaction[Settings],
    provider: str,
    day: date,
    cause: DifferenceCause,
    entry: StatementEntry,
    *,
    our_minor: int,
    their_minor: int,
) -> Difference:
    return Difference(
        id=tx.new_id("diff"),
        version=0,
        provider=provider,
        day=day,
        cause=cause,
        kind=entry.kind,
        subject_id=entry.subject_id,
        reference=entry.reference or None,
        our_minor=our_minor,
        their_minor=their_minor,
        currency=entry.currency,
        state=DIFFERENCE.initial,
        opened_at=tx.now,
    )


async def explain(tx: Transaction[Settings], difference_id: str, *, note: str) -> Difference:
    """State why the books differ, where something is still to be done.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see DIFFERENCE.
    """
    return await _move(tx, difference_id, DifferenceAction.EXPLAIN, note, PaymentDifferenceExplained)


async def resolve(tx: Transaction[Settings], difference_id: str, *, note: str) -> Difference:
    """State how the difference was settled.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see DIFFERENCE.
    """
    return await _move(tx, difference_id, DifferenceAction.RESOLVE, note, PaymentDifferenceResolved)


async def _move(
    tx: Transaction[Settings],
    difference_id: str,
    action: DifferenceAction,
    note: str,
    event: type[PaymentDifferenceExplained | PaymentDifferenceResolved],
) -> Difference:
    moved = DIFFERENCE.apply(await tx.lock(DIFFERENCES, difference_id), action, tx)
    moved = replace(moved, note=note, handler_id=tx.actor.id, changed_at=tx.now)
    return await tx.save(DIFFERENCES, moved, event(**_fields(tx, moved)))


def _fields(tx: Transaction[Settings], found: Difference) -> DifferenceFields:
    """The fields of an event of this difference, which affects the platform: it is its account with the provider."""
    return DifferenceFields(
        **trace_fields(tx, affected_party="platform", applicant=tx.actor.id, result=found.state),
        difference_id=found.id,
        provider=found.provider,
        day=found.day.isoformat(),
        cause=found.cause,
        kind=found.kind,
        subject_id=found.subject_id,
        our_minor=found.our_minor,
        their_minor=found.their_minor,
        currency=found.currency,
    )
