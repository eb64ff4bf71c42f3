"""Whatever comes in wrong is refused with a stable code in the reader's language, and nothing changes."""

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


async def untouched(desk: Desk) -> None:
    """Nothing was stored and nothing was said."""
    assert await desk.harness.envelopes() == []
    counted = "SELECT count(*) FROM {}"
    for table in ("conversations", "complaints", "feedback", "ratings", "idempotency_key"):
        assert await desk.harness.runtime.pool.fetchval(counted.format(table)) == 0


async def test_fields_that_do_not_fit(served: Desk) -> None:
    await served.completed()
    for path, good in TEXT_BODIES.items():
        for name, wrong, code in BODIES:
            response = await served.buyer.post(path, json={**good, name: wrong})
            body = served.harness.problem(response, 422, "validation_failed")
            assert [(e["pointer"], e["code"]) for e in body["errors"]] == [(f"/{name}", code)], (path, name, body)
    await untouched(served)


async def test_words_that_are_not_choices(served: Desk) -> None:
    for path, field in (
        ("/v1/complaints", "channel"),
        ("/v1/complaints", "category"),
        ("/v1/feedback", "channel"),
    ):
        for wrong in ("telegram", "WEB", "", None, 1):
            response = await served.buyer.post(path, json={**TEXT_BODIES[path], field: wrong})
            body = served.harness.problem(response, 422, "validation_failed")
            assert body["errors"][0]["pointer"] == f"/{field}"
    await untouched(served)


async def test_bodies_that_are_no_json_objects(served: Desk) -> None:
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
            response = await served.buyer.post(path, content=content, headers={"Content-Type": "application/json"})
            served.harness.problem(response, status, code)
    await untouched(served)


async def test_lone_surrogates(served: Desk) -> None:
    for path, good in TEXT_BODIES.items():
        content = json.dumps({**good, "text": "\ud800"}).encode()
        response = await served.buyer.post(path, content=content, headers={"Content-Type": "application/json"})
        assert response.status_code in (400, 422), response.text
        assert response.headers["content-type"].startswith("application/problem+json")
    await untouched(served)


async def test_a_body_that_is_too_large(served: Desk) -> None:
    content = json.dumps({"text": "x" * 2_000_000}).encode()
    response = await served.buyer.post(
        "/v1/conversations", content=content, headers={"Content-Type": "application/json"}
    )
    served.harness.problem(response, 413, "body_too_large")
    await untouched(served)


async def test_idempotency_keys(served: Desk) -> None:
    body = complaint_body()
    missing = await served.buyer.post("/v1/complaints", json=body, headers={"Idempotency-Key": ""})
    served.harness.problem(missing, 400, "idempotency_key_missing")
    await untouched(served)
    key = {"Idempotency-Key": "one key"}
    first = await served.buyer.post("/v1/complaints", json=body, headers=key)
    again = await served.buyer.post("/v1/complaints", json=body, headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert (again.headers["idempotent-replayed"], again.headers["etag"]) == ("true", first.headers["etag"])
    other = await served.buyer.post("/v1/complaints", json={**body, "text": "别的"}, headers=key)
    served.harness.problem(other, 422, "idempotency_key_reused")
    assert len(await served.events("ComplaintOpened")) == 1


async def test_a_retried_message_is_said_once(served: Desk) -> None:
    opened = await served.conversation()
    path, key = f"/v1/conversations/{opened['id']}/messages", {"Idempotency-Key": "retry"}
    answers = [await served.buyer.post(path, json={"text": "还在吗"}, headers=key) for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    assert (await served.buyer.get(f"/v1/conversations/{opened['id']}")).json()["message_count"] == 2


async def test_tokens(served: Desk) -> None:
    for path in TEXT_BODIES:
        response = await served.nobody.get(path)
        served.harness.problem(response, 401, "token_missing")
        assert response.headers["www-authenticate"] == "Bearer"
    good = served.buyer.headers["authorization"]
    forged = {"Authorization": good[:-8] + ("A" * 8 if not good.endswith("A" * 8) else "B" * 8)}
    assert (await served.nobody.get("/v1/complaints", headers=forged)).status_code == 401
    assert (await served.nobody.post("/v1/complaints", json=complaint_body(), headers=forged)).status_code == 401
    served.harness.clock.advance(hours=24 * 366)
    assert (await served.buyer.get("/v1/complaints")).status_code == 401
    await untouched(served)


async def test_cursors(served: Desk) -> None:
    for _ in range(2):
        await served.conversation()
    page = (await served.buyer.get("/v1/conversations?limit=1")).json()
    cursor = page["next_cursor"]
    tampered = cursor[:-2] + ("AA" if not cursor.endswith("AA") else "BB")
    for path, wrong in (
        ("/v1/conversations", tampered),
        ("/v1/conversations", "nonsense"),
        ("/v1/conversations", "长"),
        ("/v1/complaints", cursor),
        ("/v1/conversations?state=open", cursor),
    ):
        response = await served.buyer.get(path, params={**_query(path), "cursor": wrong})
        served.harness.problem(response, 400, "cursor_invalid")
    served.harness.problem(
        await served.stranger.get("/v1/conversations", params={"cursor": cursor}), 400, "cursor_invalid"
    )
    for limit in ("0", "101", "-1", "x", "1.5"):
        response = await served.buyer.get("/v1/conversations", params={"limit": limit})
        served.harness.problem(response, 422, "validation_failed")


def _query(path: str) -> dict[str, str]:
    return dict(part.split("=") for part in path.partition("?")[2].split("&") if part)


async def test_stale_versions(served: Desk) -> None:
    opened, complaint = await served.conversation(), await served.complaint()
    for client, path, body in (
        (served.buyer, f"/v1/conversations/{opened['id']}/messages", {"text": "?"}),
        (served.agent, f"/v1/conversations/{opened['id']}/assign", {}),
        (served.buyer, f"/v1/conversations/{opened['id']}/close", None),
        (served.agent, f"/v1/complaints/{complaint['id']}/answer", {"text": "?"}),
        (served.agent, f"/v1/complaints/{complaint['id']}/resolve", {"outcome": "upheld"}),
    ):
        for tag in ('"v9"', "garbage"):
            response = await client.post(path, json=body, headers={"If-Match": tag})
            served.harness.problem(response, 412, "stale_version")
    fresh = {"If-Match": f'"v{opened["version"]}"'}
    assert (await served.buyer.post(f"/v1/conversations/{opened['id']}/close", headers=fresh)).status_code == 200


async def test_problems_speak_the_readers_language(served: Desk) -> None:
    await served.complaint()
    for language, chosen, words in (
        ("zh-CN,zh;q=0.9", "zh-CN", "已有一个未结束的投诉"),
        ("en-GB,en;q=0.9", "en", "already open over this channel"),
        ("fr", "zh-CN", "已有一个未结束的投诉"),
    ):
        response = await served.buyer.post(
            "/v1/complaints", json=complaint_body(), headers={"Accept-Language": language}
        )
        body = served.harness.problem(response, 409, "complaint_already_open")
        assert response.headers["content-language"] == chosen
        assert words in body["detail"]


async def test_an_outcome_only_a_dispute_gives(served: Desk) -> None:
    complaint = await served.complaint()
    for outcome in ("verdict_executed", "dispute_withdrawn", "", None):
        response = await served.agent.post(f"/v1/complaints/{complaint['id']}/resolve", json={"outcome": outcome})
        served.harness.problem(response, 422, "validation_failed")
