"""The check behind every client of the harness: a problem that its route does not document fails the test."""

import httpx
import pytest
from aftercare_chassis.testing import Harness
from aftercare_chassis.testing.documented_problems import check_documented


def problem(method: str, path: str, status: int, code: str) -> httpx.Response:
    return httpx.Response(
        status,
        json={"status": status, "code": code},
        headers={"content-type": "application/problem+json"},
        request=httpx.Request(method, f"http://service.test{path}"),
    )


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/tallies/tally_1", 404, "not_found"),
        ("HEAD", "/v1/tallies/tally_1", 401, "token_missing"),
        ("POST", "/v1/tallies/of-order/ord_1/up", 404, "order_unknown"),
        ("POST", "/v1/tallies", 409, "idempotency_key_in_flight"),
        ("POST", "/v1/tallies", 422, "idempotency_key_reused"),
        ("GET", "/v1/nowhere", 404, "not_found"),
    ],
)
def test_a_documented_problem_passes(tally: Harness, method: str, path: str, status: int, code: str) -> None:
    check_documented(tally.service.app, problem(method, path, status, code))


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/tallies/tally_1", 404, "order_unknown"),
        ("GET", "/v1/tallies/tally_1", 409, "not_found"),
        ("GET", "/v1/tallies", 409, "idempotency_key_in_flight"),
        ("POST", "/v1/tallies", 403, "forbidden"),
    ],
)
def test_any_other_problem_fails(tally: Harness, method: str, path: str, status: int, code: str) -> None:
    with pytest.raises(AssertionError, match="name it in responses=refusals"):
        check_documented(tally.service.app, problem(method, path, status, code))


def test_invalid_content_without_its_place_fails(tally: Harness) -> None:
    with pytest.raises(AssertionError, match="without `errors`"):
        check_documented(tally.service.app, problem("POST", "/v1/tallies", 422, "validation_failed"))
