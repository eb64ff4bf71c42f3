"""Commands and reads through the real route class, on a real database: idempotency, conditions, visibility, pages."""

import asyncio
from typing import Any

import pytest
from aftercare_chassis.http.idempotency import IdempotencyKey
from aftercare_chassis.testing import Harness


async def _count(harness: Harness, table: str) -> int:
    found: Any = await harness.runtime.pool.fetchval(f"SELECT count(*) FROM {table}")
    return int(found)


async def test_a_new_object_is_recorded_with_its_first_event(tally: Harness) -> None:
    response = await tally.client("buyer", "buyer-1").post("/v1/tallies", json={"count": 5})
    assert response.status_code == 201
    assert response.headers["etag"] == '"v1"'
    [envelope] = await tally.envelopes()
    assert (envelope.subject, envelope.sequence) == (response.json()["id"], 1)
    assert (envelope.source, envelope.causation_id) == ("/tally-svc", None)


async def test_query_parameters_that_an_endpoint_does_not_have_are_refused(tally: Harness) -> None:
    buyer = tally.client("buyer", "buyer-1")
    refused = await buyer.get("/v1/tallies", params={"limit": 1, "owner": "x", "turn": "y"})
    message = "没有此参数；可用的参数：limit、cursor、count。"
    assert Harness.problem(refused, 422, "validation_failed")["errors"] == [
        {"pointer": f"/{name}", "code": "unknown_parameter", "message": message, "in": "query"}
        for name in ("owner", "turn")
    ]
    english = {"Accept-Language": "en"}
    made = await buyer.post("/v1/tallies", params={"x": 1}, json={"count": 1}, headers=english)
    [error] = Harness.problem(made, 422, "validation_failed")["errors"]  # type: ignore[misc]
    assert error["message"] == "Unknown parameter; known: none."
    assert await _count(tally, "tallies") == 0
    assert (await buyer.get("/livez", params={"x": 1})).status_code == 200


async def test_a_version_is_the_number_of_the_last_event(tally: Harness) -> None:
    buyer = tally.client("buyer", "buyer-1")
    made = (await buyer.post("/v1/tallies", json={"count": 0})).json()
    await buyer.post(f"/v1/tallies/{made['id']}/up", params={"times": 3})
    last = await buyer.post(f"/v1/tallies/{made['id']}/up")
    assert last.json()["version"] == 5
    assert [envelope.sequence for envelope in await tally.envelopes()] == [1, 2, 3, 4, 5]


async def test_a_post_that_only_reads_needs_no_key_and_keeps_none(tally: Harness) -> None:
    client, path = tally.client("buyer", "buyer-1"), "/v1/tallies/compare?order_id=ord_1"
    await tally.runtime.pool.execute(
        "INSERT INTO tallies (id, version, owner, count) VALUES ('tally_ord_1', 1, 'buyer-1', 3)"
    )
    for key in ({"Idempotency-Key": ""}, {"Idempotency-Key": "k"}, {"Idempotency-Key": "k"}):
        for count in (1, 2):
            answered = await client.post(path, json={"count": count}, headers=key)
            assert (answered.status_code, answered.json()) == (200, {"more": 3 - count})
            assert "idempotent-replayed" not in answered.headers
    Harness.problem(await client.post(path, json={"count": "?"}), 422, "validation_failed")
    Harness.problem(
        await client.post(path, content=b"{", headers={"content-type": "application/json"}), 400, "malformed_json"
    )
    assert [await _count(tally, table) for table in ("outbox", "idempotency_key")] == [0, 0]
    refused = await client.get(path)  # not as a tally with this id, which does not exist
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


async def test_twenty_requests_with_one_key_make_one_object(tally: Harness) -> None:
    buyer = tally.client("buyer", "buyer-1")
    key = {"Idempotency-Key": "the-same"}
    responses = await asyncio.gather(*(buyer.post("/v1/tallies", json={"count": 1}, headers=key) for _ in range(20)))
    assert {response.status_code for response in responses} <= {201, 409}
    assert len({response.json()["id"] for response in responses if response.status_code == 201}) == 1
    assert all(response.headers["retry-after"] == "1" for response in responses if response.status_code == 409)
    assert await _count(tally, "tallies") == 1


