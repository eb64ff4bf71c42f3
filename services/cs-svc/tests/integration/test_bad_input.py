"""Invalid requests are refused with a stable code in the reader's language, and change nothing."""

import json

from cs_desk import CASE, ORDER, SCORES, Desk, complaint_body

TEXT_BODIES: dict[str, dict[str, object]] = {
    "/v1/conversations": {"order_id": ORDER, "case_id": CASE, "text": "?"},
    "/v1/complaints": complaint_body(),
    "/v1/feedback": {"channel": "web", "text": "?", "case_id": CASE},
    "/v1/ratings": {"case_id": CASE, "scores": SCORES, "text": "?"},
}
BODIES: list[tuple[str, object, str]] = [
    ("text", "\x00", "control_character"),
    ("text", "a\x07b", "control_character"),
    ("text", "", "too_short"),
    ("text", " \n\t", "blank"),
    ("text", "长" * 5001, "too_long"),
    ("text", 7, "wrong_type"),
    ("text", ["?"], "wrong_type"),
    ("case_id", "case 1", "wrong_format"),
    ("case_id", "x" * 101, "wrong_format"),
    ("case_id", 10**30, "wrong_type"),
    ("order", "ord_1", "unknown_field"),
]


async def unchanged(desk: Desk) -> None:
    """Nothing was stored and no event recorded."""
    assert await desk.harness.envelopes() == []
    counted = "SELECT count(*) FROM {}"
    for table in ("conversations", "complaints", "feedback", "ratings", "idempotency_key"):
        assert await desk.harness.runtime.pool.fetchval(counted.format(table)) == 0


async def test_invalid_fields_are_refused_by_pointer_and_code(prepared: Desk) -> None:
    await prepared.completed()
    for path, good in TEXT_BODIES.items():
        for name, wrong, code in BODIES:
            response = await prepared.buyer.post(path, json={**good, name: wrong})
            body = prepared.harness.problem(response, 422, "validation_failed")
            assert [(e["pointer"], e["code"]) for e in body["errors"]] == [(f"/{name}", code)], (path, name, body)
    await unchanged(prepared)


async def test_unknown_choices_are_refused(prepared: Desk) -> None:
    for path, field in (
        ("/v1/complaints", "channel"),
        ("/v1/complaints", "category"),
        ("/v1/feedback", "channel"),
    ):
        for wrong in ("telegram", "WEB", "", None, 1):
            response = await prepared.buyer.post(path, json={**TEXT_BODIES[path], field: wrong})
            body = prepared.harness.problem(response, 422, "validation_failed")
            assert body["errors"][0]["pointer"] == f"/{field}"
    await unchanged(prepared)


async def test_bodies_that_are_not_json_objects_are_refused(prepared: Desk) -> None:
    for path in TEXT_BODIES:
        for content, status, code in (
            (b"{", 400, "malformed_json"),
            (b"\xff\xfe{}", 400, "malformed_json"),
            (b"[" * 10_000, 400, "malformed_json"),
            (b"[]", 422, "validation_failed"),
            (b"null", 422, "validation_failed"),
            (b"", 422, "validation_failed"),
            (b'"text"', 422, "validation_failed"),
        ):
            response = await prepared.buyer.post(path, content=content, headers={"Content-Type": "application/json"})
            prepared.harness.problem(response, status, code)
    await unchanged(prepared)


async def test_lone_surrogates_are_refused(prepared: Desk) -> None:
    for path, good in TEXT_BODIES.items():
        content = json.dumps({**good, "text": "\ud800"}).encode()
        response = await prepared.buyer.post(path, content=content, headers={"Content-Type": "application/json"})
        assert response.status_code in (400, 422), response.text
        assert response.headers["content-type"].startswith("application/problem+json")
    await unchanged(prepared)


async def test_a_body_above_the_size_limit_is_refused(prepared: Desk) -> None:
    content = json.dumps({"text": "x" * 2_000_000}).encode()
    response = await prepared.buyer.post(
        "/v1/conversations", content=content, headers={"Content-Type": "application/json"}
    )
    prepared.harness.problem(response, 413, "body_too_large")
    await unchanged(prepared)


