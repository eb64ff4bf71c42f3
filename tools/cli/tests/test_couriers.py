"""Pushes to order-svc: their formats, where they are posted, and `aftercare courier`."""

import json
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from aftercare_cli import couriers
from aftercare_cli.api_client import ApiClient, UnexpectedResponse
from aftercare_cli.couriers.partners import SIMULATED
from aftercare_cli.stack import ports
from aftercare_cli.stack.interface import StackError
from order_svc.integrations.couriers.registry import COURIERS

NOW = datetime.now(UTC).replace(microsecond=0)
PUSH = ("courier", "push", "--partner", "zto", "--waybill", "7300123456789", "--status", "delivered")
ENDPOINT = {"path": "/v1/courier-webhooks/zto/ce_1", "secret": "a secret"}


def headers_of(request: couriers.Request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


@pytest.mark.parametrize(
    ("partner", "status"), [(name, status) for name, each in SIMULATED.items() for status in each.codes]
)
def test_a_push_is_verified_and_parsed_by_order_svc(partner: str, status: str) -> None:
    adapter = COURIERS[SIMULATED[partner].adapter]
    secret = adapter.new_secret()

    request = couriers.PARTNERS[partner](couriers.Scan("7300123456789", status, NOW, "sf", "73-1"), secret)

    assert adapter.verify(request.body, headers_of(request), [secret], datetime.now(UTC)) is None
    (report,) = adapter.parse(request.body)
    assert report.known
    assert "7300123456789" in (report.waybill_no or "7300123456789")
    assert report.reference in (None, "73-1")
    expected = SIMULATED[partner].shown.get(status, status)
    assert (report.scan.status, report.scan.occurred_at) == (expected, NOW)


@pytest.mark.parametrize("partner", list(couriers.PARTNERS))
def test_a_push_with_another_secret_is_refused(partner: str) -> None:
    adapter = COURIERS[SIMULATED[partner].adapter]

    status = next(iter(SIMULATED[partner].codes))
    request = couriers.PARTNERS[partner](couriers.Scan("7300123456789", status, NOW), adapter.new_secret())

    assert adapter.verify(request.body, headers_of(request), [adapter.new_secret()], datetime.now(UTC)) is not None


def test_a_status_that_the_partner_does_not_have_is_refused() -> None:
    with pytest.raises(StackError, match="zto has no status `teleported`"):
        couriers.PARTNERS["zto"](couriers.Scan("7300123456789", "teleported", NOW), "secret-of-zto")


class Orders:
    """order-svc as far as pushes need it: one endpoint per partner, and an acknowledgement."""

    def __init__(self, acknowledgement: httpx.Response | None = None) -> None:
        self.acknowledgement = acknowledgement or httpx.Response(200, json={"status": True})
        self.paths: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.paths.append(request.url.path)
        if request.url.path == "/v1/courier-endpoints":
            return httpx.Response(201, json=ENDPOINT | {"id": "ce_1"})
        return self.acknowledgement

    def admin(self) -> ApiClient:
        http = httpx.Client(transport=httpx.MockTransport(self))
        return ApiClient("the admin", {"order-svc": "http://orders.test"}, "a token", http)


def test_the_endpoint_of_a_partner_is_created_once_and_kept(tmp_path: Path) -> None:
    orders, scan = Orders(), couriers.Scan("7300123456789", "delivered", NOW)

    first = couriers.push(orders.admin(), "zto", scan, tmp_path)
    couriers.push(orders.admin(), "zto", scan, tmp_path)

    assert json.loads(first) == {"status": True}
    assert orders.paths == ["/v1/courier-endpoints", ENDPOINT["path"], ENDPOINT["path"]]
    assert json.loads((tmp_path / "couriers.json").read_text()) == {"zto": ENDPOINT}
    assert stat.S_IMODE((tmp_path / "couriers.json").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "acknowledgement",
    [
        httpx.Response(401, text="no"),
        httpx.Response(202, json={"status": True}),
        httpx.Response(200, text='{"status": false}'),
        httpx.Response(200, text='{"statusCode":"1","status":false}'),
    ],
    ids=str,
)
def test_a_push_that_is_not_acknowledged_is_an_error(acknowledgement: httpx.Response) -> None:
    admin = Orders(acknowledgement).admin()

    with pytest.raises(UnexpectedResponse, match="order-svc refused the push"):
        couriers.deliver(admin, ENDPOINT["path"], couriers.Request(b"", {}))


@pytest.mark.parametrize("text", ["", "OK", "[]", '{"status": "accepted"}', '{"message": "\\"status\\": false"}'])
def test_any_other_body_with_200_is_an_acknowledgement(text: str) -> None:
    admin = Orders(httpx.Response(200, text=text)).admin()

    assert couriers.deliver(admin, ENDPOINT["path"], couriers.Request(b"", {})).text == text


def test_the_same_push_may_be_posted_again() -> None:
    """Couriers repeat pushes: body, message id and signature of the second are those of the first."""
    seen: list[httpx.Request] = []

    def order_svc(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"status": "accepted"})

    http = httpx.Client(transport=httpx.MockTransport(order_svc))
    admin = ApiClient("the admin", {"order-svc": "http://orders.test"}, "a token", http)
    secret = COURIERS["standard-webhooks"].new_secret()
    push = couriers.PARTNERS["standard-webhooks"](couriers.Scan("SF1", "delivered", NOW, "sf"), secret)
    for _ in range(2):
        couriers.deliver(admin, "/v1/courier-webhooks/standard-webhooks/ce_1", push)

    first, second = seen
    assert first.content == second.content
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        assert first.headers[name] == second.headers[name]
    assert "authorization" not in first.headers, "a push is verified by its signature"


