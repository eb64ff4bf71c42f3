"""Complaints over four channels, one unresolved per case or order and channel."""

import hashlib

from cs_desk import CASE, ORDER, Desk, complaint_body, made


async def test_a_buyer_opens_a_complaint_about_a_case(prepared: Desk) -> None:
    complaint = await prepared.complaint()
    assert complaint["id"].startswith("cmp_")
    assert (complaint["state"], complaint["channel"], complaint["category"]) == ("open", "web", "unfair_rejection")
    assert (complaint["order_id"], complaint["case_id"]) == (ORDER, CASE)
    assert (complaint["buyer_id"], complaint["merchant_id"], complaint["opened_by"]) == ("buyer-1", "m-1", "buyer-1")
    assert (complaint["dispute_id"], complaint["outcome"], complaint["answers"]) == (None, None, [])
    assert (complaint["whose_turn"], complaint["answer_due_at"]) == ("agent", "2026-03-04T09:00:00Z")
    assert (await prepared.buyer.get(f"/v1/complaints/{complaint['id']}")).json() == complaint


async def test_the_event_carries_what_a_dispute_needs_and_no_text(prepared: Desk) -> None:
    complaint = await prepared.complaint()
    (event,) = await prepared.events("ComplaintOpened")
    text_hash = "sha256:" + hashlib.sha256("商家无理由拒绝".encode()).hexdigest()
    assert event.model_dump(exclude={"time"}) == {
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
        "severity": "normal",
        "text_hash": text_hash,
        "dispute_id": None,
    }


async def test_complaints_are_received_over_four_channels(prepared: Desk) -> None:
    for channel in ("web", "api", "phone", "message"):
        assert (await prepared.complaint(channel=channel))["channel"] == channel


async def test_a_second_complaint_over_the_channel_names_the_first(prepared: Desk) -> None:
    first = await prepared.complaint()
    again = await prepared.buyer.post("/v1/complaints", json=complaint_body(category="other", text="再投诉"))
    body = prepared.harness.problem(again, 409, "complaint_already_open")
    assert body["complaint_id"] == first["id"]
    assert first["id"] in body["detail"]


async def test_another_channel_or_case_takes_a_further_complaint(prepared: Desk) -> None:
    await prepared.case("case_2")
    await prepared.complaint()
    await prepared.complaint(channel="phone")
    await prepared.complaint(case_id="case_2")
    await prepared.complaint(case_id=None, text="包装太简陋")
    assert len(await prepared.events("ComplaintOpened")) == 4


async def test_a_resolved_complaint_makes_room_for_a_new_one(prepared: Desk) -> None:
    first = await prepared.complaint()
    await prepared.agent.post(f"/v1/complaints/{first['id']}/resolve", json={"outcome": "explained"})
    assert (await prepared.complaint())["id"] != first["id"]


async def test_an_agent_opens_a_complaint_for_a_buyer(prepared: Desk) -> None:
    complaint = made(await prepared.agent.post("/v1/complaints", json=complaint_body(channel="phone")))
    assert (complaint["buyer_id"], complaint["opened_by"]) == ("buyer-1", "agent-1")
    (event,) = await prepared.events("ComplaintOpened")
    assert (event.affected_party, event.applicant, event.handler) == ("buyer-1", "buyer-1", "agent-1")
    assert (await prepared.buyer.get(f"/v1/complaints/{complaint['id']}")).status_code == 200


async def test_an_unknown_case_or_order_is_refused_with_retry_after(desk: Desk) -> None:
    for code, body in (
        ("case_unknown", complaint_body()),
        ("order_unknown", complaint_body(case_id=None)),
    ):
        response = await desk.buyer.post("/v1/complaints", json=body)
        desk.harness.problem(response, 404, code)
        assert response.headers["retry-after"] == "1"


async def test_a_foreign_case_or_order_looks_unknown(prepared: Desk) -> None:
    for code, body in (
        ("case_unknown", complaint_body()),
        ("order_unknown", complaint_body(case_id=None)),
    ):
        prepared.harness.problem(await prepared.other_buyer.post("/v1/complaints", json=body), 404, code)


async def test_a_case_of_another_order_is_refused(prepared: Desk) -> None:
    response = await prepared.buyer.post("/v1/complaints", json=complaint_body(order_id="ord_9"))
    body = prepared.harness.problem(response, 422, "case_of_other_order")
    assert body["errors"][0]["pointer"] == "/case_id"


