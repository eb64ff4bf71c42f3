"""Where else an accepted file, or a picture that looks like it, was used."""

from collections.abc import Sequence
from dataclasses import asdict

from aftercare_chassis.database.transaction import Transaction
from aftercare_files.media import PictureHash

from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.disputes.model import Dispute
from aftersale_svc.domain.evidence.model import EvidenceFile, EvidenceMatch
from aftersale_svc.domain.evidence.picture_hashes import StoredHash
from aftersale_svc.settings import Settings
from aftersale_svc.tables.evidence.evidence_reuse import NOTE_CASES_OF, NOTE_CITED, NOTE_MATCHES
from aftersale_svc.tables.evidence.picture_hashes import HASHES_OF, LIKE_FILE, PICTURE_HASHES
from aftersale_svc.tables.evidence.reused_evidence import reused_evidence


async def keep(tx: Transaction[Settings], file: EvidenceFile, hashes: Sequence[PictureHash]) -> None:
    """Keep the hashes of an accepted picture, by which others find it."""
    await tx.insert(PICTURE_HASHES, *(StoredHash(file.id, **asdict(each)) for each in hashes))


async def note(tx: Transaction[Settings], file: EvidenceFile) -> list[EvidenceMatch]:
    """Note which files are like an accepted one, and which cases have one of them; return the nearest, at most MOST_MATCHES.

    The acceptance is committed before: of two files that are accepted at once, the one that is compared last sees the other one.
    """
    hashes = await tx.all(HASHES_OF, file_id=file.id)
    found = await tx.all(
        LIKE_FILE,
        file_id=file.id,
        order_id=file.order_id,
        case_id=file.case_id,
        owner_buyer_id=file.owner_buyer_id,
        owner_merchant_id=file.owner_merchant_id,
        sha256=file.sha256,
        same=0 if hashes else None,
        crops=[each.crop for each in hashes],
        values=[each.value for each in hashes],
        details=[each.detail for each in hashes],
        most=tx.settings.evidence_reuse_distance,
    )
    matches = [EvidenceMatch(file.id, each["id"], each["same_hash"], each["distance"], tx.now) for each in found]
    if not matches:
        return []
    pairs = sorted((max(file.id, each.other_id), min(file.id, each.other_id), each) for each in matches)
    await tx.execute(
        NOTE_MATCHES,
        files=[greater for greater, _, _ in pairs],
        others=[less for _, less, _ in pairs],
        same=[each.same_hash for _, _, each in pairs],
        distances=[each.distance for _, _, each in pairs],
        now=tx.now,
    )
    tx.change(reused_evidence.name, NOTE_CASES_OF, file_ids=[file.id, *(each.other_id for each in matches)], now=tx.now)
    return matches


def note_cited(tx: Transaction[Settings], of: Case | Dispute, cited: Sequence[str]) -> None:
    """Note that a case cites what was used elsewhere, where it does."""
    if cited:
        case_id = of.case_id if isinstance(of, Dispute) else of.id
        about = {"case_id": case_id, "order_id": of.order_id, "cited": list(cited)}
        tx.change(reused_evidence.name, NOTE_CITED, **about, now=tx.now)
