"""Agents get suggestions with citations, and what becomes of them is counted; macros are filled; the order and case are beside."""

from typing import Any

from aftercare_events import ArticleRetired
from cs_desk import CASE, ORDER, Desk, made
from queue_desk import QueueDesk, done
from test_bot import ARTICLE, publish, trained

ANSWER = "三个工作日内原路退回。"


async def suggested(desk: Desk, conversation: dict[str, Any], **body: str) -> list[dict[str, Any]]:
    path = f"/v1/conversations/{conversation['id']}/suggestions"
    found: list[dict[str, Any]] = made(await desk.agent.post(path, json=body))["data"]
    return found


async def post(desk: Desk, conversation: dict[str, Any], text: str, **fields: str) -> Any:
    path = f"/v1/conversations/{conversation['id']}/messages"
    return await desk.agent.post(path, json={"text": text, **fields})


async def ready(desk: Desk) -> dict[str, Any]:
    await publish(desk)
    await trained(desk)
    return await desk.conversation(text="退款什么时候到")


async def test_a_reply_is_suggested_for_what_the_buyer_wrote_with_its_clause(prepared: Desk) -> None:
    opened = await ready(prepared)
    first = (await suggested(prepared, opened))[0]
    assert (first["intent"], first["text"]) == ("refund_time", ANSWER)
    [cited] = first["citations"]
    assert (cited["article_id"], cited["article_version"], cited["clause_id"]) == ("art_1", 1, "1")


async def test_it_is_for_what_the_agent_types_where_they_do(prepared: Desk) -> None:
    await publish(prepared)
    await trained(prepared)
    opened = await prepared.conversation(text="今天天气怎么样")
    assert (await suggested(prepared, opened, text="退款几天"))[0]["intent"] == "refund_time"


async def test_nothing_is_suggested_of_an_article_that_is_retired(prepared: Desk) -> None:
    opened = await ready(prepared)
    await prepared.consume(ArticleRetired, **ARTICLE, article_version=1)
    assert [each["intent"] for each in await suggested(prepared, opened)] == []


async def test_without_a_model_nothing_is_suggested(prepared: Desk) -> None:
    assert await suggested(prepared, await prepared.conversation()) == []


async def test_what_becomes_of_suggestions_is_counted(prepared: Desk) -> None:
    opened = await ready(prepared)
    for text, uses in ((ANSWER, True), ("三个工作日内退回，请留意。", True), ("请稍等", False)):
        first = (await suggested(prepared, opened))[0]
        named = {"suggestion_id": first["id"]} if uses else {}
        made(await post(prepared, opened, text, **named))
    found = done(await prepared.admin.get("/v1/suggestions/figures"))
    expected = {"shown": 3, "accepted": 1, "edited": 1, "ignored": 1, "used_share": 0.6667}
    assert found["by_agent"] == [{"id": "agent-1", **expected}]
    assert found["by_intent"][0] == {"id": "refund_time", **expected}
    assert found["by_article"] == [{"id": "art_1", **expected}]
    other = prepared.harness.client("agent", "agent-2")
    assert done(await other.get("/v1/suggestions/figures?agent_id=agent-1"))["by_agent"] == []


async def test_a_suggestion_is_used_once_and_by_whom_it_was_shown(prepared: Desk) -> None:
    opened = await ready(prepared)
    first = (await suggested(prepared, opened))[0]
    other = prepared.harness.client("agent", "agent-2")
    path = f"/v1/conversations/{opened['id']}/messages"
    refused = await other.post(path, json={"text": ANSWER, "suggestion_id": first["id"]})
    prepared.harness.problem(refused, 422, "suggestion_unknown")
    made(await post(prepared, opened, ANSWER, suggestion_id=first["id"]))
    prepared.harness.problem(await post(prepared, opened, ANSWER, suggestion_id=first["id"]), 422, "suggestion_unknown")
    prepared.harness.problem(await post(prepared, opened, ANSWER, suggestion_id="sug_9"), 422, "suggestion_unknown")


async def test_a_macro_is_filled_for_a_conversation(prepared: Desk) -> None:
    body = {"title": "进度", "text": "售后单 {case_id}（订单 {order_id}）：{case_state}"}
    done(await prepared.admin.put("/v1/macros/progress", json=body))
    opened = await prepared.conversation()
    path = f"/v1/conversations/{opened['id']}/macros/progress"
    assert done(await prepared.agent.get(path)) == {"text": f"售后单 {CASE}（订单 {ORDER}）：等待商家审核"}
    body = {"title": "Progress", "text": "Your case: {case_state}; your order: {order_state}"}
    done(await prepared.admin.put("/v1/macros/english", json=body))
    english = done(await prepared.agent.get(f"/v1/conversations/{opened['id']}/macros/english"))
    assert english == {"text": "Your case: waiting for the merchant's review; your order: waiting for payment"}
    bare = made(await prepared.buyer.post("/v1/conversations", json={"text": "?"}))
    refused = await prepared.agent.get(f"/v1/conversations/{bare['id']}/macros/progress")
    assert (
        prepared.harness.problem(refused, 409, "macro_variable_missing")["missing"] == "case_id, case_state, order_id"
    )
    prepared.harness.problem(await prepared.buyer.get(path), 403, "forbidden")


async def test_who_leads_a_team_sets_its_macros(prepared: Desk) -> None:
    queues = QueueDesk(prepared)
    await queues.team()
    await queues.enter("lead-1", leads=["general"])
    await queues.enter("agent-2")
    body = {"team_id": "general", "title": "进度", "text": "请稍等。"}
    made_of_lead = done(await queues.agent("lead-1").put("/v1/macros/wait", json=body))
    assert (made_of_lead["version"], made_of_lead["team_id"]) == (1, "general")
    for name, changed in (("agent-2", body), ("lead-1", body | {"team_id": None})):
        refused = await queues.agent(name).put("/v1/macros/wait", json=changed)
        prepared.harness.problem(refused, 403, "team_lead_only")
    wrong = await prepared.admin.put("/v1/macros/wait", json=body | {"text": "{buyer_name}"})
    prepared.harness.problem(wrong, 422, "macro_variable_unknown")


async def test_the_order_and_the_case_are_beside_a_conversation(prepared: Desk) -> None:
    opened = await prepared.conversation()
    complaint = await prepared.complaint()
    found = done(await prepared.agent.get(f"/v1/conversations/{opened['id']}/context"))
    assert found["order"] == {"id": ORDER, "state": "created", "service": "order-svc", "path": f"/v1/orders/{ORDER}"}
    assert (found["case"]["id"], found["case"]["path"]) == (CASE, f"/v1/cases/{CASE}")
    assert [each["id"] for each in found["open_cases"]] == [CASE]
    assert [each["id"] for each in found["open_complaints"]] == [complaint["id"]]
    await prepared.completed()
    assert done(await prepared.agent.get(f"/v1/conversations/{opened['id']}/context"))["open_cases"] == []
