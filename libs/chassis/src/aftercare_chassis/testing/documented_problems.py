"""A check of problem responses: their route documents the code, and invalid content is pointed at."""

import httpx
from fastapi import FastAPI

from aftercare_chassis.http.problems import MEDIA_TYPE
from aftercare_chassis.http.route_index import RouteIndex
from aftercare_chassis.http.routing import ApiRoute

_ABOUT_A_HEADER = frozenset({"idempotency_key_reused"})


def check_documented(app: FastAPI, response: httpx.Response) -> None:
    """Raise AssertionError where the response is a problem that its route does not name, or a 422 that names no field.

    A route names its problems by `responses=refusals(…)`; the chassis adds those of its kind.
    """
    if response.headers.get("content-type") != MEDIA_TYPE or not response.content:
        return
    route = _route(app, response.request)
    if route is None:
        return  # no such address, or a partner's
    problem = response.json()
    answered = (problem["status"], problem["code"])
    documented = {(each.status, each.code) for each in route.problems}
    assert answered in documented, f"{route.operation_id} answers {answered}: name it in responses=refusals(…)"
    if problem["status"] == 422 and problem["code"] not in _ABOUT_A_HEADER:
        assert problem.get("errors"), f"{route.operation_id} answers {answered} without `errors`: give a pointer"


def _route(app: FastAPI, request: httpx.Request) -> ApiRoute | None:
    scope = {
        "type": "http",
        "path": request.url.path,
        "root_path": "",
        "method": "GET" if request.method == "HEAD" else request.method,
    }
    index = app.router.middleware_stack
    assert isinstance(index, RouteIndex), "the app of a service"
    found = index.find(scope)
    return found[0] if found and isinstance(found[0], ApiRoute) else None
