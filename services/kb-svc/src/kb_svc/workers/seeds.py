"""The command `kb-svc seed`."""

from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.runtime import Runtime

from kb_svc.commands import seeds
from kb_svc.settings import Settings


async def seed(runtime: Runtime[Settings]) -> None:
    """Publish the seeds that are missing or have a newer text in this build. Running it again changes nothing."""
    for each in seeds.seeds():
        async with runtime.transaction(SYSTEM) as tx:
            await seeds.publish(tx, each)