async def test_an_idempotency_key_is_required_and_bound_to_its_body(prepared: Desk) -> None:
    body = complaint_body()
    missing = await prepared.buyer.post("/v1/complaints", json=body, headers={"Idempotency-Key": ""})
    prepared.harness.problem(missing, 400, "idempotency_key_missing")
    await unchanged(prepared)
    key = {"Idempotency-Key": "one key"}
    first = await prepared.buyer.post("/v1/complaints", json=body, headers=key)
    again = await prepared.buyer.post("/v1/complaints", json=body, headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert (again.headers["idempotent-replayed"], again.headers["etag"]) == ("true", first.headers["etag"])
    other = await prepared.buyer.post("/v1/complaints", json={**body, "text": "别的"}, headers=key)
    prepared.harness.problem(other, 422, "idempotency_key_reused")
    assert len(await prepared.events("ComplaintOpened")) == 1


async def test_a_retried_message_is_posted_once(prepared: Desk) -> None:
    opened = await prepared.conversation()
    path, key = f"/v1/conversations/{opened['id']}/messages", {"Idempotency-Key": "retry"}
    answers = [await prepared.buyer.post(path, json={"text": "还在吗"}, headers=key) for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    assert (await prepared.buyer.get(f"/v1/conversations/{opened['id']}")).json()["message_count"] == 2


async def test_missing_forged_and_expired_tokens_are_refused(prepared: Desk) -> None:
    for path in TEXT_BODIES:
        response = await prepared.unauthenticated.get(path)
        prepared.harness.problem(response, 401, "token_missing")
        assert response.headers["www-authenticate"] == "Bearer"
    good = prepared.buyer.headers["authorization"]
    forged = {"Authorization": good[:-8] + ("A" * 8 if not good.endswith("A" * 8) else "B" * 8)}
    assert (await prepared.unauthenticated.get("/v1/complaints", headers=forged)).status_code == 401
    assert (
        await prepared.unauthenticated.post("/v1/complaints", json=complaint_body(), headers=forged)
    ).status_code == 401
    prepared.harness.clock.advance(hours=24 * 366)
    assert (await prepared.buyer.get("/v1/complaints")).status_code == 401
    await unchanged(prepared)


async def test_tampered_and_foreign_cursors_are_refused(prepared: Desk) -> None:
    for _ in range(2):
        await prepared.conversation()
    page = (await prepared.buyer.get("/v1/conversations?limit=1")).json()
    cursor = page["next_cursor"]
    tampered = cursor[:-2] + ("AA" if not cursor.endswith("AA") else "BB")
    for path, wrong in (
        ("/v1/conversations", tampered),
        ("/v1/conversations", "nonsense"),
        ("/v1/conversations", "长"),
        ("/v1/complaints", cursor),
        ("/v1/conversations?state=open", cursor),
    ):
        response = await prepared.buyer.get(path, params={**_query(path), "cursor": wrong})
        prepared.harness.problem(response, 400, "cursor_invalid")
    prepared.harness.problem(
        await prepared.other_buyer.get("/v1/conversations", params={"cursor": cursor}), 400, "cursor_invalid"
    )
    for limit in ("0", "101", "-1", "x", "1.5"):
        response = await prepared.buyer.get("/v1/conversations", params={"limit": limit})
        prepared.harness.problem(response, 422, "validation_failed")


def _query(path: str) -> dict[str, str]:
    return dict(part.split("=") for part in path.partition("?")[2].split("&") if part)


async def test_a_stale_if_match_is_refused(prepared: Desk) -> None:
    opened, complaint = await prepared.conversation(), await prepared.complaint()
    for client, path, body in (
        (prepared.buyer, f"/v1/conversations/{opened['id']}/messages", {"text": "?"}),
        (prepared.agent, f"/v1/conversations/{opened['id']}/assign", {}),
        (prepared.buyer, f"/v1/conversations/{opened['id']}/close", None),
        (prepared.agent, f"/v1/complaints/{complaint['id']}/answer", {"text": "?"}),
        (prepared.agent, f"/v1/complaints/{complaint['id']}/resolve", {"outcome": "upheld"}),
    ):
        for tag in ('"v9"', "garbage"):
            response = await client.post(path, json=body, headers={"If-Match": tag})
            prepared.harness.problem(response, 412, "stale_version")
    fresh = {"If-Match": f'"v{opened["version"]}"'}
    assert (await prepared.buyer.post(f"/v1/conversations/{opened['id']}/close", headers=fresh)).status_code == 200


async def test_problems_are_in_the_readers_language(prepared: Desk) -> None:
    await prepared.complaint()
    for language, chosen, words in (
        ("zh-CN,zh;q=0.9", "zh-CN", "已有一个未结束的投诉"),
        ("en-GB,en;q=0.9", "en", "already open over this channel"),
        ("fr", "zh-CN", "已有一个未结束的投诉"),
    ):
        response = await prepared.buyer.post(
            "/v1/complaints", json=complaint_body(text="客服骂人"), headers={"Accept-Language": language}
        )
        body = prepared.harness.problem(response, 409, "complaint_already_open")
        assert response.headers["content-language"] == chosen
        assert words in body["detail"]


async def test_an_agent_cannot_set_the_outcome_of_a_dispute(prepared: Desk) -> None:
    complaint = await prepared.complaint()
    for outcome in ("verdict_executed", "dispute_withdrawn", "", None):
        response = await prepared.agent.post(f"/v1/complaints/{complaint['id']}/resolve", json={"outcome": outcome})
        prepared.harness.problem(response, 422, "validation_failed")


async def test_ids_that_people_choose_look_like_no_telephone_number(prepared: Desk) -> None:
    bodies: dict[str, dict[str, object]] = {
        "/v1/teams": {"name": "中文售后组"},
        "/v1/sla/policies": {"first_answer_minutes": 10},
        "/v1/sla/calendars": {
            "time_zone": "Asia/Shanghai",
            "windows": [{"weekday": 0, "opens": "08:00", "closes": "20:00"}],
        },
        "/v1/tags": {"name_zh": "重要", "name_en": "important"},
    }
    for path, body in bodies.items():
        for wrong in ("13800138000", "8613800138000", "-1", ".a"):
            refused = await prepared.admin.put(f"{path}/{wrong}", json=body)
            assert prepared.harness.problem(refused, 422, "validation_failed")["errors"][0]["code"] == "wrong_format"
        stored = await prepared.admin.put(f"{path}/{path[-5:].strip('/')}-1", json=body)
        assert stored.status_code == 200, stored.text
