"""What happens in all cases, as streams send it."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.http.feeds import Feed
from pydantic import BaseModel

from aftersale_svc.domain.history.live_steps import LiveStep
from aftersale_svc.queries.case_contexts import zone_of
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.live_steps import NEWEST_STEP, STEPS_ADDED


def feed(shape: Callable[[LiveStep, ZoneInfo], BaseModel]) -> Feed[LiveStep]:
    """The steps of all timelines; `shape` makes what is sent of a step, with the time zone of its shop."""

    def shown(reader: Reader[Settings], step: LiveStep) -> BaseModel:
        return shape(step, zone_of(reader, step.merchant_id))

    return Feed("step", STEPS_ADDED, NEWEST_STEP, shown)
