"""The command `rebuild`: it checks that the tables are those which the log alone gives."""

from collections.abc import Awaitable, Callable

from aftercare_chassis.projections.projection import Projection
from aftercare_chassis.projections.replay import ReplayOptions, replay
from aftercare_chassis.runtime import Runtime


def rebuild(projection: Projection) -> Callable[[Runtime], Awaitable[int]]:
    """The command for this projection."""

    async def rebuild_and_compare(runtime: Runtime) -> int:
        """Build the tables again from the whole log and compare them: 0 identical, 1 different, 2 not possible."""
        return await replay(runtime, projection, ReplayOptions(consumer="rebuilt"))

    return rebuild_and_compare
