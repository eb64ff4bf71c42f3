"""Every route × every role × a foreign object, for all five services.

MAY is the whole truth about who may do what, read and agreed by people; a new route fails here until it has its line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from worlds import World

OWN = {
    "buyer": ("buyer", "buyer-1"),
    "seller": ("seller", "seller-1", "m-1"),
    "agent": ("agent", "agent-9"),
    "arbitrator": ("arbitrator", "arbitrator-9"),
    "supplier": ("supplier", "supplier-9"),
    "courier": ("courier", "courier-9"),
    "admin": ("admin", "admin-9"),
}
STRANGERS = {
    "buyer": ("buyer", "buyer-2"),
    "seller": ("seller", "seller-2", "m-2"),
    # A subject that equals somebody's id in another role must open nothing.
    "buyer named m-1": ("buyer", "m-1"),
    "seller named buyer-1": ("seller", "buyer-1", "buyer-1"),
}
STAFF = {"agent", "arbitrator", "admin"}
PARTIES = {"buyer", "seller"}
READERS = PARTIES | STAFF
EVERYBODY = set(OWN)

MAY: dict[str, dict[str, set[str]]] = {
    "order-svc": {
        "createOrder": {"seller"},
        "listOrders": EVERYBODY,
        "getOrder": READERS,
        "cancelOrder": PARTIES | {"agent"},
        "confirmReceipt": {"buyer"},
        "changeAddress": PARTIES | {"agent"},
        "startPayment": {"buyer"},
        "listPayments": EVERYBODY,
        "getPayment": READERS,
        "refundRemainder": {"agent", "admin"},
        "shipParcel": {"seller"},
        "listParcels": EVERYBODY,
        "getParcel": READERS,
        "createCourierEndpoint": {"admin"},
        "listCourierEndpoints": {"admin"},
        "getCourierEndpoint": {"admin"},
        "rotateCourierSecret": {"admin"},
        "listCourierPushes": {"admin"},
        "getCourierPush": {"admin"},
        "redriveCourierPush": {"admin"},
    },
    "aftersale-svc": {
        "createCase": PARTIES | {"agent"},
        "listCases": EVERYBODY,
        "getCase": READERS,
        "getCaseTimeline": READERS,
        "followCaseTimeline": READERS,
        "approveCase": {"seller", "agent"},
        "rejectCase": {"seller", "agent"},
        "escalateCase": {"seller", "agent"},
        "shipCase": {"buyer"},
        "correctReturnWaybill": {"buyer"},
        "receiveCase": {"seller"},
        "inspectCase": {"seller"},
        "refundCase": {"agent"},
        "closeCase": {"agent"},
        "acceptRejection": {"buyer"},
        "cancelCase": {"buyer", "agent"},
        "listDisputes": EVERYBODY,
        "getDispute": READERS,
        "answerDispute": {"seller"},
        "addDisputeEvidence": PARTIES,
        "giveVerdict": {"arbitrator"},
        "withdrawDispute": {"buyer"},
    },
    "cs-svc": {
        "openConversation": {"buyer"},
        "listConversations": EVERYBODY,
        "getConversation": READERS,
        "followConversation": READERS,
        "listMessages": READERS,
        "postMessage": PARTIES | {"agent"},
        "assignConversation": {"agent"},
        "closeConversation": {"buyer", "agent"},
        "openComplaint": {"buyer", "agent"},
        "listComplaints": EVERYBODY,
        "getComplaint": READERS,
        "answerComplaint": {"agent"},
        "resolveComplaint": {"agent"},
        "receiveFeedback": PARTIES | {"agent"},
        "listFeedback": EVERYBODY,
        "getFeedback": READERS,
        "answerFeedback": {"agent"},
        "improveFromFeedback": {"agent"},
        "giveRating": {"buyer"},
        "listRatings": EVERYBODY,
        "getRating": READERS,
        "changeRating": {"buyer"},
        "getCustomer": READERS,
    },
    "kb-svc": {
        "draftArticle": {"agent", "admin"},
        "listArticles": EVERYBODY,
        "getArticle": {"agent", "admin"},  # an unpublished one; published ones are for everybody
        "editArticle": {"agent", "admin"},
        "getDraft": {"agent", "admin"},
        "listVersions": set(),  # nothing is published yet
        "publishArticle": {"agent", "admin"},
        "retireArticle": {"agent", "admin"},
        "search": EVERYBODY,
    },
    "analytics-svc": {
        "getTrace": READERS,
        "getAfterSalesMetrics": STAFF,
    },
}
PARTNERS = {"receivePaymentCallback", "receiveCourierPush"}  # signed by the partner, no token


@dataclass(frozen=True)
class Route:
    """One operation of a service, callable as anybody."""

    id: str
    method: str
    path: str
    conditional: bool
    filters: frozenset[str]

    async def call(
        self, world: World, client: httpx.AsyncClient, *, stale: bool = False, ids: dict[str, str] | None = None
    ) -> httpx.Response:
        """Call it about the world's objects; with `stale`, under a condition that cannot hold. The answer is as promised."""
        options: dict[str, Any] = {"params": world.queries.get(self.id), "headers": {}}
        if self.method != "GET" and self.id in world.bodies:
            options["json"] = world.bodies[self.id]
        if stale and self.conditional:
            options["headers"] = {"If-Match": '"v999"'}
        response = await client.request(self.method, self.path.format(**{**world.ids, **(ids or {})}), **options)
        world.keeps_promise(self.path, self.method, response)
        return response


