"""What repeats a complaint is added to it, whichever channel it comes in over; agents separate and merge."""

from typing import Any

import pytest
from cs_desk import CASE, ORDER, Desk, complaint_body, made
from cs_svc.commands import complaint_intake

TEXT = "水壶漏水，商家拒绝退货，要求退款"
REPEATED = "水壶漏水商家不给退货，我要退款"


async def phoned(desk: Desk, **fields: Any) -> dict[str, Any]:
    """What an agent takes down of a call."""
    return made(await desk.agent.post("/v1/complaints", json=complaint_body(channel="phone", **fields)))


async def test_what_is_repeated_by_phone_is_added_and_kept(prepared: Desk) -> None:
    first = await prepared.complaint(text=TEXT)
    again = await phoned(prepared, text=REPEATED, case_id=None)
    assert again["id"] == first["id"]
    [submission] = again["submissions"]
    assert again["added_submission_id"] == submission["id"]
    assert (submission["channel"], submission["text"], submission["submitted_by"]) == ("phone", REPEATED, "agent-1")
    assert submission["likeness"] > 44
    shown = (await prepared.buyer.get(f"/v1/complaints/{first['id']}")).json()
    assert (shown["submissions"], shown["added_submission_id"], shown["version"]) == ([submission], None, 2)
    [event] = await prepared.events("ComplaintSubmissionAdded")
    assert (event.complaint_id, event.submission_id, event.submitted_over) == (first["id"], submission["id"], "phone")
    assert REPEATED not in event.model_dump_json()
    assert len(await prepared.events("ComplaintOpened")) == 1


