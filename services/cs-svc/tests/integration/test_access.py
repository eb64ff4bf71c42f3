"""Every route, every role, own and foreign objects: who gets what."""

from cs_desk import CASE, PEOPLE, SCORES, Desk, complaint_body, made

SEES = {"buyer", "seller", "agent", "arbitrator", "admin"}
NOT_FOUND, FORBIDDEN = 404, 403

# (method, path) -> the body of a good call and who may make it; everybody else of the same role is a stranger to it.
CALLS: dict[tuple[str, str], tuple[object, set[str]]] = {
    ("POST", "/v1/conversations"): ({"case_id": CASE, "text": "?"}, {"buyer"}),
    ("POST", "/v1/conversations/{conversation_id}/messages"): ({"text": "?"}, {"buyer", "seller", "agent"}),
    ("POST", "/v1/conversations/{conversation_id}/assign"): ({}, {"agent"}),
    ("POST", "/v1/conversations/{conversation_id}/close"): (None, {"buyer", "agent"}),
    ("GET", "/v1/conversations/{conversation_id}"): (None, SEES),
    ("GET", "/v1/conversations/{conversation_id}/messages"): (None, SEES),
    ("GET", "/v1/conversations/{conversation_id}/live"): (None, SEES),
    ("POST", "/v1/complaints"): (complaint_body(channel="api"), {"buyer", "agent"}),
    ("POST", "/v1/complaints/{complaint_id}/answer"): ({"text": "?"}, {"agent"}),
    ("POST", "/v1/complaints/{complaint_id}/resolve"): ({"outcome": "upheld"}, {"agent"}),
    ("GET", "/v1/complaints/{complaint_id}"): (None, SEES),
    ("POST", "/v1/feedback"): ({"channel": "sms", "text": "?", "case_id": CASE}, {"buyer", "seller", "agent"}),
    ("POST", "/v1/feedback/{feedback_id}/answer"): ({"text": "?"}, {"agent"}),
    ("POST", "/v1/feedback/{feedback_id}/improve"): ({"text": "?"}, {"agent"}),
    ("GET", "/v1/feedback/{feedback_id}"): (None, SEES),
    ("POST", "/v1/ratings"): ({"case_id": CASE, "scores": SCORES}, {"buyer"}),
    ("PATCH", "/v1/ratings/{rating_id}"): ({"text": "?"}, {"buyer"}),
    ("GET", "/v1/ratings/{rating_id}"): (None, SEES),
    ("GET", "/v1/customers/{buyer_id}"): (None, SEES),
}
LISTS = ("/v1/conversations", "/v1/complaints", "/v1/feedback", "/v1/ratings")
ROLE_OF = {name: who[0] for name, who in PEOPLE.items() if who}


async def objects(desk: Desk) -> dict[str, str]:
    """One of each, all of them buyer-1's and m-1's."""
    await desk.completed()
    rating = made(await desk.buyer.post("/v1/ratings", json={"case_id": CASE, "scores": SCORES}))
    feedback = made(await desk.buyer.post("/v1/feedback", json={"channel": "web", "text": "?", "case_id": CASE}))
    return {
        "conversation_id": (await desk.conversation())["id"],
        "complaint_id": (await desk.complaint())["id"],
        "feedback_id": feedback["id"],
        "rating_id": rating["id"],
        "buyer_id": "buyer-1",
    }


def refusals(roles: set[str]) -> dict[str, int]:
    """What each person that the call is not for is told: foreign is 404, the wrong role 403; a read tells neither apart."""
    return {
        "stranger": NOT_FOUND if "buyer" in roles else FORBIDDEN,
        "rival": NOT_FOUND if "seller" in roles else FORBIDDEN,
        **dict.fromkeys(("courier", "supplier"), NOT_FOUND if roles is SEES else FORBIDDEN),
        **{
            name: FORBIDDEN
            for name, role in ROLE_OF.items()
            if name == role and role not in roles | {"courier", "supplier"}
        },
    }


def test_no_route_is_left_out(desk: Desk) -> None:
    def routes() -> set[tuple[str, str]]:
        found = desk.harness.service.app.openapi()["paths"]
        return {
            (method.upper(), path) for path, methods in found.items() for method in methods if path.startswith("/v1")
        }

    assert routes() == set(CALLS) | {("GET", path) for path in LISTS}


async def test_foreign_objects_and_wrong_roles(served: Desk) -> None:
    ids = await objects(served)
    before = len(await served.harness.envelopes())
    for (method, path), (body, roles) in CALLS.items():
        for name, status in refusals(roles).items():
            response = await getattr(served, name).request(method, path.format(**ids), json=body)
            assert response.status_code == status, (method, path, name, response.text)
            assert response.headers["content-type"].startswith("application/problem+json")
        response = await served.nobody.request(method, path.format(**ids), json=body)
        assert response.status_code == 401, (method, path)
    assert len(await served.harness.envelopes()) == before


async def test_those_whom_a_call_is_for_are_let_in(served: Desk) -> None:
    ids = await objects(served)
    for (method, path), (body, roles) in CALLS.items():
        for role in sorted(roles):
            response = await getattr(served, role).request(method, path.format(**ids), json=body)
            assert response.status_code not in (401, 403, 404, 422), (method, path, role, response.text)


async def test_lists_hold_only_what_one_may_see(served: Desk) -> None:
    await objects(served)
    for path in LISTS:
        for name, role in ROLE_OF.items():
            seen = len((await getattr(served, name).get(path)).json()["data"])
            assert seen == (1 if role in SEES and name not in ("stranger", "rival") else 0), (path, name)
