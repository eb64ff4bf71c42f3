"""What the commands about claims of every kind share: a claim is locked and moved by its table, then saved with its event and its step."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Generic, TypeVar

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.deadlines import Due, TimerCommands
from aftercare_chassis.records import replace
from aftercare_events import Event

from aftersale_svc.commands.claims.claim_record import record_claim_step
from aftersale_svc.commands.deadlines import standstills
from aftersale_svc.commands.record import decision_in
from aftersale_svc.domain.claims.model import C
from aftersale_svc.domain.permissions import with_actor
from aftersale_svc.settings import Settings
from aftersale_svc.tables.claims.claim_kinds import StoredClaims

A = TypeVar("A", bound=StrEnum)
OPEN = "open"
"""The first step in the history of a claim."""


class ClaimSteps(Generic[A, C]):
    """The steps of the claims of one kind; `timer` registers what its timers do, and `due` runs them."""

    def __init__(self, kind: StoredClaims[C]) -> None:
        self._type, self._rows = kind.type, kind.rows
        self.timer: TimerCommands[A, Settings, C] = TimerCommands(kind.type.table.due, standstills.spare)
        self.due = Due(kind.rows, self.timer.act)

    async def create(self, tx: Transaction[Settings], claim: C, event: Event, note: str | None = None) -> C:
        """Create a claim with its event and the first step of its history."""
        created = await tx.create(self._rows, claim, event)
        await record_claim_step(tx, created, OPEN, note, created.evidence)
        return created

    async def locked(self, tx: Transaction[Settings], claim_id: str) -> C:
        """The claim, locked. Raises: NotFound, Stale, see `Transaction.lock`."""
        return await tx.lock(self._rows, claim_id)

    async def move(self, tx: Transaction[Settings], claim_id: str, action: A) -> C:
        """Lock a claim; return it as it is after this action. Raises: as `locked` and `moved`."""
        return self.moved(tx, await self.locked(tx, claim_id), action)

    def moved(self, tx: Transaction[Settings], claim: C, action: A) -> C:
        """A locked claim after this action. Raises: see `Lifecycle.apply`."""
        return self._type.apply(claim, action, tx)

    async def save(
        self,
        tx: Transaction[Settings],
        claim: C,
        action: A | str,
        event: Event,
        *,
        note: str | None = None,
        evidence: Sequence[str] = (),
    ) -> C:
        """Save a claim after this action, with its event, its step, and who has acted for a party."""
        acted = replace(claim, party_ids=with_actor(claim.party_ids, tx.actor))
        saved = await tx.save(self._rows, acted, event)
        await record_claim_step(tx, saved, action, note, evidence, decision_in([event]))
        return saved