async def test_what_repeats_a_complaint_that_is_resolved_meanwhile_opens_one(
    prepared: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await prepared.complaint(text=TEXT)
    find = complaint_intake._find_repeated

    async def found_before_it_is_resolved(*given: Any) -> Any:
        found = await find(*given)
        resolved = await prepared.agent.post(f"/v1/complaints/{first['id']}/resolve", json={"outcome": "explained"})
        assert resolved.status_code == 200
        return found

    monkeypatch.setattr(complaint_intake, "_find_repeated", found_before_it_is_resolved)
    again = await prepared.complaint(text=REPEATED)
    assert (again["state"], again["text"], again["submissions"]) == ("open", REPEATED, [])
    assert (await prepared.agent.get(f"/v1/complaints/{first['id']}")).json()["submissions"] == []


async def test_another_matter_case_buyer_or_time_is_a_complaint_of_its_own(prepared: Desk) -> None:
    await prepared.case("case_2")
    first = await prepared.complaint(text=TEXT)
    matter = await phoned(prepared, text="客服骂人")
    case = await phoned(prepared, text=TEXT, case_id="case_2")
    await prepared.agent.post(f"/v1/complaints/{first['id']}/resolve", json={"outcome": "explained"})
    later = await prepared.complaint(text=TEXT)
    assert len({first["id"], matter["id"], case["id"], later["id"]}) == 4
    prepared.harness.clock.advance(hours=31 * 24)
    assert (await prepared.complaint(text=REPEATED, channel="api"))["id"] != later["id"]


async def test_an_agent_marks_a_message_as_a_complaint(prepared: Desk) -> None:
    conversation = await prepared.conversation(text=TEXT)
    path = f"/v1/conversations/{conversation['id']}/messages"
    mark = f"{path}/{conversation['messages'][0]['id']}/complaint"
    complaint = made(await prepared.agent.post(mark, json={"category": "quality"}))
    assert (complaint["channel"], complaint["text"], complaint["case_id"]) == ("message", TEXT, CASE)
    assert complaint["message_id"] == conversation["messages"][0]["id"]
    again = await prepared.agent.post(mark, json={"category": "quality"})
    assert prepared.harness.problem(again, 409, "message_already_marked")["complaint_id"] == complaint["id"]
    repeated = made(await prepared.buyer.post(path, json={"text": REPEATED}))
    added = made(await prepared.agent.post(f"{path}/{repeated['id']}/complaint", json={"category": "quality"}))
    assert (added["id"], added["submissions"][0]["message_id"]) == (complaint["id"], repeated["id"])
    twice = await prepared.agent.post(f"{path}/{repeated['id']}/complaint", json={"category": "quality"})
    prepared.harness.problem(twice, 409, "message_already_marked")


async def test_only_a_message_of_the_buyer_about_their_order_is_marked(prepared: Desk) -> None:
    conversation = await prepared.conversation()
    path = f"/v1/conversations/{conversation['id']}/messages"
    answer = made(await prepared.agent.post(path, json={"text": TEXT}))
    body = {"category": "quality"}
    refused = await prepared.agent.post(f"{path}/{answer['id']}/complaint", json=body)
    prepared.harness.problem(refused, 409, "message_not_of_buyer")
    message = f"{path}/{conversation['messages'][0]['id']}/complaint"
    await prepared.order("ord_2", buyer_id="buyer-2")
    foreign = await prepared.agent.post(message, json={**body, "order_id": "ord_2"})
    prepared.harness.problem(foreign, 409, "complaint_of_other_buyer")
    unknown = await prepared.agent.post(f"{path}/msg_9/complaint", json=body)
    prepared.harness.problem(unknown, 404, "not_found")
    prepared.harness.problem(await prepared.seller.post(message, json=body), 403, "forbidden")
    assert await prepared.events("ComplaintOpened") == []


async def test_an_agent_separates_what_was_added_wrongly(prepared: Desk) -> None:
    first = await prepared.complaint(text=TEXT)
    added = await prepared.complaint(text=REPEATED)
    path = f"/v1/complaints/{first['id']}/separate"
    body = {"submission_id": added["added_submission_id"], "reason": "另一个水壶", "category": "delivery"}
    became = made(await prepared.agent.post(path, json=body))
    assert (became["state"], became["text"], became["category"], became["channel"]) == (
        "open",
        REPEATED,
        "delivery",
        "web",
    )
    assert became["answer_due_at"] is not None
    twice = await prepared.agent.post(path, json=body)
    assert prepared.harness.problem(twice, 409, "submission_moved")["complaint_id"] == became["id"]
    for reader, reason in ((prepared.agent, "另一个水壶"), (prepared.buyer, None)):
        [submission] = (await reader.get(f"/v1/complaints/{first['id']}")).json()["submissions"]
        assert (submission["separated_to"], submission["reason"]) == (became["id"], reason)
    [event] = await prepared.events("ComplaintSubmissionSeparated")
    assert (event.complaint_id, event.separated_to) == (first["id"], became["id"])
    assert [each.complaint_id for each in await prepared.events("ComplaintOpened")] == [first["id"], became["id"]]


async def test_an_agent_merges_two_complaints_about_one_matter(prepared: Desk) -> None:
    first = await prepared.complaint(text=TEXT)
    second = await phoned(prepared, text="老是滴水，店里说不管", case_id=None)
    await phoned(prepared, text="还是老滴水，店里说不管", case_id=None)
    body = {"into": first["id"], "reason": "同一个水壶"}
    merged = (await prepared.agent.post(f"/v1/complaints/{second['id']}/merge", json=body)).json()
    assert merged["id"] == first["id"]
    assert sorted(each["merged_from"] or "" for each in merged["submissions"]) == ["", second["id"]]
    ended = (await prepared.agent.get(f"/v1/complaints/{second['id']}")).json()
    assert (ended["state"], ended["outcome"], ended["merged_into"]) == ("resolved", "merged", first["id"])
    assert ended["submissions"] == []
    [event] = await prepared.events("ComplaintMerged")
    assert (event.complaint_id, event.merged_into) == (second["id"], first["id"])
    again = await prepared.agent.post(f"/v1/complaints/{second['id']}/merge", json=body)
    prepared.harness.problem(again, 409, "illegal_transition")


async def test_a_marked_message_goes_with_its_text(prepared: Desk) -> None:
    first = await prepared.complaint(text=TEXT)
    conversation = await prepared.conversation(text="老是滴水，店里说不管")
    message = conversation["messages"][0]["id"]
    mark = f"/v1/conversations/{conversation['id']}/messages/{message}/complaint"
    second = made(await prepared.agent.post(mark, json={"category": "quality"}))
    body = {"into": first["id"], "reason": "同一个水壶"}
    merged = (await prepared.agent.post(f"/v1/complaints/{second['id']}/merge", json=body)).json()
    [submission] = merged["submissions"]
    assert submission["message_id"] == message
    assert (await prepared.agent.get(f"/v1/complaints/{second['id']}")).json()["message_id"] is None
    marked = await prepared.agent.post(mark, json={"category": "quality"})
    assert prepared.harness.problem(marked, 409, "message_already_marked")["complaint_id"] == first["id"]
    body = {"submission_id": submission["id"], "reason": "另一个水壶"}
    became = made(await prepared.agent.post(f"/v1/complaints/{first['id']}/separate", json=body))
    assert (became["message_id"], became["conversation_id"]) == (message, conversation["id"])
    marked = await prepared.agent.post(mark, json={"category": "quality"})
    assert prepared.harness.problem(marked, 409, "message_already_marked")["complaint_id"] == became["id"]


async def test_unrelated_complaints_are_not_merged(prepared: Desk) -> None:
    await prepared.case("case_2")
    first, other = await prepared.complaint(), await prepared.complaint(case_id="case_2", text=TEXT)
    path = f"/v1/complaints/{first['id']}/merge"
    for into, code in ((first["id"], "merged_with_itself"), (other["id"], "complaints_unrelated")):
        refused = await prepared.agent.post(path, json={"into": into, "reason": "?"})
        prepared.harness.problem(refused, 422, code)
    gone = await prepared.agent.post(path, json={"into": "cmp_9", "reason": "?"})
    prepared.harness.problem(gone, 404, "not_found")


@pytest.mark.parametrize("who", ["buyer", "seller"])
async def test_only_agents_move_what_was_submitted(prepared: Desk, who: str) -> None:
    first = await prepared.complaint(text=TEXT)
    added = await prepared.complaint(text=REPEATED)
    moves: dict[str, dict[str, str]] = {
        "separate": {"submission_id": added["added_submission_id"]},
        "merge": {"into": ORDER},
    }
    for path, about in moves.items():
        body = {"reason": "?", **about}
        refused = await getattr(prepared, who).post(f"/v1/complaints/{first['id']}/{path}", json=body)
        assert refused.status_code == 403