def test_the_command_needs_a_running_stack(aftercare: Callable[..., Any]) -> None:
    assert "no stack is running here" in aftercare(*PUSH).error()


def test_the_command_reports_an_order_svc_that_does_not_answer(
    home: Path, aftercare: Callable[..., Any], running: Callable[..., Any]
) -> None:
    running(services={"order-svc": f"http://127.0.0.1:{ports.choose()}"})
    (home / "couriers.json").write_text(json.dumps({"zto": ENDPOINT}))

    assert "order-svc does not answer the push: ConnectError" in aftercare(*PUSH).error()


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [("--waybill", "运单", "Must be a waybill number"), ("--partner", "pony", "must be one of aftership")],
)
def test_a_wrong_option_is_a_usage_error(aftercare: Callable[..., Any], option: str, value: str, message: str) -> None:
    arguments = [value if PUSH[number - 1] == option else word for number, word in enumerate(PUSH)]

    result = aftercare(*arguments)

    assert result.code == 2
    assert message in result.stderr


def test_the_partners_are_listed(aftercare: Callable[..., Any]) -> None:
    assert aftercare("courier", "partners").stdout.split() == list(couriers.PARTNERS)


SIMULATE = ("courier", "simulate", "--partner", "zto", "--waybill", "7300123456789")


def test_a_simulation_posts_a_life_in_the_format_of_the_partner(
    home: Path, aftercare: Callable[..., Any], running: Callable[..., Any], courier_server: "CourierServer"
) -> None:
    running(services={"order-svc": courier_server.url})
    (home / "couriers.json").write_text(json.dumps({"zto": ENDPOINT}))

    result = aftercare(*SIMULATE, "--life", "refused", "--shuffled", "--twice", "1", "--fault", "bad_signature")

    assert result.code == 0, result.stderr
    assert "14 acknowledged, 1 given up, 18 posts" in result.stdout
    assert set(courier_server.paths) == {ENDPOINT["path"]}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--life", "eternal"), "must be one of delivered"),
        (("--fault", "bad_luck"), "must be one of bad_signature"),
        (("--twice", "2"), "less than or equal to 1"),
    ],
)
def test_a_simulation_of_something_unknown_is_a_usage_error(
    aftercare: Callable[..., Any], options: tuple[str, str], message: str
) -> None:
    result = aftercare(*SIMULATE, *options)
    assert result.code == 2
    assert message in result.stderr


class CourierServer:
    """order-svc on a port of its own, as far as 中通 needs it: a push with a valid digest is acknowledged."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.paths.append(self.path)
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                wrong = COURIERS["zto"].verify(raw, {}, [ENDPOINT["secret"]], NOW)
                body = json.dumps({"status": wrong is None}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def courier_server() -> Iterator[CourierServer]:
    found = CourierServer()
    thread = Thread(target=found.server.serve_forever, daemon=True)
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join(10)
