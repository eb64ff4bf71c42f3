"""Every route with every role, and with objects of other parties, for all five services."""

import pytest
from access_rules import FINANCE, OTHER_PARTIES, PRINCIPALS, STAFF, Route, allowed_roles, routes
from seeded_service import SeededService

MADE_BY_PUT = {"putTeam", "putAgent", "putTag", "putMacro", "putSlaPolicy", "putSlaCalendar"}
"""Operations that make what has no such id yet."""


def test_every_route_has_an_access_rule(service: SeededService) -> None:
    assert {route.id for route in routes(service)} == set(allowed_roles(service))


async def test_without_a_valid_token_every_route_is_refused(service: SeededService) -> None:
    before = await service.written_rows()
    bad = {"none": {}, "forged": {"Authorization": "Bearer e30.e30.e30"}, "basic": {"Authorization": "Basic YTpi"}}
    for route in routes(service):
        for name, headers in bad.items():
            client = service.harness.client()
            client.headers.update(headers)
            response = await route.call(service, client)
            assert response.status_code == 401, (route.id, name, response.text)
            assert response.headers["www-authenticate"].startswith("Bearer")
    assert await service.written_rows() == before


@pytest.mark.parametrize("role", PRINCIPALS)
async def test_a_role_without_access_is_refused_and_changes_nothing(service: SeededService, role: str) -> None:
    before = await service.written_rows()
    client = service.harness.client(*PRINCIPALS[role])
    for route in routes(service):
        if role not in allowed_roles(service)[route.id]:
            response = await route.call(service, client)
            assert response.status_code in (403, 404, 409), (route.id, response.status_code, response.text)
            if response.status_code == 409:
                assert response.json()["code"] == "illegal_transition", (route.id, response.text)
    assert await service.written_rows() == before


@pytest.mark.parametrize("other", OTHER_PARTIES)
async def test_objects_of_other_parties_are_not_found(service: SeededService, other: str) -> None:
    before = await service.written_rows()
    client = service.harness.client(*OTHER_PARTIES[other])
    for route in routes(service):
        if not service.ids.keys() & _named(route) and route.id != "getTrace":
            continue
        response = await route.call(service, client)
        role_allowed = OTHER_PARTIES[other][0] in allowed_roles(service)[route.id]
        expected = (404,) if role_allowed else (403, 404)
        assert response.status_code in expected, (route.id, response.status_code, response.text)
    assert await service.written_rows() == before


@pytest.mark.parametrize("other", OTHER_PARTIES)
async def test_lists_have_no_objects_of_other_parties(service: SeededService, other: str) -> None:
    client = service.harness.client(*OTHER_PARTIES[other])
    known = {"buyer_id": "buyer-1", "merchant_id": "m-1", "case_id": "case_1", "order_id": "ord_1", **service.ids}
    for route in routes(service):
        if (
            route.id.startswith("list")
            and "{" not in route.path
            and OTHER_PARTIES[other][0] in allowed_roles(service)[route.id]
        ):
            assert (await route.call(service, client)).json()["data"] == [], route.id
            for name in route.filters & known.keys():
                response = await client.get(route.path, params={name: known[name]})
                assert response.json()["data"] == [], (route.id, name)


@pytest.mark.parametrize("role", PRINCIPALS)
async def test_a_role_with_access_is_admitted(service: SeededService, role: str) -> None:
    client = service.harness.client(*PRINCIPALS[role])
    for route in routes(service):
        if role in allowed_roles(service)[route.id]:
            response = await route.call(service, client, stale=True)
            # 409 and 422: admitted, but refused in the present state; 412: admitted, and stopped by the condition.
            admitted = (412,) if route.conditional else (200, 201, 202, 409, 422)
            assert response.status_code in admitted, (route.id, role, response.status_code, response.text)


async def test_an_unknown_id_is_not_found(service: SeededService) -> None:
    before = await service.written_rows()
    unknown = {
        name: "none_0" for name in service.ids if name.endswith("_id") or name in ("country", "provider", "version")
    }
    for role, principal in PRINCIPALS.items():
        client = service.harness.client(*principal)
        for route in routes(service):
            # Merchants and people are the identity provider's: no service has a list of them, so staff may name any.
            if role in STAFF | FINANCE and _named(route) in ({"merchant_id"}, {"person_id"}):
                continue
            if service.ids.keys() & _named(route) and route.id not in MADE_BY_PUT:
                response = await route.call(service, client, ids=unknown)
                assert response.status_code in (403, 404), (route.id, role, response.status_code, response.text)
    assert await service.written_rows() == before


def _named(route: Route) -> set[str]:
    return {part.strip("{}") for part in route.path.split("/") if part.startswith("{")}
