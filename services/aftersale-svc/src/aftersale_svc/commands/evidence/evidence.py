"""Evidence files: announced and completed by their uploader, accepted or refused after their check."""

from collections.abc import Sequence
from datetime import timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import NOBODY, SystemContext
from aftercare_chassis.records import replace
from aftercare_events import (
    EvidenceFileAccepted,
    EvidenceFileAnnounced,
    EvidenceFileExpired,
    EvidenceFileRefused,
    EvidenceFileUploaded,
    EvidenceReused,
    ReusedFile,
    TraceFields,
    trace_fields,
)

from aftersale_svc.commands.evidence import evidence_checks, evidence_reuse
from aftersale_svc.domain.evidence.errors import EvidenceSubjectUnclear, TooManyEvidenceFiles
from aftersale_svc.domain.evidence.lifecycle import EVIDENCE as TABLE
from aftersale_svc.domain.evidence.model import (
    Accepted,
    Announcement,
    EvidenceAction,
    EvidenceFile,
    EvidenceMatch,
    EvidenceRefusal,
)
from aftersale_svc.domain.evidence.policy import FILES_OF_A_SIDE, check_announced, check_uploader
from aftersale_svc.domain.orders.errors import OrderUnknown
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import CASES
from aftersale_svc.tables.evidence.evidence import EVIDENCE, NUMBER_OF_A_SIDE
from aftersale_svc.tables.evidence.evidence_reuse import REUSES_OF
from aftersale_svc.tables.orders import ORDER


class EvidenceFields(TraceFields):
    """What every event of an evidence file carries."""

    evidence_id: str
    order_id: str
    case_id: str | None
    buyer_id: str
    merchant_id: str
    kind: str
    media_type: str
    size_bytes: int
    state: str
    terminal: bool
    evidence: tuple[str, ...]


def evidence_fields(tx: Transaction[Settings], file: EvidenceFile) -> EvidenceFields:
    """The fields of an event of this file, after its change."""
    return EvidenceFields(
        **trace_fields(tx, affected_party=file.buyer_id, applicant=file.uploader_id, result=file.state),
        evidence_id=file.id,
        order_id=file.order_id,
        case_id=file.case_id,
        buyer_id=file.buyer_id,
        merchant_id=file.merchant_id,
        kind=file.kind,
        media_type=file.media_type,
        size_bytes=file.size,
        state=file.state,
        terminal=file.state in TABLE.ends,
        evidence=(file.sha256,),
    )


async def announce(tx: Transaction[Settings], announced: Announcement) -> EvidenceFile:
    """Announce a file, which may be uploaded then.

    Raises:
        EvidenceSubjectUnclear: neither an order nor a case is named, or both are.
        EvidenceKindOfPlatform, MediaTypeUnsuitable, EvidenceTooLarge: see `check_uploader`, `check_announced`.
        OrderUnknown, NotFound: there is no such order or case, or this actor may not see it.
        TooManyEvidenceFiles: this side has announced too many for the order.
    """
    if (announced.order_id is None) == (announced.case_id is None):
        raise EvidenceSubjectUnclear(pointer="/case_id")
    check_uploader(announced.kind, tx.actor.role)
    check_announced(announced.kind, announced.media_type, announced.size, tx.settings)
    order_id, buyer_id, merchant_id = await _parties(tx, announced)
    owner_buyer_id = buyer_id if tx.actor.role == "buyer" else None
    owner_merchant_id = merchant_id if tx.actor.role == "seller" else None
    owner = {"owner_buyer_id": owner_buyer_id, "owner_merchant_id": owner_merchant_id}
    found = await tx.one(NUMBER_OF_A_SIDE, order_id=order_id, **owner)
    if found is not None and found["number"] >= FILES_OF_A_SIDE:
        raise TooManyEvidenceFiles(limit=FILES_OF_A_SIDE)
    file = EvidenceFile(
        id=tx.new_id("ev"),
        version=0,
        order_id=order_id,
        case_id=announced.case_id,
        buyer_id=buyer_id,
        merchant_id=merchant_id,
        owner_buyer_id=owner_buyer_id,
        owner_merchant_id=owner_merchant_id,
        uploader_id=tx.actor.id,
        uploader_role=tx.actor.role,
        kind=announced.kind,
        media_type=announced.media_type,
        size=announced.size,
        sha256=announced.sha256,
        state=TABLE.initial,
        whose_turn=NOBODY,
        deadline_at=None,
        created_at=tx.now,
        updated_at=tx.now,
    )
    started = TABLE.start(file, tx)
    created = await tx.create(EVIDENCE, started, EvidenceFileAnnounced(**evidence_fields(tx, started)))
    await evidence_checks.begin(tx, created)
    return created


