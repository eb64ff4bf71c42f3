"""Where else an accepted file, or a picture that looks like it, was used."""

from collections.abc import Sequence
from dataclasses import asdict

from aftercare_chassis.database.transaction import Transaction

from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.disputes.model import Dispute
from aftersale_svc.domain.evidence.model import EvidenceFile, EvidenceMatch
from aftersale_svc.domain.evidence.picture_hashes import PARTS, PictureHash, StoredHash, near_parts
from aftersale_svc.settings import Settings
from aftersale_svc.tables.evidence_reuse import LOCK_MATCHES, MATCHES, MOST_MATCHES, NOTE_CASES_OF, NOTE_CITED, SAME
from aftersale_svc.tables.picture_hashes import ALIKE, PICTURE_HASHES
from aftersale_svc.tables.reused_evidence import reused_evidence


async def note(tx: Transaction[Settings], file: EvidenceFile, hashes: Sequence[PictureHash]) -> list[EvidenceMatch]:
    """Note which files are like one that is accepted now, and which cases have one of them; return the nearest, at most MOST_MATCHES."""
    about = {
        "file_id": file.id,
        "order_id": file.order_id,
        "case_id": file.case_id,
        "owner_buyer_id": file.owner_buyer_id,
        "owner_merchant_id": file.owner_merchant_id,
    }
    await tx.one(LOCK_MATCHES)
    same = [each["id"] for each in await tx.all(SAME, sha256=file.sha256, **about)]
    near: dict[str, int] = {}
    for each in hashes:
        parts = {f"part_{place}": near_parts(each.value, place) for place in range(PARTS)}
        for row in await tx.all(ALIKE, **asdict(each), **parts, most=tx.settings.evidence_reuse_distance, **about):
            near[row["id"]] = min(row["distance"], near.get(row["id"], row["distance"]))
    alike = sorted(near.keys() - set(same), key=lambda other_id: (near[other_id], other_id))
    matches = [
        *(EvidenceMatch(file.id, other_id, True, 0 if hashes else None, tx.now) for other_id in same),
        *(EvidenceMatch(file.id, other_id, False, near[other_id], tx.now) for other_id in alike),
    ][:MOST_MATCHES]
    await tx.insert(MATCHES, *matches)
    await tx.insert(PICTURE_HASHES, *(StoredHash(file.id, **asdict(each)) for each in hashes))
    if matches:
        found = [file.id, *(each.other_id for each in matches)]
        tx.change(reused_evidence.name, NOTE_CASES_OF, file_ids=found, now=tx.now)
    return matches


def note_cited(tx: Transaction[Settings], of: Case | Dispute, cited: Sequence[str]) -> None:
    """Note that a case cites what was used elsewhere, where it does."""
    if cited:
        case_id = of.case_id if isinstance(of, Dispute) else of.id
        about = {"case_id": case_id, "order_id": of.order_id, "cited": list(cited)}
        tx.change(reused_evidence.name, NOTE_CITED, **about, now=tx.now)