async def test_a_request_that_misses_the_end_of_the_first_is_not_refused_for_what_that_one_did(
    tally: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer = tally.client("buyer", "buyer-1")
    made = (await buyer.post("/v1/tallies", json={"count": 0})).json()
    path, headers = f"/v1/tallies/{made['id']}/up", {"Idempotency-Key": "the-same", "If-Match": '"v1"'}
    first = await buyer.post(path, headers=headers)
    look_up = IdempotencyKey.look_up
    looks = iter(["SELECT 1 WHERE false"])  # as the second one sees it that looks before the first one commits
    monkeypatch.setattr(IdempotencyKey, "look_up", property(lambda key: next(looks, None) or look_up.__get__(key)))
    second = await buyer.post(path, headers=headers)
    assert (second.status_code, second.json()) == (200, first.json())
    assert second.headers["idempotent-replayed"] == "true"
    refused = await buyer.post(path, headers={"Idempotency-Key": "another", "If-Match": '"v1"'})
    Harness.problem(refused, 412, "stale_version")


async def test_a_connection_that_was_opened_before_the_migration_looks_keys_up(tally: Harness) -> None:
    buyer, key = tally.client("buyer", "buyer-1"), {"Idempotency-Key": "again"}
    assert tally.runtime.pool.get_size() == 1
    for _ in range(2):
        await tally.runtime.pool.execute("DEALLOCATE idempotency_look_up")
        assert (await buyer.post("/v1/tallies", json={"count": 1}, headers=key)).status_code == 201
    assert await _count(tally, "tallies") == 1


async def test_a_repeated_request_gets_the_response_to_the_first(tally: Harness) -> None:
    buyer = tally.client("buyer", "buyer-1")
    key = {"Idempotency-Key": "again"}
    first = await buyer.post("/v1/tallies", json={"count": 1}, headers=key)
    second = await buyer.post("/v1/tallies", json={"count": 1}, headers=key)
    assert second.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert (second.status_code, second.content, second.headers["etag"]) == (201, first.content, first.headers["etag"])
    assert await _count(tally, "outbox") == 1


async def test_a_key_belongs_to_one_actor_one_route_and_one_content(tally: Harness) -> None:
    key = {"Idempotency-Key": "mine"}
    buyer = tally.client("buyer", "buyer-1")
    made = await buyer.post("/v1/tallies", json={"count": 1}, headers=key)
    Harness.problem(await buyer.post("/v1/tallies", json={"count": 2}, headers=key), 422, "idempotency_key_reused")
    other = await tally.client("buyer", "buyer-2").post("/v1/tallies", json={"count": 1}, headers=key)
    assert other.status_code == 201
    assert other.json()["id"] != made.json()["id"]
    assert (await buyer.post(f"/v1/tallies/{made.json()['id']}/up", headers=key)).status_code == 200


async def test_a_command_needs_a_usable_key(tally: Harness) -> None:
    buyer = tally.client("buyer", "buyer-1")
    invalid, missing = "idempotency_key_invalid", "idempotency_key_missing"
    for unusable, code in (("", missing), ("x" * 256, invalid), ("tab\there", invalid), (b"\xe9", invalid)):
        response = await buyer.post("/v1/tallies", json={"count": 1}, headers={"Idempotency-Key": unusable})
        Harness.problem(response, 400, code)
    assert await _count(tally, "tallies") == 0


async def test_a_failed_command_stores_nothing(tally: Harness) -> None:
    buyer = tally.client("buyer", "buyer-1")
    Harness.problem(await buyer.post("/v1/tallies", json={"count": 13}), 500, "internal_error")
    Harness.problem(await buyer.post("/v1/tallies", json={"count": "1"}), 422, "validation_failed")
    assert [await _count(tally, table) for table in ("tallies", "outbox", "idempotency_key")] == [0, 0, 0]


async def test_if_match_refuses_a_stale_version(tally: Harness) -> None:
    buyer = tally.client("buyer", "buyer-1")
    made = (await buyer.post("/v1/tallies", json={"count": 0})).json()
    path = f"/v1/tallies/{made['id']}/up"
    assert (await buyer.post(path, headers={"If-Match": '"v1"'})).status_code == 200
    body = Harness.problem(await buyer.post(path, headers={"If-Match": '"v1"'}), 412, "stale_version")
    assert body["current"] == "v2"
    assert (await buyer.post(path, headers={"If-Match": "*"})).status_code == 200


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["*"], 200),
        ([" * "], 200),
        (['"*"'], 412),
        (['"v1"'], 200),
        (['"v9"', '"v1"'], 200),
        (['"v1"', '"v9"'], 200),
        (['"v9", "v8"'], 412),
        (['"v9,v8" , ,"v1",'], 200),
        (['"v9,\\", "v1"'], 200),
        (['"a,b"', '"v1"'], 200),
        (['"a,"v1",b"'], 412),
        (['W/"v1"'], 412),
        (['W/"v9", "v1"'], 200),
        (['w/"v1"'], 412),
        (["v1"], 412),
        (['"v1'], 412),
        (['*, "v1"'], 412),
        (['"*"', "*"], 412),
        ([""], 412),
        (['""'], 412),
        ([f'"v9"{" " * 20_000}x'], 412),
    ],
)
async def test_if_match_is_a_list_of_quoted_tags_or_a_star(tally: Harness, lines: list[str], status: int) -> None:
    buyer = tally.client("buyer", "buyer-1")
    made = (await buyer.post("/v1/tallies", json={"count": 0})).json()
    response = await buyer.post(f"/v1/tallies/{made['id']}/up", headers=[("If-Match", line) for line in lines])
    assert response.status_code == status, response.text
    if status != 200:
        Harness.problem(response, 412, "stale_version")


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed_json"),
        (b"[" * 9_000, "application/json", 400, "malformed_json"),
        (b"\xff", "application/json", 400, "malformed_json"),
        (b" ", "application/json", 400, "malformed_json"),
        (b"[]", "application/json", 422, "validation_failed"),
        (b"null", "application/json", 422, "validation_failed"),
        (b'{"count": 1}', "application/merge-patch+json", 422, "validation_failed"),
        (b"{}", "text/plain", 415, "unsupported_media_type"),
        (b"up", "text/plain", 415, "unsupported_media_type"),
    ],
)
async def test_a_command_without_a_body_accepts_none(
    tally: Harness, content: bytes, media_type: str, status: int, code: str
) -> None:
    buyer = tally.client("buyer", "buyer-1")
    made = (await buyer.post("/v1/tallies", json={"count": 0})).json()
    path = f"/v1/tallies/{made['id']}/up"
    Harness.problem(await buyer.post(path, content=content, headers={"content-type": media_type}), status, code)
    assert (await buyer.get(f"/v1/tallies/{made['id']}")).json()["count"] == 0
    assert (await buyer.post(path, json={})).json()["count"] == 1
    assert (await buyer.post(path)).json()["count"] == 2