async def complete(tx: Transaction[Settings], evidence_id: str, *, is_uploaded: bool = True) -> EvidenceFile:
    """Have an uploaded file checked; refuse it where it was not uploaded.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see EVIDENCE.
    """
    pending = await tx.lock(EVIDENCE, evidence_id)
    file = replace(TABLE.apply(pending, EvidenceAction.COMPLETE, tx), uploaded_at=tx.now)
    saved = await tx.save(EVIDENCE, file, EvidenceFileUploaded(**evidence_fields(tx, file)))
    if not is_uploaded:
        return await _refused(tx, saved, EvidenceRefusal.NOT_UPLOADED)
    await evidence_checks.put_off(tx, file.id, timedelta(0))
    tx.wake(evidence_checks.WORKER)
    return saved


async def accept(tx: Transaction[Settings], evidence_id: str, *, accepted: Accepted) -> EvidenceFile:
    """Accept a file after its check. It is compared with others next, by `compare`.

    Raises:
        NotFound, IllegalTransition: the file is not waiting for its check.
    """
    file = await _uploaded(tx, evidence_id)
    moved = replace(
        TABLE.apply(file, EvidenceAction.ACCEPT, tx),
        copy_type=accepted.copy_type,
        copy_sha256=accepted.copy_sha256,
        thumbnail_sha256=accepted.thumbnail_sha256,
        scanned=accepted.scanned,
    )
    event = EvidenceFileAccepted(**evidence_fields(tx, moved), scanned=accepted.scanned)
    saved = await tx.save(EVIDENCE, moved, event)
    await evidence_reuse.keep(tx, saved, accepted.hashes)
    return saved


async def compare(tx: Transaction[Settings], evidence_id: str) -> EvidenceFile:
    """Note where else an accepted file, or one that looks like it, was used; the worker looks at it no more.

    Raises:
        NotFound: see `Transaction.lock`.
    """
    file = await tx.lock(EVIDENCE, evidence_id)
    reuse = await _reuse(tx, file, await evidence_reuse.note(tx, file))
    await evidence_checks.end(tx, file.id)
    return await tx.save(EVIDENCE, file, *reuse) if reuse else file


async def refuse(tx: Transaction[Settings], evidence_id: str, *, cause: EvidenceRefusal) -> EvidenceFile:
    """Refuse a file after its check.

    Raises:
        NotFound, IllegalTransition: the file is not waiting for its check.
    """
    return await _refused(tx, await _uploaded(tx, evidence_id), cause)


async def _refused(tx: Transaction[Settings], file: EvidenceFile, cause: EvidenceRefusal) -> EvidenceFile:
    moved = replace(TABLE.apply(file, EvidenceAction.REFUSE, SystemContext.of(tx)), refused_because=cause)
    saved = await tx.save(EVIDENCE, moved, EvidenceFileRefused(**evidence_fields(tx, moved), cause=cause))
    await evidence_checks.end(tx, file.id)
    return saved


async def expire(tx: Transaction[Settings], evidence_id: str) -> EvidenceFile:
    """End a file that nobody has uploaded in time.

    Raises:
        NotFound, IllegalTransition: the file does not wait for its upload.
    """
    moved = TABLE.apply(await tx.lock(EVIDENCE, evidence_id), EvidenceAction.EXPIRE, tx)
    saved = await tx.save(EVIDENCE, moved, EvidenceFileExpired(**evidence_fields(tx, moved)))
    await evidence_checks.end(tx, moved.id)
    return saved


async def _parties(tx: Transaction[Settings], announced: Announcement) -> tuple[str, str, str]:
    """The order that the file is for, its buyer and its merchant."""
    if announced.case_id is not None:
        case = await tx.get(CASES, announced.case_id)
        return case.order_id, case.buyer_id, case.merchant_id
    order = await tx.one(ORDER, order_id=announced.order_id)
    if order is None:
        raise OrderUnknown(order_id=announced.order_id, awaits=announced.order_id)
    return order.id, order.buyer_id, order.merchant_id


async def _uploaded(tx: Transaction[Settings], evidence_id: str) -> EvidenceFile:
    """The locked file; one that its uploader has not completed is completed with this."""
    file = await tx.lock(EVIDENCE, evidence_id)
    if not TABLE.permits(file, EvidenceAction.COMPLETE, tx.actor):
        return file
    moved = replace(TABLE.apply(file, EvidenceAction.COMPLETE, tx), uploaded_at=tx.now)
    return await tx.save(EVIDENCE, moved, EvidenceFileUploaded(**evidence_fields(tx, moved)))


async def _reuse(
    tx: Transaction[Settings], file: EvidenceFile, matches: Sequence[EvidenceMatch]
) -> list[EvidenceReused]:
    """The event of what was used before; none where nothing was."""
    if not matches:
        return []
    known = {each.other_id: each for each in await tx.all(REUSES_OF, file_ids=[file.id])}
    others = tuple(
        ReusedFile(
            evidence_id=each.other_id,
            order_id=known[each.other_id].order_id,
            case_id=known[each.other_id].case_id,
            same_hash=each.same_hash,
        )
        for each in matches
    )
    return [EvidenceReused(**evidence_fields(tx, file), others=others)]