async def test_a_complaint_names_a_case_or_an_order(prepared: Desk) -> None:
    response = await prepared.buyer.post("/v1/complaints", json=complaint_body(order_id=None, case_id=None))
    prepared.harness.problem(response, 422, "subject_required")


async def test_a_list_holds_the_complaints_in_which_it_is_somebodys_turn(prepared: Desk) -> None:
    channels = ("web", "phone", "api", "message")
    opened, answered, escalated, resolved = [await prepared.complaint(channel=each) for each in channels]
    await prepared.agent.post(f"/v1/complaints/{answered['id']}/answer", json={"text": "已核实"})
    await prepared.agent.post(f"/v1/complaints/{resolved['id']}/resolve", json={"outcome": "upheld"})
    await prepared.disputed(escalated["id"])
    for turn, expected in (("agent", [answered, opened]), ("dispute", [escalated])):
        for reader in (prepared.agent, prepared.buyer, prepared.seller):
            page = (await reader.get("/v1/complaints", params={"whose_turn": turn})).json()
            assert [each["id"] for each in page["data"]] == [each["id"] for each in expected]
            assert {each["whose_turn"] for each in page["data"]} == {turn}
    first = (await prepared.agent.get("/v1/complaints", params={"whose_turn": "agent", "limit": 1})).json()
    after = {"cursor": first["next_cursor"], "limit": 1}
    rest = (await prepared.agent.get("/v1/complaints", params={**after, "whose_turn": "agent"})).json()
    assert ([each["id"] for each in rest["data"]], rest["has_more"]) == ([opened["id"]], False)
    for other in ({}, {"whose_turn": "dispute"}):
        foreign = await prepared.agent.get("/v1/complaints", params={**after, **other})
        prepared.harness.problem(foreign, 400, "cursor_invalid")
    unknown = await prepared.agent.get("/v1/complaints", params={"whose_turn": "nobody"})
    prepared.harness.problem(unknown, 422, "validation_failed")


async def test_an_agent_replies_and_resolves(prepared: Desk) -> None:
    path = f"/v1/complaints/{(await prepared.complaint())['id']}"
    answered = (await prepared.agent.post(f"{path}/answer", json={"text": "已核实"})).json()
    assert (answered["state"], answered["answer_due_at"]) == ("answered", None)
    again = (await prepared.agent.post(f"{path}/answer", json={"text": "补充说明"})).json()
    assert [(a["author_id"], a["text"]) for a in again["answers"]] == [("agent-1", "已核实"), ("agent-1", "补充说明")]
    resolved = await prepared.agent.post(f"{path}/resolve", json={"outcome": "upheld"})
    shown = resolved.json()
    assert (shown["state"], shown["outcome"], shown["whose_turn"]) == ("resolved", "upheld", None)
    assert (shown["version"], resolved.headers["etag"]) == (4, '"v4"')
    assert [e.outcome for e in await prepared.events("ComplaintResolved")] == ["upheld"]
    assert len({e.text_hash for e in await prepared.events("ComplaintAnswered")}) == 2


async def test_a_resolved_complaint_accepts_no_further_action(prepared: Desk) -> None:
    path = f"/v1/complaints/{(await prepared.complaint())['id']}"
    await prepared.agent.post(f"{path}/resolve", json={"outcome": "unfounded"})
    for verb, body in (("answer", {"text": "?"}), ("resolve", {"outcome": "upheld"})):
        response = await prepared.agent.post(f"{path}/{verb}", json=body)
        assert prepared.harness.problem(response, 409, "illegal_transition")["allowed"] == []


async def test_lists_hold_only_visible_complaints(prepared: Desk) -> None:
    first, second = await prepared.complaint(), await prepared.complaint(channel="phone")
    for client in (prepared.buyer, prepared.seller, prepared.agent, prepared.arbitrator, prepared.admin):
        listed = (await client.get("/v1/complaints")).json()["data"]
        assert [each["id"] for each in listed] == [second["id"], first["id"]]
    for client in (prepared.other_buyer, prepared.other_seller, prepared.courier):
        assert (await client.get("/v1/complaints")).json()["data"] == []
    filtered = (await prepared.agent.get("/v1/complaints?channel=phone&state=open&buyer_id=buyer-1")).json()["data"]
    assert [each["id"] for each in filtered] == [second["id"]]
