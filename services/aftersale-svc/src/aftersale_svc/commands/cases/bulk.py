"""One decision about many cases."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.observability.code_places import code_places
from aftercare_chassis.refusals import NotFound, Refusal
from asyncpg import InterfaceError, TransactionRollbackError, UniqueViolationError

from aftersale_svc.commands import locking
from aftersale_svc.domain.cases.batches import DecisionFailed
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import CASES, CASES_BY_ORDER

log = structlog.get_logger(__name__)

Decision = Callable[[str], Awaitable[FullCase]]
ATTEMPTS = 2
"""So often a case is decided where another transaction has come first, or a deadlock is resolved at its expense."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case: the case after the decision, or why it was refused."""

    case_id: str
    full: FullCase | None = None
    refusal: Refusal | None = None


async def decide(tx: Transaction[Settings], case_ids: Sequence[str], decision: Decision) -> list[Outcome]:
    """Take the decision for each of the cases, by its id; one that is refused, or that fails, changes nothing and stops no other.

    The outcomes come in the order of `case_ids`. Their orders are locked first, and the cases order by order, as
    `commands` states.

    Raises:
        OSError, asyncpg.InterfaceError, TimeoutError: the connection to the database has failed, and none is decided.
    """
    found = [row["id"] for row in await tx.all(CASES_BY_ORDER, case_ids=list(case_ids))]
    await locking.orders_of(tx, found)
    outcomes = {case_id: await _outcome(tx, case_id, decision) for case_id in found}
    return [outcomes.get(each, Outcome(each, refusal=NotFound(what=CASES.name))) for each in case_ids]


async def _outcome(tx: Transaction[Settings], case_id: str, decision: Decision) -> Outcome:
    for _ in range(ATTEMPTS):
        try:
            async with tx.attempt():
                return Outcome(case_id, full=await decision(case_id))
        except Refusal as refusal:
            return Outcome(case_id, refusal=refusal)
        except (OSError, InterfaceError):
            raise
        except (TransactionRollbackError, UniqueViolationError) as error:
            log.warning("decision_repeated", case_id=case_id, error=type(error).__name__)
        except Exception as error:
            log.error("decision_failed", case_id=case_id, error=type(error).__name__, where=code_places(error))
            break
    return Outcome(case_id, refusal=DecisionFailed())
