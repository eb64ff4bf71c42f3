"""Claims of every kind, as far as the actor may see them: one with its history, and those beside a case."""

from collections.abc import Sequence

from aftercare_chassis.database.mapping import Rows
from aftercare_chassis.database.transaction import Reader

from aftersale_svc.domain.cases.timeline import TimelineStep
from aftersale_svc.domain.claims.model import C, Claim, ClaimKind, ClaimStep, ClaimSummary, StepOfClaim
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import CASES
from aftersale_svc.tables.claims.claim_kinds import CLAIM_KINDS
from aftersale_svc.tables.claims.claims import STEPS_OF_CLAIM, STEPS_OF_CLAIMS

MOST = 100


async def claim(read: Reader[Settings], rows: Rows[C], claim_id: str) -> tuple[C, list[ClaimStep]]:
    """The claim and its history. Raises: NotFound."""
    found = await read.get(rows, claim_id)
    return found, await read.all(STEPS_OF_CLAIM, claim_id=found.id)


async def beside_case(read: Reader[Settings], case_id: str) -> list[ClaimSummary]:
    """The claims of each kind beside a case that this actor may see, newest first; at most a hundred of each. Raises: NotFound."""
    await read.get(CASES, case_id)
    newest = sorted(await _of_case(read, case_id), key=lambda claim: claim.created_at, reverse=True)
    return [ClaimSummary(claim.id, ClaimKind(claim.kind), claim.state) for claim in newest]


async def steps_beside_case(read: Reader[Settings], case_id: str) -> list[StepOfClaim]:
    """The steps of these claims, as steps of the case, oldest first. The caller has read the case before."""
    kinds = {claim.id: ClaimKind(claim.kind) for claim in await _of_case(read, case_id)}
    steps = await read.all(STEPS_OF_CLAIMS, claim_ids=list(kinds)) if kinds else []
    return [StepOfClaim.of(each, case_id, kinds[each.claim_id]) for each in steps]


def in_order(steps: Sequence[TimelineStep], of_claims: Sequence[StepOfClaim]) -> list[TimelineStep]:
    """The steps of a case with those of its claims, oldest first."""
    return sorted([*steps, *of_claims], key=lambda step: step.id)


async def _of_case(read: Reader[Settings], case_id: str) -> list[Claim]:
    pages = [await read.page(kind.listing, limit=MOST, cursor=None, case_id=case_id) for kind in CLAIM_KINDS]
    return [claim for page in pages for claim in page.data]
