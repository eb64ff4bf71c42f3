"""Whatever comes in wrong is refused with a stable code in the reader's language, and nothing changes."""

import json
from typing import Any

import pytest
from aftersale_shop import RETURN_ADDRESS, Shop

GOOD: dict[str, Any] = {
    "order_id": "ord_1",
    "type": "return_refund",
    "reason": "quality_defect",
    "description": "漏水",
    "lines": [{"line_id": "line_1", "quantity": 2}],
    "evidence": [],
}
JSON = {"Content-Type": "application/json"}


def with_quantity(quantity: object) -> dict[str, Any]:
    return {**GOOD, "lines": [{"line_id": "line_1", "quantity": quantity}]}


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({**GOOD, "description": "\x00"}, "/description", "control_character"),
    ({**GOOD, "description": "长" * 5001}, "/description", "too_long"),
    ({**GOOD, "description": 7}, "/description", "wrong_type"),
    ({**GOOD, "order_id": "ord 1"}, "/order_id", "wrong_format"),
    ({**GOOD, "order_id": 10**30}, "/order_id", "wrong_type"),
    ({**GOOD, "surprise": 1}, "/surprise", "unknown_field"),
    ({**GOOD, "lines": {}}, "/lines", "wrong_type"),
    *(({**GOOD, "evidence": [each]}, "/evidence/0", "wrong_format") for each in ("x", "sha256:zz", "x" * 101)),
    ({**GOOD, "evidence": ["SHA256:" + "AB" * 32]}, "/evidence/0", "wrong_format"),
    (with_quantity("2"), "/lines/0/quantity", "wrong_type"),
    (with_quantity(1.0), "/lines/0/quantity", "wrong_type"),
    (with_quantity(True), "/lines/0/quantity", "wrong_type"),
]


async def untouched(shop: Shop, cases: int = 0) -> None:
    """No further case, no event, no kept answer."""
    for table in ("cases", "case_lines", "case_timeline", "idempotency_key", "outbox"):
        counted = await shop.harness.runtime.pool.fetchval(f"SELECT count(*) FROM {table}")
        assert counted == cases, table


async def test_fields_that_do_not_fit(shop: Shop) -> None:
    await shop.delivered()
    for wrong, pointer, code in WRONG:
        body = shop.harness.problem(await shop.buyer.post("/v1/cases", json=wrong), 422, "validation_failed")
        assert [(e["pointer"], e["code"]) for e in body["errors"]] == [(pointer, code)], body
    await untouched(shop)


async def test_values_out_of_range(shop: Shop) -> None:
    await shop.delivered()
    for wrong in (
        with_quantity(0),
        with_quantity(-1),
        with_quantity(10**30),
        with_quantity(None),
        {**GOOD, "lines": []},
        {**GOOD, "lines": [{"line_id": "line_1", "quantity": 1}] * 101},
        {**GOOD, "type": "barter"},
        {**GOOD, "reason": "because"},
        {name: value for name, value in GOOD.items() if name != "reason"},
    ):
        shop.harness.problem(await shop.buyer.post("/v1/cases", json=wrong), 422, "validation_failed")
    await untouched(shop)


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"{", 400, "malformed_json"),
        (b"\xff\xfe{}", 400, "malformed_json"),
        (b"[" * 10_000, 400, "malformed_json"),
        (b"[]", 422, "validation_failed"),
        (b"null", 422, "validation_failed"),
        (b"", 422, "validation_failed"),
        (b"x" * 2_000_000, 413, "body_too_large"),
    ],
)
async def test_bodies_that_are_no_requests(shop: Shop, content: bytes, status: int, code: str) -> None:
    await shop.delivered()
    shop.harness.problem(await shop.buyer.post("/v1/cases", content=content, headers=JSON), status, code)
    await untouched(shop)


async def test_lone_surrogates(shop: Shop) -> None:
    await shop.delivered()
    content = json.dumps({**GOOD, "description": "\ud800"}).encode()
    response = await shop.buyer.post("/v1/cases", content=content, headers=JSON)
    assert response.status_code in (400, 422)
    assert response.headers["content-type"].startswith("application/problem+json")
    await untouched(shop)


async def test_actions_with_bodies_that_do_not_fit(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1)
    path = f"/v1/cases/{case['id']}"
    for client, action, body in (
        (shop.seller, "approve", {"note": ""}),
        (shop.seller, "approve", {"return_address": {"name": "a"}}),
        (shop.seller, "approve", {"reason": "x"}),
        (shop.seller, "set-return-address", {}),
        (shop.seller, "set-return-address", {"return_address": None}),
        (shop.seller, "set-return-address", {"return_address": {**RETURN_ADDRESS, "street": " "}}),
        (shop.seller, "reject", {}),
        (shop.seller, "reject", {"reason": "bad_mood"}),
        (shop.buyer, "ship", {"carrier": "SF Express", "waybill_no": "SF1001"}),
        (shop.buyer, "ship", {"carrier": "sf", "waybill_no": "7" * 101}),
        (shop.seller, "inspect", {"lines": [{"line_id": "line_1", "accepted": -1}]}),
        (shop.seller, "inspect", {"lines": []}),
    ):
        shop.harness.problem(await client.post(f"{path}/{action}", json=body), 422, "validation_failed")
    await untouched(shop, cases=1)


