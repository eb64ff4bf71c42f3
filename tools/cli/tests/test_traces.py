"""`aftercare trace`: events below their causes, with times and services; errors in one line."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from aftercare_cli.events import causes
from aftercare_cli.stack.interface import Addresses

TRACE = "0af7651916cd43dd8448eb211c80319c"
Command = Callable[..., Any]  # Any: what a command returns is a class of conftest.py


def event(number: int, type: str, source: str, time: str, cause: int | None = None) -> dict[str, Any]:
    """An event as analytics-svc writes it."""
    return {
        "event_id": uuid(number),
        "event_type": f"{type}.v1",
        "source": f"/{source}",
        "subject": f"ord_{number}",
        "sequence": number,
        "time": f"2026-03-01T10:00:{time}Z",
        "handler": "system" if cause else "buyer-1",
        "result": "done",
        "caused_by": None if cause is None else uuid(cause),
    }


def uuid(number: int) -> str:
    return f"00000000-0000-0000-0000-{number:012}"


EVENTS = [
    event(1, "OrderPaid", "order-svc", "00.000"),
    event(2, "AfterSaleRequested", "aftersale-svc", "05.000"),
    event(3, "RefundSubmitted", "order-svc", "05.045", cause=2),
    event(4, "RefundSucceeded", "order-svc", "07.500", cause=3),
    event(5, "ComplaintOpened", "cs-svc", "08.000", cause=2),
]


@pytest.fixture
def analytics(running: Callable[..., Addresses]) -> Iterator[list[dict[str, str]]]:
    """A running stack whose analytics-svc knows ord_1 and TRACE; yields what it is asked."""
    asked: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(dict(parse_qsl(urlsplit(self.path).query)))
            known = asked[-1] in ({"order_id": "ord_1"}, {"trace_id": TRACE})
            body = {"data": EVENTS, "complete": False, "truncated": False} if known else {"code": "not_found"}
            self.send_response(200 if known else 404)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    running(services={"analytics-svc": f"http://127.0.0.1:{server.server_port}"})
    yield asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_each_event_is_below_its_cause(analytics: object, aftercare: Command) -> None:
    lines = aftercare("trace", "ord_1").stdout.splitlines()
    assert [line.partition("10:00:")[2] for line in lines[:-1]] == [
        "00.000 OrderPaid.v1 ord_1 #1 buyer-1 → done order-svc",
        "05.000 AfterSaleRequested.v1 ord_2 #2 buyer-1 → done aftersale-svc",
        "05.045 ├─ RefundSubmitted.v1 ord_3 #3 system → done +45 ms order-svc",
        "07.500 │  └─ RefundSucceeded.v1 ord_4 #4 system → done +2.5 s order-svc",
        "08.000 └─ ComplaintOpened.v1 ord_5 #5 system → done +3.0 s cs-svc",
    ]
    assert lines[-1].startswith("5 events of aftersale-svc, cs-svc, order-svc in 8.0 s · incomplete: ")


def test_the_tree_as_json(analytics: object, aftercare: Command) -> None:
    tree = json.loads(aftercare("trace", "ord_1", "--json").stdout)
    assert (tree["complete"], tree["truncated"]) == (False, False)
    paid, requested = tree["events"]
    assert (paid["event_type"], paid["effects"]) == ("OrderPaid.v1", [])
    assert "seconds_after_cause" not in requested
    submitted, complained = requested["effects"]
    assert (submitted["seconds_after_cause"], complained["event_id"]) == (0.045, uuid(5))
    assert [each["event_type"] for each in submitted["effects"]] == ["RefundSucceeded.v1"]


@pytest.mark.parametrize("id", [TRACE, f"00-{TRACE}-b7ad6b7169203331-01"])
def test_a_trace_is_found_by_its_id_or_its_header(analytics: list[dict[str, str]], aftercare: Command, id: str) -> None:
    assert "OrderPaid" in aftercare("trace", id).stdout
    assert analytics == [{"trace_id": TRACE}]


@pytest.mark.parametrize(
    ("id", "message"),
    [
        ("ord_9", "analytics-svc has no events of the order ord_9"),
        ("case_1", "analytics-svc has no events of the case case_1"),
        (uuid(9), f"analytics-svc has no events of the event {uuid(9)}"),
        ("e" * 32, "A request that only reads has none."),
        ("nothing", "nothing is not an order (ord_…), a case (case_…)"),
    ],
)
def test_an_unknown_id_is_one_line_on_stderr(analytics: object, aftercare: Command, id: str, message: str) -> None:
    assert message in aftercare("trace", id).error()


def test_without_a_stack_there_is_no_trace(aftercare: Command) -> None:
    assert "no stack is running here" in aftercare("trace", "ord_1").error()


def test_a_service_that_is_down_is_named(running: Callable[..., Addresses], aftercare: Command) -> None:
    running(services={"analytics-svc": "http://127.0.0.1:9"})
    assert "analytics-svc does not answer" in aftercare("trace", "ord_1").error()


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0124, "12 ms"), (1.24, "1.2 s"), (240, "4 min"), (7200, "2 h"), (72 * 3600, "3 d")]
)
def test_durations_have_the_largest_unit_of_which_there_are_some(seconds: float, text: str) -> None:
    assert causes.duration(seconds) == text
