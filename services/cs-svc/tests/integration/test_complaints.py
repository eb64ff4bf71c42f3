"""Complaints over four channels, one open per subject and channel, answered and settled."""

import hashlib

from cs_desk import CASE, ORDER, Desk, complaint_body, made


async def test_a_buyer_complains_about_a_case(served: Desk) -> None:
    complaint = await served.complaint()
    assert complaint["id"].startswith("cmp_")
    assert (complaint["state"], complaint["channel"], complaint["category"]) == ("open", "web", "unfair_rejection")
    assert (complaint["order_id"], complaint["case_id"]) == (ORDER, CASE)
    assert (complaint["buyer_id"], complaint["merchant_id"], complaint["opened_by"]) == ("buyer-1", "m-1", "buyer-1")
    assert (complaint["dispute_id"], complaint["outcome"], complaint["answers"]) == (None, None, [])
    assert (complaint["whose_turn"], complaint["answer_due_at"]) == ("agent", "2026-03-04T09:00:00Z")
    assert (await served.buyer.get(f"/v1/complaints/{complaint['id']}")).json() == complaint


async def test_the_event_carries_what_a_dispute_needs_and_no_text(served: Desk) -> None:
    complaint = await served.complaint()
    (told,) = await served.events("ComplaintOpened")
    text_hash = "sha256:" + hashlib.sha256("商家无理由拒绝".encode()).hexdigest()
    assert told.model_dump(exclude={"time"}) == {
        "affected_party": "buyer-1",
        "applicant": "buyer-1",
        "handler": "buyer-1",
        "matter": "complaint",
        "result": "open",
        "evidence": (text_hash,),
        "complaint_id": complaint["id"],
        "channel": "web",
        "order_id": ORDER,
        "case_id": CASE,
        "buyer_id": "buyer-1",
        "merchant_id": "m-1",
        "state": "open",
        "category": "unfair_rejection",
        "text_hash": text_hash,
    }


async def test_four_channels_take_complaints_in(served: Desk) -> None:
    for channel in ("web", "api", "phone", "message"):
        assert (await served.complaint(channel=channel))["channel"] == channel


async def test_a_second_complaint_over_the_channel_names_the_first(served: Desk) -> None:
    first = await served.complaint()
    again = await served.buyer.post("/v1/complaints", json=complaint_body(category="other", text="再投诉"))
    body = served.harness.problem(again, 409, "complaint_already_open")
    assert body["complaint_id"] == first["id"]
    assert first["id"] in body["detail"]


async def test_other_channels_and_other_subjects_are_open_still(served: Desk) -> None:
    await served.case("case_2")
    await served.complaint()
    await served.complaint(channel="phone")
    await served.complaint(case_id="case_2")
    await served.complaint(case_id=None)
    assert len(await served.events("ComplaintOpened")) == 4


async def test_when_it_is_settled_a_new_one_may_come(served: Desk) -> None:
    first = await served.complaint()
    await served.agent.post(f"/v1/complaints/{first['id']}/resolve", json={"outcome": "explained"})
    assert (await served.complaint())["id"] != first["id"]


async def test_an_agent_writes_down_a_call_for_the_buyer(served: Desk) -> None:
    complaint = made(await served.agent.post("/v1/complaints", json=complaint_body(channel="phone")))
    assert (complaint["buyer_id"], complaint["opened_by"]) == ("buyer-1", "agent-1")
    (told,) = await served.events("ComplaintOpened")
    assert (told.affected_party, told.applicant, told.handler) == ("buyer-1", "buyer-1", "agent-1")
    assert (await served.buyer.get(f"/v1/complaints/{complaint['id']}")).status_code == 200


async def test_an_unknown_subject_may_be_on_its_way(desk: Desk) -> None:
    for code, body in (
        ("case_unknown", complaint_body()),
        ("order_unknown", complaint_body(case_id=None)),
    ):
        response = await desk.buyer.post("/v1/complaints", json=body)
        desk.harness.problem(response, 404, code)
        assert response.headers["retry-after"] == "1"


async def test_a_foreign_subject_looks_like_none(served: Desk) -> None:
    for code, body in (
        ("case_unknown", complaint_body()),
        ("order_unknown", complaint_body(case_id=None)),
    ):
        served.harness.problem(await served.stranger.post("/v1/complaints", json=body), 404, code)


async def test_a_case_of_another_order_is_refused(served: Desk) -> None:
    response = await served.buyer.post("/v1/complaints", json=complaint_body(order_id="ord_9"))
    body = served.harness.problem(response, 422, "case_of_other_order")
    assert body["errors"][0]["pointer"] == "/case_id"


async def test_a_complaint_is_about_something(served: Desk) -> None:
    response = await served.buyer.post("/v1/complaints", json=complaint_body(order_id=None, case_id=None))
    served.harness.problem(response, 422, "subject_required")


async def test_an_agent_answers_and_settles(served: Desk) -> None:
    path = f"/v1/complaints/{(await served.complaint())['id']}"
    answered = (await served.agent.post(f"{path}/answer", json={"text": "已核实"})).json()
    assert (answered["state"], answered["answer_due_at"]) == ("answered", None)
    again = (await served.agent.post(f"{path}/answer", json={"text": "补充说明"})).json()
    assert [(a["author_id"], a["text"]) for a in again["answers"]] == [("agent-1", "已核实"), ("agent-1", "补充说明")]
    settled = await served.agent.post(f"{path}/resolve", json={"outcome": "upheld"})
    shown = settled.json()
    assert (shown["state"], shown["outcome"], shown["whose_turn"]) == ("resolved", "upheld", None)
    assert (shown["version"], settled.headers["etag"]) == (4, '"v4"')
    assert [e.outcome for e in await served.events("ComplaintResolved")] == ["upheld"]
    assert len({e.text_hash for e in await served.events("ComplaintAnswered")}) == 2


async def test_a_settled_complaint_takes_no_answer(served: Desk) -> None:
    path = f"/v1/complaints/{(await served.complaint())['id']}"
    await served.agent.post(f"{path}/resolve", json={"outcome": "unfounded"})
    for verb, body in (("answer", {"text": "?"}), ("resolve", {"outcome": "upheld"})):
        response = await served.agent.post(f"{path}/{verb}", json=body)
        assert served.harness.problem(response, 409, "illegal_transition")["allowed"] == []


async def test_lists_show_what_each_may_see(served: Desk) -> None:
    first, second = await served.complaint(), await served.complaint(channel="phone")
    for client in (served.buyer, served.seller, served.agent, served.arbitrator, served.admin):
        listed = (await client.get("/v1/complaints")).json()["data"]
        assert [each["id"] for each in listed] == [second["id"], first["id"]]
    for client in (served.stranger, served.rival, served.courier):
        assert (await client.get("/v1/complaints")).json()["data"] == []
    filtered = (await served.agent.get("/v1/complaints?channel=phone&state=open&buyer_id=buyer-1")).json()["data"]
    assert [each["id"] for each in filtered] == [second["id"]]
