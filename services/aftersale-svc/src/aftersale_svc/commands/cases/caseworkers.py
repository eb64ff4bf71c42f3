"""The roster of caseworkers, and choosing one of them."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction

from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.caseworkers.errors import CaseworkerUnknown, NoCaseworkerFree
from aftersale_svc.domain.caseworkers.model import Caseworker, CaseworkerRole, Workload
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.caseworkers import (
    CASEWORKER,
    CASEWORKERS,
    LEAST_BUSY,
    LOCK_ROSTER,
    ON_ROSTER,
    RELEASED_BY,
)


async def enter(
    tx: Transaction[Settings],
    person_id: str,
    *,
    role: CaseworkerRole,
    is_available: bool,
    types: Sequence[CaseType],
    most_open: int,
) -> Caseworker:
    """Enter a person on the roster, or change what is entered. What they have already stays with them; where work is assigned
    automatically, who is not available loses it to others that are.

    Raises:
        Stale: the request's If-Match names another version.
    """
    await tx.lock_all(LOCK_ROSTER, roster_of="everybody")
    known = await tx.look_up(CASEWORKER, person_id=person_id)
    tx.check_condition(None if known is None else known.version)
    entered = Caseworker(
        id=person_id,
        version=1 if known is None else known.version + 1,
        role=role,
        is_available=is_available,
        types=[each.value for each in types],
        most_open=most_open,
        set_by=tx.actor.id,
        set_at=tx.now,
    )
    await tx.upsert(CASEWORKERS, entered)
    return entered


async def check_named(tx: Transaction[Settings], role: CaseworkerRole, person_id: str, pointer: str) -> None:
    """Refuse to give work to somebody who is not on the roster of this role, where it has anybody.

    Raises:
        CaseworkerUnknown: they are not.
    """
    roster = await tx.all(ON_ROSTER, role=role)
    if roster and person_id not in {each["id"] for each in roster}:
        raise CaseworkerUnknown(pointer=pointer, role=role)


async def released_by(tx: Transaction[Settings], case_id: str, action: str, dispute_id: str | None = None) -> list[str]:
    """Who has given this review, or this dispute, back: they are not given it again."""
    return [row["actor_id"] for row in await tx.all(RELEASED_BY, case_id=case_id, dispute_id=dispute_id, action=action)]


async def least_busy(
    tx: Transaction[Settings], role: CaseworkerRole, type_: CaseType, barred: Sequence[str | None]
) -> Workload:
    """Return who is given a review or a dispute about a case of this type, where nobody is named; none of `barred`.

    Until the end of the transaction, nobody else is chosen for this role.

    Raises:
        NoCaseworkerFree: nobody on the roster can be given it.
    """
    await tx.one(LOCK_ROSTER, roster_of=f"caseworkers {role}")
    found = await tx.one(LEAST_BUSY[role], type=type_, barred=[each for each in barred if each is not None])
    if found is None:
        raise NoCaseworkerFree(type=type_)
    return found
