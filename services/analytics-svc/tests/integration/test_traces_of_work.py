"""What followed from one command, timer or push: by the id of its trace, or of any of its events."""

from typing import Any
from uuid import UUID

import pytest
from aftercare_chassis.testing import Harness
from example_log import returned_order


async def trace(analytics: Harness, **query: str) -> Any:
    response = await analytics.client("admin", "admin-1").get("/v1/traces", params=query)
    assert response.status_code == 200, response.text
    return response.json()


async def test_staff_find_what_followed_from_a_command_by_its_trace_or_any_of_its_events(
    analytics: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = returned_order()
    await log.deliver_to(analytics)
    opened = next(each for each in log.envelopes if each.type == "ComplaintOpened.v1")
    effect = next(each for each in log.envelopes if each.causation_id == str(opened.id))
    by_cause = await trace(analytics, event_id=str(opened.id))
    assert {"ComplaintOpened", "DisputeOpened"} <= {each["event_type"].removesuffix(".v1") for each in by_cause["data"]}
    assert await trace(analytics, event_id=str(effect.id)) == by_cause
    assert await trace(analytics, trace_id=opened.correlation_id) == by_cause
    assert not by_cause["truncated"]
    with monkeypatch.context() as patched:
        patched.setattr("analytics_svc.queries.traces.MAX_EVENTS", 1)
        newest = await trace(analytics, trace_id=opened.correlation_id)
    assert (newest["truncated"], newest["complete"]) == (True, False)
    assert len(newest["data"]) < len(by_cause["data"])
    for role, sub, merchant in (("buyer", "buyer-1", None), ("seller", "seller-1", "m-1")):
        response = await analytics.client(role, sub, merchant).get("/v1/traces", params={"event_id": str(opened.id)})
        analytics.problem(response, 404, "not_found")
    for unknown in ({"event_id": str(UUID(int=999))}, {"trace_id": "0" * 32}):
        analytics.problem(
            await analytics.client("admin", "admin-1").get("/v1/traces", params=unknown), 404, "not_found"
        )
