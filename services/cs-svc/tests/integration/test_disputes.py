"""A complaint follows the dispute that it became."""

from typing import Any

from aftercare_events import DisputeOpened
from cs_desk import Desk, complaint_body


async def shown(desk: Desk, complaint_id: str) -> dict[str, Any]:
    body: dict[str, Any] = (await desk.buyer.get(f"/v1/complaints/{complaint_id}")).json()
    return body


async def test_the_complaint_shows_its_dispute(served: Desk) -> None:
    complaint = await served.complaint()
    await served.disputed(complaint["id"])
    escalated = await shown(served, complaint["id"])
    assert (escalated["state"], escalated["dispute_id"], escalated["whose_turn"]) == ("escalated", "dsp_1", "dispute")
    (told,) = await served.events("ComplaintEscalated")
    assert (told.dispute_id, told.state, told.handler) == ("dsp_1", "escalated", "system")


async def test_the_end_of_the_dispute_settles_it(served: Desk) -> None:
    complaint = await served.complaint()
    await served.disputed(complaint["id"])
    await served.executed(complaint["id"])
    settled = await shown(served, complaint["id"])
    assert (settled["state"], settled["outcome"]) == ("resolved", "verdict_executed")
    assert settled["resolved_at"] == "2026-03-02T09:00:00Z"
    (told,) = await served.events("ComplaintResolved")
    assert (told.dispute_id, told.outcome, told.result) == ("dsp_1", "verdict_executed", "resolved")


async def test_a_withdrawn_dispute_settles_it_too(served: Desk) -> None:
    complaint = await served.complaint()
    await served.disputed(complaint["id"])
    await served.withdrawn(complaint["id"])
    assert (await shown(served, complaint["id"]))["outcome"] == "dispute_withdrawn"


async def test_an_answered_complaint_may_become_a_dispute(served: Desk) -> None:
    complaint = await served.complaint()
    await served.agent.post(f"/v1/complaints/{complaint['id']}/answer", json={"text": "已核实"})
    await served.disputed(complaint["id"])
    assert (await shown(served, complaint["id"]))["state"] == "escalated"


async def test_in_a_dispute_an_agent_answers_but_does_not_settle(served: Desk) -> None:
    complaint = await served.complaint()
    await served.disputed(complaint["id"])
    path = f"/v1/complaints/{complaint['id']}"
    answered = (await served.agent.post(f"{path}/answer", json={"text": "平台正在审理"})).json()
    assert (answered["state"], len(answered["answers"])) == ("escalated", 1)
    response = await served.agent.post(f"{path}/resolve", json={"outcome": "explained"})
    body = served.harness.problem(response, 409, "illegal_transition")
    assert body["allowed"] == ["answer"]


async def test_a_disputed_complaint_is_still_the_open_one(served: Desk) -> None:
    complaint = await served.complaint()
    await served.disputed(complaint["id"])
    response = await served.buyer.post("/v1/complaints", json=complaint_body())
    assert served.harness.problem(response, 409, "complaint_already_open")["complaint_id"] == complaint["id"]


async def test_an_agent_was_faster_than_the_dispute(served: Desk) -> None:
    complaint = await served.complaint()
    await served.agent.post(f"/v1/complaints/{complaint['id']}/resolve", json={"outcome": "explained"})
    await served.disputed(complaint["id"])
    await served.executed(complaint["id"])
    settled = await shown(served, complaint["id"])
    assert (settled["state"], settled["outcome"], settled["dispute_id"]) == ("resolved", "explained", "dsp_1")
    assert len(await served.events("ComplaintResolved")) == 1


async def test_events_that_come_twice_change_nothing(served: Desk) -> None:
    complaint = await served.complaint()
    envelope = await served.told(DisputeOpened, complaint_id=complaint["id"], state="await_merchant_answer")
    before = await shown(served, complaint["id"])
    await served.harness.deliver(envelope, envelope)
    assert await shown(served, complaint["id"]) == before


async def test_a_dispute_about_a_complaint_we_never_took_in_is_parked(served: Desk) -> None:
    await served.harness.consume(DisputeOpened(**served._usual(DisputeOpened), complaint_id="cmp_of_nobody"))
    assert [why.split(":")[0] for why in await served.harness.parked()] == ["DisputeOpened.v1"]
