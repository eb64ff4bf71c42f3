"""What one complete story costs: order, payment, parcel, case, return, refund, rating and the trace of it all."""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from aftercare_cli.journey import Journey
from aftercare_cli.participants import participants
from aftercare_cli.stack.interface import Addresses
from case_cost import cost_ms
from process_usage import ProcessUsage
from quiet import Quiet

STORIES, WARM_UP = 50, 5
LAST_EVENTS = {"AfterSaleCompleted.v1", "RatingGiven.v1"}


def run_stories(home: Path, addresses: Addresses, number: int) -> None:
    """Run this number of stories one after the other, each with a buyer and a merchant of its own."""
    for _ in range(number):
        some = uuid4().hex[:8]
        buyer, merchant = f"buyer-{some}", f"m-{some}"
        with participants(home, addresses.services, buyer=buyer, merchant=merchant) as people:
            _story(Journey(people, buyer))


def _story(journey: Journey) -> None:
    order, payment = journey.delivered_order()
    case = journey.complete_return(order, 2)
    journey.wait_refunded(payment, case["requested"]["amount"])
    journey.rate(case)
    journey.wait_record(
        order,
        lambda record: record["complete"] and {entry["event_type"] for entry in record["data"]} >= LAST_EVENTS,
    )


async def measure(
    home: Path, addresses: Addresses, processes: ProcessUsage, quiet: Quiet, rest: Mapping[str, float]
) -> dict[str, float]:
    """CPU milliseconds of one story by process, without what the same time costs at rest."""
    await quiet.wait()
    began, before = time.monotonic(), processes.cpu_seconds()
    await asyncio.to_thread(run_stories, home, addresses, STORIES)
    await quiet.wait()
    return cost_ms(before, processes.cpu_seconds(), rest, time.monotonic() - began, STORIES)
