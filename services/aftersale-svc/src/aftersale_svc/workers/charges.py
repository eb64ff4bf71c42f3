"""The command `aftersale-svc owe-back-charges`, which `migrate` runs at its end, too."""

from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.runtime import Runtime

from aftersale_svc.commands import charge_reconciliation
from aftersale_svc.queries import charges as queries
from aftersale_svc.settings import Settings

BATCH = 100


async def reconcile(runtime: Runtime[Settings], after: str = "") -> None:
    """Open what is owed back in cases that ended before builds recorded that, each in a transaction of its own. Running it again
    changes nothing."""
    while True:
        async with runtime.reader() as reader:
            found = await queries.perhaps_owed_back(reader, after, BATCH)
        for case_id in found:
            async with runtime.transaction(SYSTEM) as tx:
                await charge_reconciliation.owe_back(tx, case_id)
        if len(found) < BATCH:
            return
        after = found[-1]
