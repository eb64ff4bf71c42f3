"""A command that builds on an event of another service waits for it for a moment."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aftercare_chassis.testing import until
from cs_desk import CASE, ORDER, SCORES, Desk, complaint_body

Arrive = Callable[[Desk], Awaitable[None]]


async def nothing(_: Desk) -> None:
    """No event has arrived."""


COMMANDS: list[tuple[str, str, dict[str, Any], Arrive, Arrive]] = [
    ("conversation about a case", "conversations", {"case_id": CASE, "text": "?"}, nothing, Desk.case),
    ("conversation about an order", "conversations", {"order_id": ORDER, "text": "?"}, nothing, Desk.order),
    ("complaint about a case", "complaints", complaint_body(), Desk.order, Desk.case),
    ("complaint about an order", "complaints", complaint_body(case_id=None), nothing, Desk.order),
    ("feedback on a case", "feedback", {"channel": "web", "text": "好", "case_id": CASE}, nothing, Desk.case),
    ("feedback on an order", "feedback", {"channel": "web", "text": "好", "order_id": ORDER}, nothing, Desk.order),
    ("rating of a case", "ratings", {"case_id": CASE, "scores": SCORES}, nothing, Desk.completed),
    ("rating of a case that is open", "ratings", {"case_id": CASE, "scores": SCORES}, Desk.case, Desk.completed),
]


@pytest.mark.parametrize(
    ("path", "body", "before", "after"), [each[1:] for each in COMMANDS], ids=[c[0] for c in COMMANDS]
)
async def test_a_command_waits_for_the_event_that_it_builds_on(
    desk: Desk, path: str, body: dict[str, Any], before: Arrive, after: Arrive
) -> None:
    await before(desk)
    desk.harness.runtime.leaving = lambda: False
    response = asyncio.ensure_future(desk.buyer.post(f"/v1/{path}", json=body))

    async def is_waiting() -> bool:
        return desk.harness.runtime.waiting == 1

    await until(is_waiting, "the command waits")
    await after(desk)
    assert (await asyncio.wait_for(response, 60)).status_code == 201


async def test_a_case_that_stays_open_is_refused_after_the_wait(prepared: Desk) -> None:
    refused = await prepared.buyer.post("/v1/ratings", json={"case_id": CASE, "scores": SCORES})
    prepared.harness.problem(refused, 409, "case_not_completed")
    assert "retry-after" not in refused.headers
