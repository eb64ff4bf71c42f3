"""Gives reviews and disputes that nobody has to who on the roster has least to do, where the settings say so."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import structlog
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.workers import Worker
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.runtime import Runtime

from aftersale_svc.commands.cases import manual_reviews
from aftersale_svc.commands.disputes import hearings
from aftersale_svc.domain.caseworkers.model import CaseworkerRole
from aftersale_svc.queries import caseworkers as queries
from aftersale_svc.settings import Settings

log = structlog.get_logger(__name__)

BATCH = 100
# Any: what was assigned, a case or a dispute.
_ASSIGN: Mapping[CaseworkerRole, Callable[[Transaction[Settings], str], Awaitable[Any]]] = {
    CaseworkerRole.AGENT: manual_reviews.assign,
    CaseworkerRole.ARBITRATOR: hearings.assign,
}


async def assign(runtime: Runtime[Settings]) -> datetime | None:
    """Give what waits, the earliest deadline first, each in a transaction of its own. What nobody can be given waits on."""
    if not runtime.settings.automatic_assignment:
        return None
    async with runtime.reader() as reader:
        found = await queries.to_give(reader, BATCH)
    for role, document_id in found:
        try:
            async with runtime.transaction(SYSTEM) as tx:
                await _ASSIGN[role](tx, document_id)
        except Refusal as refusal:
            log.info("not_assigned", id=document_id, code=refusal.code)
    return None


WORKER = Worker("assignments", assign)
