"""What a command cites as evidence: files of the order, by their hash."""

from collections.abc import Collection, Sequence

from aftercare_chassis.database.transaction import Reader

from aftersale_svc.domain.cases.codes import CaseType, EvidenceKind, EvidenceNeed, Reason
from aftersale_svc.domain.cases.errors import EvidenceRequired
from aftersale_svc.domain.cases.policy import evidence_kinds, evidence_need, required_reasons
from aftersale_svc.domain.cases.requests import Finding, Request
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.evidence.cited import check_cited, check_required, states_of
from aftersale_svc.domain.evidence.model import CitedFile
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings
from aftersale_svc.tables.evidence.evidence import STATES_OF_CITED

ANY_KIND = tuple(EvidenceKind)


async def check(
    read: Reader[Settings],
    order_id: str,
    cited: Sequence[str],
    *,
    before: Sequence[str] = (),
    is_required: bool = False,
    kinds: Collection[EvidenceKind] = ANY_KIND,
) -> None:
    """Refuse evidence that this actor cannot cite, or that is not enough where it is required.

    Files that this actor does not see are not there: their hashes, as those of files that nobody has uploaded, may be cited
    and prove nothing. `before` are hashes that were cited before and count for what is required, `kinds` those of which a
    required file has to be one.

    Raises:
        EvidenceRequired: it is required, and there is none.
        EvidenceUnusable: see `check_cited` and `check_required`.
    """
    if is_required and not cited and not before:
        raise EvidenceRequired(pointer="/evidence")
    if not cited and not is_required:
        return
    counted = [*before, *cited]
    files = await _files(read, order_id, counted)
    check_cited(states_of(counted, files), cited)
    if is_required:
        check_required(states_of(counted, (each for each in files if each.kind in kinds)), kinds)


async def check_photos(read: Reader[Settings], order_id: str, findings: Sequence[Finding]) -> None:
    """Refuse photos of an inspection that this actor cannot cite. Raises: EvidenceUnusable, see `check_cited`."""
    photos = [photo for each in findings for photo in each.photos]
    if not photos:
        return
    states = states_of(photos, await _files(read, order_id, photos))
    for place, each in enumerate(findings):
        check_cited(states, each.photos, pointer=f"/lines/{place}/photos")


async def check_request(read: Reader[Settings], order: Order, request: Request) -> None:
    """Refuse a request for a case by its evidence. What a request after a rejection has of the rejected one was checked there.

    Raises:
        EvidenceRequired, EvidenceUnusable: see `check`.
    """
    if request.reapplication_of is None:
        await check_needed(read, order, request.type, request.reason, request.evidence)
    else:
        await check_needed(read, order, request.type, request.reason, (), before=request.evidence)


async def check_needed(
    read: Reader[Settings],
    order: Order,
    type_: CaseType,
    reason: Reason,
    cited: Sequence[str],
    *,
    before: Sequence[str] = (),
) -> None:
    """Refuse the evidence of a request of this type and for this reason.

    Raises:
        EvidenceRequired, EvidenceUnusable: see `check`.
    """
    is_required = evidence_need(TYPES[type_], reason, required_reasons(order)) is EvidenceNeed.REQUIRED
    kinds = evidence_kinds(TYPES[type_], reason) or ANY_KIND
    await check(read, order.id, cited, before=before, is_required=is_required, kinds=kinds)


async def _files(read: Reader[Settings], order_id: str, cited: Sequence[str]) -> list[CitedFile]:
    query = STATES_OF_CITED.get(read.actor.role)
    return [] if query is None else await read.all(query, order_id=order_id, cited=list(dict.fromkeys(cited)))
