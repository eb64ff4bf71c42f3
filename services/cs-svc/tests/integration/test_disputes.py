"""A complaint follows the dispute that was opened for it."""

from typing import Any

import pytest
from aftercare_chassis.consumer.errors import Retry
from aftercare_events import DisputeOpened
from cs_desk import Desk, complaint_body


async def shown(desk: Desk, complaint_id: str) -> dict[str, Any]:
    body: dict[str, Any] = (await desk.buyer.get(f"/v1/complaints/{complaint_id}")).json()
    return body


async def test_the_complaint_shows_its_dispute(prepared: Desk) -> None:
    complaint = await prepared.complaint()
    await prepared.disputed(complaint["id"])
    escalated = await shown(prepared, complaint["id"])
    assert (escalated["state"], escalated["dispute_id"], escalated["whose_turn"]) == ("escalated", "dsp_1", "dispute")
    (event,) = await prepared.events("ComplaintEscalated")
    assert (event.dispute_id, event.state, event.handler) == ("dsp_1", "escalated", "system")


async def test_an_executed_verdict_resolves_the_complaint(prepared: Desk) -> None:
    complaint = await prepared.complaint()
    await prepared.disputed(complaint["id"])
    await prepared.executed(complaint["id"])
    resolved = await shown(prepared, complaint["id"])
    assert (resolved["state"], resolved["outcome"]) == ("resolved", "verdict_executed")
    assert resolved["resolved_at"] == "2026-03-02T09:00:00Z"
    (event,) = await prepared.events("ComplaintResolved")
    assert (event.dispute_id, event.outcome, event.result) == ("dsp_1", "verdict_executed", "resolved")


async def test_a_withdrawn_dispute_resolves_the_complaint(prepared: Desk) -> None:
    complaint = await prepared.complaint()
    await prepared.disputed(complaint["id"])
    await prepared.withdrawn(complaint["id"])
    assert (await shown(prepared, complaint["id"]))["outcome"] == "dispute_withdrawn"


async def test_an_answered_complaint_may_become_a_dispute(prepared: Desk) -> None:
    complaint = await prepared.complaint()
    await prepared.agent.post(f"/v1/complaints/{complaint['id']}/answer", json={"text": "已核实"})
    await prepared.disputed(complaint["id"])
    assert (await shown(prepared, complaint["id"]))["state"] == "escalated"


async def test_an_agent_may_reply_to_an_escalated_complaint_but_not_resolve_it(prepared: Desk) -> None:
    complaint = await prepared.complaint()
    await prepared.disputed(complaint["id"])
    path = f"/v1/complaints/{complaint['id']}"
    answered = (await prepared.agent.post(f"{path}/answer", json={"text": "平台正在审理"})).json()
    assert (answered["state"], len(answered["answers"])) == ("escalated", 1)
    response = await prepared.agent.post(f"{path}/resolve", json={"outcome": "explained"})
    body = prepared.harness.problem(response, 409, "illegal_transition")
    assert body["allowed"] == ["answer", "separate"]


async def test_an_escalated_complaint_is_unresolved(prepared: Desk) -> None:
    complaint = await prepared.complaint()
    await prepared.disputed(complaint["id"])
    response = await prepared.buyer.post("/v1/complaints", json=complaint_body(text="客服骂人"))
    assert prepared.harness.problem(response, 409, "complaint_already_open")["complaint_id"] == complaint["id"]
    assert (await prepared.complaint())["id"] == complaint["id"], "what repeats it is added to it"


async def test_a_complaint_resolved_before_its_dispute_keeps_its_outcome(prepared: Desk) -> None:
    complaint = await prepared.complaint()
    await prepared.agent.post(f"/v1/complaints/{complaint['id']}/resolve", json={"outcome": "explained"})
    await prepared.disputed(complaint["id"])
    await prepared.executed(complaint["id"])
    resolved = await shown(prepared, complaint["id"])
    assert (resolved["state"], resolved["outcome"], resolved["dispute_id"]) == ("resolved", "explained", "dsp_1")
    assert len(await prepared.events("ComplaintResolved")) == 1


async def test_a_dispute_opened_in_the_case_has_one_complaint_that_follows_it(prepared: Desk) -> None:
    opened = {
        "complaint_id": "cmp_of_dispute",
        "state": "await_merchant_answer",
        "origin": "buyer",
        "text_hash": "sha256:1",
    }
    await prepared.consume(DisputeOpened, **opened)
    complaint = await shown(prepared, "cmp_of_dispute")
    assert (complaint["state"], complaint["channel"], complaint["dispute_id"]) == ("escalated", "case", "dsp_1")
    [registered] = await prepared.events("ComplaintOpened")
    assert (registered.text_hash, registered.dispute_id) == ("sha256:1", "dsp_1")
    assert len(await prepared.events("ComplaintEscalated")) == 1
    await prepared.executed("cmp_of_dispute")
    assert (await shown(prepared, "cmp_of_dispute"))["state"] == "resolved"


async def test_the_complaint_of_a_second_dispute_waits_for_the_end_of_the_first(prepared: Desk) -> None:
    opened = {"state": "await_merchant_answer", "origin": "buyer"}
    await prepared.consume(DisputeOpened, **opened, complaint_id="cmp_first")
    second = prepared._usual(DisputeOpened) | opened | {"dispute_id": "dsp_2", "complaint_id": "cmp_second"}
    with pytest.raises(Retry) as later:
        await prepared.harness.consume(DisputeOpened(**second))
    assert later.value.awaits == "dsp_1"


async def test_nobody_complains_over_the_channel_of_the_case(prepared: Desk) -> None:
    response = await prepared.buyer.post("/v1/complaints", json=complaint_body(channel="case"))
    prepared.harness.problem(response, 422, "validation_failed")


async def test_an_event_that_arrives_twice_changes_nothing(prepared: Desk) -> None:
    complaint = await prepared.complaint()
    envelope = await prepared.consume(DisputeOpened, complaint_id=complaint["id"], state="await_merchant_answer")
    before = await shown(prepared, complaint["id"])
    await prepared.harness.deliver(envelope, envelope)
    assert await shown(prepared, complaint["id"]) == before


async def test_a_dispute_of_an_unknown_complaint_is_parked(prepared: Desk) -> None:
    await prepared.harness.consume(DisputeOpened(**prepared._usual(DisputeOpened), complaint_id="cmp_of_nobody"))
    assert [why.split(":")[0] for why in await prepared.harness.parked()] == ["DisputeOpened.v1"]