def routes(world: World) -> Iterator[Route]:
    for path, operations in world.paths.items():
        for method, operation in operations.items():
            if operation["operationId"] not in PARTNERS:
                names = frozenset(
                    each.get("name") or each["$ref"].rpartition("/")[2] for each in operation["parameters"]
                )
                yield Route(operation["operationId"], method.upper(), path, "IfMatch" in names, names)


def may(world: World) -> dict[str, set[str]]:
    return MAY[world.harness.service.name]


def test_every_route_has_its_line(world: World) -> None:
    assert {route.id for route in routes(world)} == set(may(world))


async def test_nobody_gets_in_without_a_good_token(world: World) -> None:
    before = await world.footprint()
    bad = {"none": {}, "forged": {"Authorization": "Bearer e30.e30.e30"}, "basic": {"Authorization": "Basic YTpi"}}
    for route in routes(world):
        for name, headers in bad.items():
            client = world.harness.client()
            client.headers.update(headers)
            response = await route.call(world, client)
            assert response.status_code == 401, (route.id, name, response.text)
            assert response.headers["www-authenticate"].startswith("Bearer")
    assert await world.footprint() == before


@pytest.mark.parametrize("role", OWN)
async def test_a_role_that_may_not_is_refused_and_changes_nothing(world: World, role: str) -> None:
    before = await world.footprint()
    client = world.harness.client(*OWN[role])
    for route in routes(world):
        if role not in may(world)[route.id]:
            response = await route.call(world, client)
            assert response.status_code in (403, 404, 409), (route.id, response.status_code, response.text)
            if response.status_code == 409:
                assert response.json()["code"] == "illegal_transition", (route.id, response.text)
    assert await world.footprint() == before


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_foreign_objects_do_not_exist(world: World, stranger: str) -> None:
    before = await world.footprint()
    client = world.harness.client(*STRANGERS[stranger])
    for route in routes(world):
        if not world.ids.keys() & _named(route) and route.id != "getTrace":
            continue
        response = await route.call(world, client)
        role_may = STRANGERS[stranger][0] in may(world)[route.id]
        expected = (404,) if role_may else (403, 404)
        assert response.status_code in expected, (route.id, response.status_code, response.text)
    assert await world.footprint() == before


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_lists_show_nothing_foreign(world: World, stranger: str) -> None:
    client = world.harness.client(*STRANGERS[stranger])
    known = {"buyer_id": "buyer-1", "merchant_id": "m-1", "case_id": "case_1", "order_id": "ord_1", **world.ids}
    for route in routes(world):
        if route.id.startswith("list") and "{" not in route.path and STRANGERS[stranger][0] in may(world)[route.id]:
            assert (await route.call(world, client)).json()["data"] == [], route.id
            for name in route.filters & known.keys():
                response = await client.get(route.path, params={name: known[name]})
                assert response.json()["data"] == [], (route.id, name)


@pytest.mark.parametrize("role", OWN)
async def test_a_role_that_may_gets_through(world: World, role: str) -> None:
    client = world.harness.client(*OWN[role])
    for route in routes(world):
        if role in may(world)[route.id]:
            response = await route.call(world, client, stale=True)
            # 409 and 422: let in, but the story does not go on that way now; 412: let in as far as the condition.
            fine = (412,) if route.conditional else (200, 201, 409, 422)
            assert response.status_code in fine, (route.id, role, response.status_code, response.text)


async def test_what_never_was_is_not_found(world: World) -> None:
    before = await world.footprint()
    nowhere = dict.fromkeys(world.ids, "none_0")
    for role, person in OWN.items():
        client = world.harness.client(*person)
        for route in routes(world):
            if world.ids.keys() & _named(route):
                response = await route.call(world, client, ids=nowhere)
                assert response.status_code in (403, 404), (route.id, role, response.status_code, response.text)
    assert await world.footprint() == before


def _named(route: Route) -> set[str]:
    return {part.strip("{}") for part in route.path.split("/") if part.startswith("{")}