async def test_a_condition_on_an_object_without_version_fails(tally: Harness) -> None:
    buyer = tally.client("buyer", "buyer-1")
    refused = await buyer.post("/v1/tallies", json={"count": 0}, headers={"If-Match": '"v1"'})
    Harness.problem(refused, 412, "stale_version")
    assert await tally.published() == []
    assert (await buyer.post("/v1/tallies", json={"count": 0}, headers={"If-Match": "*"})).status_code == 201


async def test_a_foreign_object_is_not_found(tally: Harness) -> None:
    made = (await tally.client("buyer", "buyer-1").post("/v1/tallies", json={"count": 0})).json()
    other_buyer = tally.client("buyer", "buyer-2")
    Harness.problem(await other_buyer.get(f"/v1/tallies/{made['id']}"), 404, "not_found")
    Harness.problem(await other_buyer.post(f"/v1/tallies/{made['id']}/up"), 404, "not_found")
    Harness.problem(await tally.client("seller", "s", "m-1").get(f"/v1/tallies/{made['id']}"), 404, "not_found")
    Harness.problem(await tally.client("agent", "agent-1").post(f"/v1/tallies/{made['id']}/up"), 403, "forbidden")
    assert (await tally.client("agent", "agent-1").get(f"/v1/tallies/{made['id']}")).status_code == 200
    assert (await other_buyer.get("/v1/tallies")).json()["data"] == []


async def test_pages_list_each_object_once_newest_first(tally: Harness) -> None:
    buyer = tally.client("buyer", "buyer-1")
    made = [(await buyer.post("/v1/tallies", json={"count": n % 2})).json()["id"] for n in range(7)]
    seen: list[str] = []
    cursor = None
    while True:
        page = (await buyer.get("/v1/tallies", params={"limit": 3, **({"cursor": cursor} if cursor else {})})).json()
        seen += page["data"]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            break
    assert seen == sorted(made, reverse=True)
    assert cursor is None


async def test_a_cursor_is_valid_for_its_own_list_filter_and_reader_only(tally: Harness) -> None:
    buyer = tally.client("buyer", "buyer-1")
    for _ in range(3):
        await buyer.post("/v1/tallies", json={"count": 1})
    cursor = (await buyer.get("/v1/tallies", params={"limit": 1})).json()["next_cursor"]
    for params in ({"cursor": cursor, "count": 1}, {"cursor": cursor[:-1]}, {"cursor": "x" + cursor}):
        Harness.problem(await buyer.get("/v1/tallies", params=params), 400, "cursor_invalid")
    other_buyer = tally.client("buyer", "buyer-2")
    Harness.problem(await other_buyer.get("/v1/tallies", params={"cursor": cursor}), 400, "cursor_invalid")


async def test_one_connection_is_enough_for_many_requests(start_tally: Any) -> None:
    async with start_tally(pool_size=1) as harness:
        buyer = harness.client("buyer", "buyer-1")
        responses = await asyncio.gather(*(buyer.post("/v1/tallies", json={"count": 1}) for _ in range(10)))
        assert {response.status_code for response in responses} == {201}
