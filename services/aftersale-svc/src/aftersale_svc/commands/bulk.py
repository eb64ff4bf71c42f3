"""One decision about many cases."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.refusals import NotFound, Refusal

from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases import CASES, CASES_BY_ORDER

Decision = Callable[[str], Awaitable[FullCase]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case: the case after the decision, or why it was refused."""

    case_id: str
    full: FullCase | None = None
    refusal: Refusal | None = None


async def decide(tx: Transaction[Settings], case_ids: Sequence[str], decision: Decision) -> list[Outcome]:
    """Take the decision for each of the cases, by its id; one that is refused changes nothing and stops no other.

    The outcomes come in the order of `case_ids`. The cases are locked order by order, as this package states.
    """
    found = [row["id"] for row in await tx.all(CASES_BY_ORDER, case_ids=list(case_ids))]
    outcomes = {case_id: await _outcome(tx, case_id, decision) for case_id in found}
    return [outcomes.get(each, Outcome(each, refusal=NotFound(what=CASES.name))) for each in case_ids]


async def _outcome(tx: Transaction[Settings], case_id: str, decision: Decision) -> Outcome:
    recorded = len(tx.recorded)
    try:
        return Outcome(case_id, full=await decision(case_id))
    except Refusal as refusal:
        if len(tx.recorded) > recorded:
            raise  # it has changed something: only the end of the transaction takes that back
        return Outcome(case_id, refusal=refusal)
