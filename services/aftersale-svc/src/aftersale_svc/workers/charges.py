"""The command `aftersale-svc owe-back-charges`, which `migrate` runs at its end, too."""

import structlog
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.runtime import Runtime

from aftersale_svc.commands.money import charge_reconciliation
from aftersale_svc.queries import charges as queries
from aftersale_svc.settings import Settings

BATCH = 100
log = structlog.get_logger(__name__)


async def reconcile(runtime: Runtime[Settings], after: str = "") -> None:
    """Open what is owed back in cases that ended before builds recorded that, each in a transaction of its own. Running it again
    changes nothing; a case that fails is logged, and tried again with the next run."""
    while True:
        async with runtime.reader() as reader:
            found = await queries.perhaps_owed_back(reader, after, BATCH)
        for case_id in found:
            await _owe_back(runtime, case_id)
        if len(found) < BATCH:
            return
        after = found[-1]


async def _owe_back(runtime: Runtime[Settings], case_id: str) -> None:
    try:
        async with runtime.transaction(SYSTEM) as tx:
            await charge_reconciliation.owe_back(tx, case_id)
    except Exception:
        # One of them, which may be locked for long, must not stop a deployment.
        log.exception("charge_not_owed_back", case_id=case_id)