async def test_idempotency_keys(shop: Shop) -> None:
    await shop.delivered()
    missing = await shop.buyer.post("/v1/cases", json=GOOD, headers={"Idempotency-Key": ""})
    shop.harness.problem(missing, 400, "idempotency_key_missing")
    await untouched(shop)
    key = {"Idempotency-Key": "one key"}
    first = await shop.buyer.post("/v1/cases", json=GOOD, headers=key)
    again = await shop.buyer.post("/v1/cases", json=GOOD, headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert (again.headers["idempotent-replayed"], again.headers["etag"]) == ("true", '"v1"')
    other = await shop.buyer.post("/v1/cases", json=with_quantity(1), headers=key)
    shop.harness.problem(other, 422, "idempotency_key_reused")
    await untouched(shop, cases=1)


async def test_a_repeated_action_answers_as_before(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(type_="refund_only")
    key = {"Idempotency-Key": "approve once"}
    answers = [await shop.seller.post(f"/v1/cases/{case['id']}/approve", json={}, headers=key) for _ in range(3)]
    assert {a.status_code for a in answers} == {200}
    assert len({a.content for a in answers}) == 1
    assert (await shop.names(case["id"])).count("RefundRequested") == 1


async def test_stale_versions(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case()
    path = f"/v1/cases/{case['id']}/approve"
    for tag in ('"v9"', "garbage"):
        shop.harness.problem(await shop.seller.post(path, json={}, headers={"If-Match": tag}), 412, "stale_version")
    fresh = await shop.seller.get(f"/v1/cases/{case['id']}")
    body = {"return_address": RETURN_ADDRESS}
    approved = await shop.seller.post(path, json=body, headers={"If-Match": fresh.headers["etag"]})
    assert (approved.status_code, approved.headers["etag"]) == (200, '"v2"')


@pytest.mark.parametrize("accepted", [0, 2])
async def test_an_illegal_transition_names_what_was_asked_for_and_what_is_possible(shop: Shop, accepted: int) -> None:
    await shop.delivered()
    case = await shop.case()
    body = {"lines": [{"line_id": "line_1", "accepted": accepted}]}
    refused = await shop.seller.post(f"/v1/cases/{case['id']}/inspect", json=body)
    problem = shop.harness.problem(refused, 409, "illegal_transition")
    assert (problem["state"], problem["action"]) == ("pending_review", "inspect")
    assert problem["allowed"] == ["approve", "reject", "escalate", "offer", "request_supplement"]


async def test_tokens(shop: Shop) -> None:
    await shop.delivered()
    shop.harness.problem(await shop.harness.client().post("/v1/cases", json=GOOD), 401, "token_missing")
    good = shop.buyer.headers["authorization"]
    forged = {"Authorization": good[:-8] + ("A" * 8 if not good.endswith("A" * 8) else "B" * 8)}
    assert (await shop.harness.client().post("/v1/cases", json=GOOD, headers=forged)).status_code == 401
    shop.clock.advance(hours=24 * 366)
    assert (await shop.buyer.post("/v1/cases", json=GOOD)).status_code == 401
    await untouched(shop)


async def test_lists_filters_and_cursors(shop: Shop) -> None:
    await shop.delivered()
    first, second = await shop.case(1), await shop.case(1)
    await shop.approve(first["id"])
    assert await found(shop, state="pending_review") == [second["id"]]
    assert await found(shop, whose_turn="buyer") == [first["id"]]
    assert await found(shop, order_id="ord_1") == [second["id"], first["id"]]
    assert await found(shop, order_id="ord_2") == []
    assert await found(shop, type="refund_only") == []
    assert await found(shop, reason="quality_defect", merchant_id="m-1", buyer_id="buyer-1", limit=1) == [second["id"]]
    page = (await shop.seller.get("/v1/cases", params={"limit": 1})).json()
    assert page["has_more"] is True
    assert page["data"][0]["lines"][0]["quantity"] == 1
    cursor = page["next_cursor"]
    rest = (await shop.seller.get("/v1/cases", params={"limit": 1, "cursor": cursor})).json()
    assert ([c["id"] for c in rest["data"]], rest["has_more"]) == ([first["id"]], False)
    for wrong in (cursor[:-2] + ("AA" if not cursor.endswith("AA") else "BB"), "nonsense", "长"):
        response = await shop.seller.get("/v1/cases", params={"cursor": wrong})
        shop.harness.problem(response, 400, "cursor_invalid")
    other_filter = await shop.seller.get("/v1/cases", params={"cursor": cursor, "state": "closed"})
    shop.harness.problem(other_filter, 400, "cursor_invalid")
    for params in ({"limit": "0"}, {"limit": "101"}, {"state": "lost"}, {"whose_turn": "merchnat"}):
        shop.harness.problem(await shop.seller.get("/v1/cases", params=params), 422, "validation_failed")
    for params in ({"state": "lost"}, {"whose_turn": "stranger"}):
        shop.harness.problem(await shop.seller.get("/v1/disputes", params=params), 422, "validation_failed")


async def found(shop: Shop, **params: Any) -> list[str]:
    page = (await shop.agent.get("/v1/cases", params=params)).json()
    return [case["id"] for case in page["data"]]


@pytest.mark.parametrize(
    ("language", "chosen", "words"),
    [("zh-CN,zh;q=0.9", "zh-CN", "超过剩余可售后数量（3）"), ("en-GB,en;q=0.9", "en", "More units than remain (3)")],
)
async def test_problems_are_in_the_readers_language(shop: Shop, language: str, chosen: str, words: str) -> None:
    await shop.delivered()
    response = await shop.buyer.post("/v1/cases", json=with_quantity(9), headers={"Accept-Language": language})
    body = shop.harness.problem(response, 422, "quantity_exceeds_remaining")
    assert response.headers["content-language"] == chosen
    assert words in body["detail"]
