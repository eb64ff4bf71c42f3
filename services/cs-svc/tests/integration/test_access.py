"""Every route with every role, with own and foreign objects."""

from access_rules import ALLOWED, PARTNERS
from cs_desk import CASE, PARCEL, PEOPLE, SCORES, Desk, complaint_body, made

SEES = {"buyer", "seller", "agent", "arbitrator", "admin"}
NOT_FOUND, FORBIDDEN = 404, 403

# (method, path) -> a valid body and the roles that may call it; others of the same role do not own the object.
CALLS: dict[tuple[str, str], tuple[object, set[str]]] = {
    ("POST", "/v1/conversations"): ({"case_id": CASE, "text": "?"}, {"buyer"}),
    ("POST", "/v1/conversations/{conversation_id}/messages"): ({"text": "?"}, {"buyer", "seller", "agent"}),
    ("POST", "/v1/conversations/{conversation_id}/read"): ({"place": "00000001"}, {"buyer", "seller", "agent"}),
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
    ("POST", "/v1/courier-ratings"): ({"parcel_id": PARCEL["parcel_id"], "score": 5}, {"buyer"}),
    ("GET", "/v1/courier-ratings/{courier_rating_id}"): (None, SEES),
    ("GET", "/v1/customers/{buyer_id}"): (None, SEES),
}
LISTS = ("/v1/conversations", "/v1/complaints", "/v1/feedback", "/v1/ratings", "/v1/courier-ratings")
ROLE_OF = {name: who[0] for name, who in PEOPLE.items() if who}


async def objects(desk: Desk) -> dict[str, str]:
    """The ids of one object of each kind, all of buyer-1 and m-1."""
    await desk.completed()
    rating = made(await desk.buyer.post("/v1/ratings", json={"case_id": CASE, "scores": SCORES}))
    feedback = made(await desk.buyer.post("/v1/feedback", json={"channel": "web", "text": "?", "case_id": CASE}))
    await desk.delivered()
    courier_rating = made(
        await desk.buyer.post("/v1/courier-ratings", json={"parcel_id": PARCEL["parcel_id"], "score": 5})
    )
    return {
        "conversation_id": (await desk.conversation())["id"],
        "complaint_id": (await desk.complaint())["id"],
        "feedback_id": feedback["id"],
        "rating_id": rating["id"],
        "courier_rating_id": courier_rating["id"],
        "buyer_id": "buyer-1",
    }


def refusals(roles: set[str]) -> dict[str, int]:
    """The status for each person who may not call it: a foreign object is 404, the wrong role 403; a read is always 404."""
    return {
        "other_buyer": NOT_FOUND if "buyer" in roles else FORBIDDEN,
        "other_seller": NOT_FOUND if "seller" in roles else FORBIDDEN,
        **dict.fromkeys(("courier", "supplier"), NOT_FOUND if roles is SEES else FORBIDDEN),
        **{
            name: FORBIDDEN
            for name, role in ROLE_OF.items()
            if name == role and role not in roles | {"courier", "supplier"}
        },
    }


def test_every_route_is_covered(desk: Desk) -> None:
    """Those of agents, queues, clocks, the bot and channels are called by every role in tests/security, by the same rules."""
    found = desk.harness.service.app.openapi()["paths"]
    routes = {
        (method.upper(), path): operation["operationId"]
        for path, methods in found.items()
        for method, operation in methods.items()
        if path.startswith("/v1")
    }
    here = set(CALLS) | {("GET", path) for path in LISTS}
    assert here <= set(routes)
    assert {name for route, name in routes.items() if route not in here} <= set(ALLOWED["cs-svc"]) | PARTNERS


async def test_foreign_objects_and_wrong_roles_are_refused(prepared: Desk) -> None:
    ids = await objects(prepared)
    before = len(await prepared.harness.envelopes())
    for (method, path), (body, roles) in CALLS.items():
        for name, status in refusals(roles).items():
            response = await getattr(prepared, name).request(method, path.format(**ids), json=body)
            assert response.status_code == status, (method, path, name, response.text)
            assert response.headers["content-type"].startswith("application/problem+json")
        response = await prepared.unauthenticated.request(method, path.format(**ids), json=body)
        assert response.status_code == 401, (method, path)
    assert len(await prepared.harness.envelopes()) == before


async def test_the_roles_of_a_route_are_accepted(prepared: Desk) -> None:
    ids = await objects(prepared)
    for (method, path), (body, roles) in CALLS.items():
        for role in sorted(roles):
            response = await getattr(prepared, role).request(method, path.format(**ids), json=body)
            assert response.status_code not in (401, 403, 404, 422), (method, path, role, response.text)


async def test_lists_hold_only_visible_rows(prepared: Desk) -> None:
    await objects(prepared)
    for path in LISTS:
        for name, role in ROLE_OF.items():
            seen = len((await getattr(prepared, name).get(path)).json()["data"])
            assert seen == (1 if role in SEES and name not in ("other_buyer", "other_seller") else 0), (path, name)
