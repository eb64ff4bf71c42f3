"""The inbox of partners: a push is stored before it is acknowledged, processed afterwards, and redriven by operators."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.refusals import NotFound

from order_svc.domain.partners.pushes import (
    PUSH,
    WITHOUT_EFFECT,
    PartnerPush,
    PushAction,
    PushSource,
    PushState,
    pause,
)
from order_svc.integrations.pushes import ExaminedPush
from order_svc.settings import Settings
from order_svc.tables.partner_inbox import (
    CLAIM_PUSH,
    INSERT_PUSH,
    MOVE_PUSH,
    NEXT_PUSH,
    PUSHES,
    RAW_OF_PUSHES,
    RECEIVED_PUSHES,
    REPEATED_PUSH,
    WAKE_PUSHES,
)

# One worker per source: a flood of scans must not delay the callbacks that buyers wait for.
WORKERS = {PushSource.COURIER: "courier-pushes", PushSource.PAYMENT: "payment-callbacks"}
NOUNS = {PushSource.COURIER: "courier_push", PushSource.PAYMENT: "payment_callback"}
"""How the names of signals and log lines about a push begin."""
_MOST_FAILURES = 12


async def store(
    tx: Transaction[Settings],
    push: ExaminedPush[object],
    *,
    source: PushSource,
    partner: str,
    endpoint_id: str | None = None,
    sent_from: str | None = None,
) -> bool:
    """Store a push once; True where it is to be processed: it is new, or repeats one that had no effect.

    A rejected push is stored too, with the reason; of an unverified one only a hash, since it may contain anything, and `sent_from`, the
    address that it came from, if it was refused for that.
    """
    row = replace(_row(tx, push, source, partner, endpoint_id), sent_from=sent_from)
    values = {column.name: getattr(row, column.name) for column in PUSHES.columns}
    raw, headers = (push.raw, dict(push.headers)) if push.verified else (None, None)
    stored = await tx.execute(INSERT_PUSH, **values, raw=raw, headers=headers) == 1
    if push.rejection is not None:
        return False
    tx.wake(WORKERS[source])
    return stored or await _repeat(tx, row)


def _row(
    tx: Transaction[Settings], push: ExaminedPush[object], source: PushSource, partner: str, endpoint_id: str | None
) -> PartnerPush:
    state = _state(push)
    return PartnerPush(
        id=tx.new_id("push"),
        source=source,
        endpoint_id=endpoint_id,
        partner=partner,
        push_id=push.push_id,
        state=state,
        why=_reason(push),
        reports=None,
        attempts=0,
        due_at=tx.now if state is PushState.RECEIVED else None,
        received_at=tx.now,
        tries_since=tx.now,
        deadline_at=None,
        finished_at=tx.now if state is PushState.REFUSED else None,
        traceparent=tx.trace.traceparent,
    )


def _state(push: ExaminedPush[object]) -> PushState:
    if not push.verified:
        return PushState.REFUSED
    return PushState.RECEIVED if push.rejection is None else PushState.UNREADABLE


def _reason(push: ExaminedPush[object]) -> str | None:
    if push.rejection is None:
        return None
    return push.rejection.detail if push.verified else push.rejection.code


async def _repeat(tx: Transaction[Settings], row: PartnerPush) -> bool:
    """Process a repeated push again whose first copy had no effect: this delivery is acknowledged as accepted."""
    push = await tx.one(
        REPEATED_PUSH,
        source=row.source,
        partner=row.partner,
        endpoint_id=row.endpoint_id,
        push_id=row.push_id,
        states=WITHOUT_EFFECT,
    )
    if push is None:
        return False
    await _move(tx, replace(push, tries_since=tx.now), PushAction.REPEAT, due_at=tx.now)
    return True


async def claim(tx: Transaction[Settings], source: PushSource, *, several: bool) -> list[PartnerPush]:
    """The push of this source that is due first, of those due at the same time the one that arrived first, locked; none where none is to be
    processed. With `several`, and where it is due and a courier's, more of those that are processed for the first time.

    A push that waits for its parcel is alone: who registers that parcel waits for the push, with the order locked (see `wake`), and may
    not have to wait for locks of other orders.
    """
    first = await tx.one(NEXT_PUSH, source=source)
    if first is None:
        return []
    is_one_of_many = source is PushSource.COURIER and first.state is PushState.RECEIVED and is_due(first, tx.now)
    more = await tx.all(RECEIVED_PUSHES, now=tx.now) if several and is_one_of_many else []
    return [first, *(each for each in more if each.id != first.id)]


async def claim_again(tx: Transaction[Settings], push: PartnerPush) -> PartnerPush | None:
    """The push, locked; None where it is not due any more, or another transaction processes it."""
    return await tx.one(CLAIM_PUSH, push_id=push.id, now=tx.now)


def is_due(push: PartnerPush, now: datetime) -> bool:
    """Whether the push is to be processed by now."""
    return push.due_at is not None and push.due_at <= now


async def find(tx: Transaction[Settings], push_id: str) -> PartnerPush | None:
    """A push; None where it was deleted."""
    return await tx.find(PUSHES, push_id)


async def raw_body(tx: Transaction[Settings], push: PartnerPush) -> bytes:
    """The body of a verified push as it arrived.

    Raises:
        NotFound: there is no such push.
    """
    return (await raw_bodies(tx, [push]))[push.id]


async def raw_bodies(tx: Transaction[Settings], pushes: Sequence[PartnerPush]) -> dict[str, bytes]:
    """The bodies of verified pushes as they arrived, by the ids of the pushes.

    Raises:
        NotFound: there is no such push.
    """
    found = await tx.all(RAW_OF_PUSHES, push_ids=[push.id for push in pushes])
    if len(found) < len(pushes):
        raise NotFound(what=PUSHES.name)
    return {row["id"]: bytes(row["raw"]) for row in found}


async def applied(tx: Transaction[Settings], push: PartnerPush, why: str | None = None) -> PartnerPush:
    """The locked push has had its effect; `why` is what of it has none.

    Raises:
        IllegalTransition: it is neither received nor waiting.
    """
    return await _move(tx, push, PushAction.APPLY, why=why)


async def ignored(tx: Transaction[Settings], push: PartnerPush, why: str | None = None) -> PartnerPush:
    """The locked push is about something that this service does not need.

    Raises:
        IllegalTransition: it is neither received nor waiting.
    """
    return await _move(tx, push, PushAction.IGNORE, why=why)


async def failed(tx: Transaction[Settings], push: PartnerPush, why: str) -> PartnerPush:
    """The locked push cannot be applied; only an operator, or a repetition, has it processed again.

    Raises:
        IllegalTransition: it is neither received nor waiting.
    """
    return await _move(tx, push, PushAction.FAIL, why=why)


async def unmatched(tx: Transaction[Settings], push: PartnerPush, why: str) -> PartnerPush:
    """The locked push names something that does not exist here, and is not waited for.

    Raises:
        IllegalTransition: it is neither received nor waiting.
    """
    return await _move(tx, push, PushAction.GIVE_UP, why=why)


async def wait(tx: Transaction[Settings], push: PartnerPush, why: str) -> PartnerPush:
    """Process the locked push again later, as what it names may be on its way; UNMATCHED once its time is over.

    Raises:
        IllegalTransition: it is neither received nor waiting.
    """
    waiting = PUSH.reschedule(PUSH.apply(push, PushAction.WAIT, tx), tx)
    if PUSH.due(waiting, tx.now) is PushAction.GIVE_UP:
        return await unmatched(tx, push, why)
    return await _move(tx, push, PushAction.WAIT, why=why, due_at=tx.now + pause(push.attempts))


async def reschedule(tx: Transaction[Settings], push: PartnerPush, why: str) -> PartnerPush:
    """Process a push on which our own code failed again later, so that others do not wait for it; at last it is FAILED.

    Raises:
        NotFound: there is no such push.
    """
    current = await tx.lock(PUSHES, push.id)
    if (current.state, current.attempts) != (push.state, push.attempts):
        return current  # another worker has changed it
    if push.attempts + 1 >= _MOST_FAILURES:
        return await failed(tx, push, why)
    return await _move(tx, push, PushAction.WAIT, why=why, due_at=tx.now + pause(push.attempts))


async def redrive(tx: Transaction[Settings], push_id: str, *, source: PushSource) -> PartnerPush:
    """Process a push of this source once more, with the full time to wait.

    Raises:
        NotFound: there is no such push of this source.
        Stale: see `Transaction.lock`.
        IllegalTransition: it was applied, ignored or not verified, or is being processed.
        ActionNotAllowed: see PUSH.
    """
    push = await tx.lock(PUSHES, push_id)
    if push.source is not source:
        raise NotFound(what=PUSHES.name)
    tx.wake(WORKERS[source])
    return await _move(tx, replace(push, tries_since=tx.now), PushAction.REDRIVE, due_at=tx.now)


async def wake(tx: Transaction[Settings], waybill_no: str, reference: str | None = None) -> None:
    """A parcel has this waybill and reference: every push that waits for one of them is due with the end of this transaction."""
    # Only those that wait: one that is being processed for the first time is due again after half a second anyway.
    await tx.execute(WAKE_PUSHES, waybill=[{"waybill_no": waybill_no}], now=tx.now)
    if reference is not None:
        await tx.execute(WAKE_PUSHES, waybill=[{"reference": reference}], now=tx.now)
    tx.wake(WORKERS[PushSource.COURIER])


async def _move(
    tx: Transaction[Settings],
    push: PartnerPush,
    action: PushAction,
    *,
    why: str | None = None,
    due_at: datetime | None = None,
) -> PartnerPush:
    moved = PUSH.apply(push, action, tx)
    done = moved.state in (PushState.APPLIED, PushState.IGNORED)
    moved = replace(
        moved,
        why=why,
        due_at=due_at,
        attempts=0 if moved.state is PushState.RECEIVED else push.attempts + 1,
        finished_at=tx.now if done else None,
    )
    tx.change(
        PUSHES.name,
        MOVE_PUSH,
        push_id=moved.id,
        new_state=moved.state,
        new_why=moved.why,
        new_reports=moved.reports,
        new_attempts=moved.attempts,
        new_due_at=moved.due_at,
        new_tries_since=moved.tries_since,
        new_deadline_at=moved.deadline_at,
        new_finished_at=moved.finished_at,
    )
    return moved
