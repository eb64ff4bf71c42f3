"""The one thing analytics-svc does: prove that what it keeps is a fold of the log and nothing else."""

from aftercare_chassis.projections.projection import Projection
from aftercare_chassis.projections.replay import ReplayOptions, replay
from aftercare_chassis.runtime import Runtime

from analytics_svc import projections
from analytics_svc.tables import FOLDED

PROJECTION = Projection(FOLDED, projections.HANDLERS)


async def rebuild(runtime: Runtime) -> int:
    """Fold the whole log again and compare the result with what is kept: 0 identical, 1 different, 2 not possible."""
    return await replay(runtime, PROJECTION, ReplayOptions(consumer="rebuilt"))
