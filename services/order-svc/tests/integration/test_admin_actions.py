"""What administrators do is named in the events, once; a command that has no event of its own gets one."""

from typing import Any

from aftercare_chassis.testing import Harness
from aftercare_events import OrderAdminActionTaken


async def recorded(harness: Harness, skip: int = 0) -> list[tuple[str, str | None, str | None]]:
    """The type, the operation and the role of each event."""
    return [(each.type, each.operation, each.actor_role) for each in await harness.envelopes(skip=skip)]


async def test_a_command_without_an_event_is_recorded_by_one(shop: Any) -> None:
    admin, key = shop.h.client("admin", "ops-1"), {"Idempotency-Key": "k-1"}
    for _ in range(2):
        made = await admin.post("/v1/courier-endpoints", json={"partner": "zto"}, headers=key)
    path = f"/v1/courier-endpoints/{made.json()['id']}"
    assert (await admin.post(f"{path}/revoke", json={})).is_success
    assert (await admin.post("/v1/courier-endpoints/ce_none/revoke", json={})).status_code == 404
    first, second = [event for event in await shop.h.published() if isinstance(event, OrderAdminActionTaken)]
    assert (first.handler, first.operation, first.status) == ("ops-1", "createCourierEndpoint", made.status_code)
    assert [event.object_id for event in (first, second)] == [made.json()["id"]] * 2
    secret: Any = made.json()["secret"]
    assert secret not in first.model_dump_json()
    [envelope, _] = await shop.h.envelopes()
    assert (envelope.operation, envelope.actor_role) == ("createCourierEndpoint", "admin")
    assert envelope.correlation_id == made.headers["trace-id"] or made.headers["idempotent-replayed"]


async def test_a_command_with_an_event_is_named_in_it_and_recorded_once(shop: Any) -> None:
    times = {"payment_minutes": 30}
    set_ = await shop.h.client("admin", "ops-1").put("/v1/merchants/m-1/order-times", json=times)
    assert set_.is_success, set_.text
    assert await recorded(shop.h) == [("OrderTimesSet.v1", "setOrderTimes", "admin")]


async def test_commands_of_others_are_not_marked(shop: Any) -> None:
    await shop.paid()
    assert {(operation, role) for _, operation, role in await recorded(shop.h)} == {(None, None)}
