"""Compared statements of payment providers, and their differences, in requests and responses."""

from collections.abc import Sequence
from datetime import date
from typing import Self

from aftercare_chassis.http.schemas import AllowedActions, AllowedOut, In, Money, Out, Text, Time, example
from aftercare_chassis.lifecycle import Actor

from order_svc.domain.payments.statements import (
    DIFFERENCE,
    Difference,
    DifferenceCause,
    DifferenceState,
    EntryKind,
    Reconciliation,
)


class NoteIn(In):
    """Why the books differ, or how that was settled."""

    model_config = example(note="the provider paid it back a day later")

    note: Text
    """For people; without personal data."""


class DifferenceOut(Out):
    """One difference between a provider's statement and our books."""

    id: str
    """Identifies the difference: `diff_…`."""
    provider: str
    """The name of the payment provider."""
    day: date
    """The day of the statement, in the provider's time zone."""
    cause: DifferenceCause
    """`unknown_here`: we have no such payment or refund; `not_succeeded_here`: ours has not succeeded; `other_amount`; `missing_there`:
    ours has succeeded, and no statement has it; `listed_twice`: an earlier entry is about it, so that the provider has charged or refunded it
    again; `chargeback`: the provider has taken a payment back for the buyer; `reversal`: a
    refund has come back to the merchant."""
    kind: EntryKind
    """What the entry is about."""
    subject_id: str | None
    """Our payment or refund; null where the entry has none of our ids."""
    reference: str | None
    """The provider's own number; null where it has no such entry."""
    ours: Money
    """What our books have."""
    theirs: Money
    """What the statement has."""
    state: DifferenceState
    """How far its clarification is."""
    note: str | None
    """Why the books differ, or how that was settled; null while it is open."""
    handler_id: str | None
    """Who stated that; null while it is open."""
    opened_at: Time
    """When the statement was compared."""
    changed_at: Time | None
    """When it was explained or resolved last; null while it is open."""
    allowed_actions: AllowedActions

    @classmethod
    def of(cls, found: Difference, actor: Actor) -> Self:
        """The difference as this reader may act on it."""
        return cls(
            id=found.id,
            provider=found.provider,
            day=found.day,
            cause=found.cause,
            kind=found.kind,
            subject_id=found.subject_id,
            reference=found.reference,
            ours=Money.of(found.our_minor, found.currency),
            theirs=Money.of(found.their_minor, found.currency),
            state=found.state,
            note=found.note,
            handler_id=found.handler_id,
            opened_at=found.opened_at,
            changed_at=found.changed_at,
            allowed_actions=AllowedOut.of(DIFFERENCE.allowed(found, actor)),
        )


class ReconciliationOut(Out):
    """The comparison of one statement with our books."""

    provider: str
    """The name of the payment provider."""
    day: date
    """The day of the statement, in the provider's time zone."""
    entries: int
    """How many payments, refunds and chargebacks it has."""
    differences: int
    """How many differences it opened; 0: the books agree to the minor unit."""
    reconciled_at: Time
    """When it was compared."""

    @classmethod
    def of(cls, found: Reconciliation) -> Self:
        """The comparison."""
        return cls(
            provider=found.provider,
            day=found.day,
            entries=found.entries,
            differences=found.differences,
            reconciled_at=found.reconciled_at,
        )


class StatementSumOut(Out):
    """What the entries of one kind and currency of a statement add up to."""

    kind: EntryKind
    """What the entries are about."""
    entries: int
    """How many there are."""
    amount: Money
    """Their sum."""


class ReconciliationReportOut(ReconciliationOut):
    """The report of one statement: what was compared, what it adds up to, and where our books differ."""

    sums: list[StatementSumOut]
    """By kind and currency; empty where the statement is empty, or was compared by a build that kept no sums."""
    open: int
    """How many of the differences are not resolved yet."""
    opened: list[DifferenceOut]
    """The differences that it opened, oldest first, each as it is now."""

    @classmethod
    def of_day(cls, found: Reconciliation, differences: Sequence[Difference], actor: Actor) -> Self:
        """The report as this reader may act on it."""
        sums = [
            StatementSumOut(
                kind=EntryKind(each["kind"]),
                entries=each["entries"],
                amount=Money.of(each["amount_minor"], each["currency"]),
            )
            for each in found.sums or ()
        ]
        return cls(
            **ReconciliationOut.of(found).model_dump(),
            sums=sums,
            open=sum(each.state is not DifferenceState.RESOLVED for each in differences),
            opened=[DifferenceOut.of(each, actor) for each in differences],
        )


class ReconciliationsOut(Out):
    """The latest comparisons, newest day first."""

    data: list[ReconciliationOut]
    """One per provider and day, at most 100."""
