"""What administrators did, as auditors read it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from aftercare_chassis.testing import Harness
from example_log import START, ExampleLog


async def deliver(analytics: Harness) -> None:
    """Four commands, one minute apart, and one event of nobody who is audited."""
    log = ExampleLog()
    times = {"setting_id": "set_1", "times_version": 1, "handler": "ops-1", "result": "set"}
    action = {"operation": "revokeCourierEndpoint", "object_id": "ce_1", "status": 200, "handler": "client:erp"}
    log.record("OrderTimesSet", **times)
    log.record("OrderAdminActionTaken", action_id="act_1", **action)
    log.record(
        "AfterSaleAdminActionTaken", action_id="act_2", **action | {"operation": "putCaseworker", "object_id": "p-1"}
    )
    log.record("OrderTimesSet", **times | {"times_version": 2})
    names = ["setOrderTimes", "revokeCourierEndpoint", "putCaseworker", "setOrderTimes"]
    audited = [replace(e, operation=name, actor_role="admin") for e, name in zip(log.envelopes, names, strict=True)]
    log.record("OrderTimesSet", **times | {"times_version": 3, "handler": "seller-1"})
    await analytics.deliver(*audited, log.envelopes[-1])


async def listed(analytics: Harness, **params: str) -> Any:
    response = await analytics.client("admin", "admin-1").get("/v1/audit-events", params=params)
    assert response.is_success, response.text
    return response.json()


async def test_every_audited_event_is_listed_once_the_newest_first(analytics: Harness) -> None:
    await deliver(analytics)
    found = (await listed(analytics))["data"]
    assert [each["operation"] for each in found] == [
        "setOrderTimes",
        "putCaseworker",
        "revokeCourierEndpoint",
        "setOrderTimes",
    ]
    assert found[2] == {
        "id": found[2]["id"],
        "time": "2026-03-04T08:02:00Z",
        "actor_id": "client:erp",
        "actor_role": "admin",
        "service": "order-svc",
        "operation": "revokeCourierEndpoint",
        "object_id": "ce_1",
        "event_type": "OrderAdminActionTaken.v1",
        "result": "done",
        "trace_id": f"{2:032x}",
    }
    assert (found[3]["object_id"], found[3]["result"]) == ("set_1", "set")


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"actor_id": "ops-1"}, 2),
        ({"actor_id": "seller-1"}, 0),
        ({"service": "aftersale-svc"}, 1),
        ({"operation": "setOrderTimes", "service": "order-svc"}, 2),
        ({"object_id": "ce_1"}, 1),
        ({"trace_id": f"{1:032x}"}, 1),
        ({"from": (START + timedelta(minutes=2)).isoformat()}, 3),
        ({"to": (START + timedelta(minutes=2)).isoformat()}, 1),
    ],
    ids=repr,
)
async def test_filters(analytics: Harness, params: dict[str, str], count: int) -> None:
    await deliver(analytics)
    assert len((await listed(analytics, **params))["data"]) == count


async def test_pages_follow_each_other(analytics: Harness) -> None:
    await deliver(analytics)
    first = await listed(analytics, limit="3")
    second = await listed(analytics, limit="3", cursor=first["next_cursor"])
    ids = [each["id"] for page in (first, second) for each in page["data"]]
    assert (first["has_more"], second["has_more"], len(set(ids))) == (True, False, 4)


async def test_others_see_nothing(analytics: Harness) -> None:
    for role in ("agent", "arbitrator", "finance", "seller", "buyer"):
        refused = await analytics.client(role, "x", tenant="m-1").get("/v1/audit-events")
        analytics.problem(refused, 403, "forbidden")


@pytest.mark.parametrize("change", ["UPDATE audit_events SET actor_id = 'nobody'", "DELETE FROM audit_events"])
async def test_it_cannot_be_changed(analytics: Harness, change: str) -> None:
    await deliver(analytics)
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await analytics.runtime.pool.execute(change)
