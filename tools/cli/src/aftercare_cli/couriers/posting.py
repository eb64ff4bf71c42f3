"""Posts pushes to order-svc."""

import json
from pathlib import Path

import httpx
from aftercare_simulators.couriers import Request, Scan

from aftercare_cli.api_client import ApiClient, UnexpectedResponse
from aftercare_cli.couriers.partners import PARTNERS, SIMULATED


def endpoint(admin: ApiClient, partner: str, home: Path) -> dict[str, str]:
    """Path and secret of the partner's endpoint. It is created at first use and kept in `home`: the API shows the secret once."""
    file = home / "couriers.json"
    endpoints: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if partner not in endpoints:
        created = admin.post("/v1/courier-endpoints", {"partner": SIMULATED[partner].adapter})
        endpoints[partner] = {"path": created["path"], "secret": created["secret"]}
        file.touch(mode=0o600)
        file.write_text(json.dumps(endpoints, indent=2), encoding="utf-8")
    return endpoints[partner]


def push(admin: ApiClient, partner: str, scan: Scan, home: Path) -> str:
    """Sign and post one scan; the acknowledgement.

    Raises:
        StackError: the partner has no code for the status.
        UnexpectedResponse: see `deliver`, or the partner would not take the response for an acknowledgement.
    """
    target = endpoint(admin, partner, home)
    response = deliver(admin, target["path"], PARTNERS[partner](scan, target["secret"]))
    if not SIMULATED[partner].is_acknowledged(response.status_code, response.content):
        raise UnexpectedResponse(f"order-svc refused the push: {response.status_code} {response.text[:200]}")
    return response.text


def deliver(admin: ApiClient, path: str, request: Request) -> httpx.Response:
    """Post a signed push.

    Raises:
        UnexpectedResponse: order-svc does not answer, or does not acknowledge the push.
    """
    try:
        response = admin.http.post(admin.url(path), content=request.body, headers=dict(request.headers))
    except httpx.HTTPError as error:
        raise UnexpectedResponse(f"order-svc does not answer the push: {type(error).__name__}") from None
    if response.status_code != 200 or _is_refused(response):
        raise UnexpectedResponse(f"order-svc refused the push: {response.status_code} {response.text[:200]}")
    return response


def _is_refused(response: httpx.Response) -> bool:
    """Whether the acknowledgement has `"status": false`, as 中通 reads it."""
    try:
        acknowledgement = response.json()
    except ValueError:
        return False
    return isinstance(acknowledgement, dict) and acknowledgement.get("status") is False
