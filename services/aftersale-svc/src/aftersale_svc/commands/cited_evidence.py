"""What a command cites as evidence: files of the order, by their hash."""

from collections.abc import Mapping, Sequence

from aftercare_chassis.database.transaction import Reader

from aftersale_svc.domain.cases.codes import EvidenceNeed
from aftersale_svc.domain.cases.errors import EvidenceRequired
from aftersale_svc.domain.cases.policy import evidence_need
from aftersale_svc.domain.cases.requests import Finding, Request
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.evidence.cited import check_cited, states_of
from aftersale_svc.domain.evidence.model import CitedState
from aftersale_svc.settings import Settings
from aftersale_svc.tables.evidence import STATES_OF_CITED


async def check(
    read: Reader[Settings],
    order_id: str,
    cited: Sequence[str],
    *,
    before: Sequence[str] = (),
    is_required: bool = False,
) -> None:
    """Refuse evidence that this actor cannot cite, or that is not enough where it is required.

    Files that this actor does not see are not there: their hashes, as those of files that nobody has uploaded, may be cited
    and prove nothing. `before` are hashes that were cited before and count for what is required.

    Raises:
        EvidenceRequired: it is required, and there is none.
        EvidenceUnusable: see `check_cited`.
    """
    if is_required and not cited and not before:
        raise EvidenceRequired(pointer="/evidence")
    if not cited and not is_required:
        return
    states = await _states(read, order_id, [*before, *cited])
    check_cited(states, cited, is_required=is_required)


async def check_photos(read: Reader[Settings], order_id: str, findings: Sequence[Finding]) -> None:
    """Refuse photos of an inspection that this actor cannot cite. Raises: EvidenceUnusable, see `check_cited`."""
    photos = [photo for each in findings for photo in each.photos]
    if not photos:
        return
    states = await _states(read, order_id, photos)
    for place, each in enumerate(findings):
        check_cited(states, each.photos, is_required=False, pointer=f"/lines/{place}/photos")


async def check_request(read: Reader[Settings], request: Request) -> None:
    """Refuse a request for a case by its evidence. What a request after a rejection has of the rejected one was checked there.

    Raises:
        EvidenceRequired, EvidenceUnusable: see `check`.
    """
    is_required = evidence_need(TYPES[request.type], request.reason) is EvidenceNeed.REQUIRED
    if request.reapplication_of is None:
        await check(read, request.order_id, request.evidence, is_required=is_required)
    else:
        await check(read, request.order_id, (), before=request.evidence, is_required=is_required)


async def _states(read: Reader[Settings], order_id: str, cited: Sequence[str]) -> Mapping[str, CitedState]:
    query = STATES_OF_CITED.get(read.actor.role)
    files = [] if query is None else await read.all(query, order_id=order_id, cited=list(dict.fromkeys(cited)))
    return states_of(cited, ((each["sha256"], each["state"]) for each in files))
