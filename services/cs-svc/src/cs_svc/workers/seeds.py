"""The command `cs-svc seed`."""

from dataclasses import dataclass

from aftercare_chassis.jobs.workers import AT_ONCE
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.runtime import Runtime

from cs_svc.commands import bot_seeds
from cs_svc.settings import Settings
from cs_svc.workers.bot_training import Training


@dataclass(frozen=True, slots=True)
class Seeding:
    """Seeds the bot: its intents are stored, trained and activated."""

    training: Training

    async def seed(self, runtime: Runtime[Settings]) -> None:
        """Store the seeds that are missing or have changed in this build, and train a model of them. Running it again changes nothing."""
        async with runtime.transaction(SYSTEM) as tx:
            number = await bot_seeds.store(tx)
        if number is None:
            return
        while await self.training.step(runtime) is AT_ONCE:
            pass
        async with runtime.transaction(SYSTEM) as tx:
            await bot_seeds.activate(tx, number)
