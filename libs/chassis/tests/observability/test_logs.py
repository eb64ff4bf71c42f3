"""Logs: one JSON object a line, with the trace, and without personal data."""

import asyncio
import gc
import json
import logging
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from aftercare_chassis.observability import logs, tracing


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    structlog.reset_defaults()
    root.handlers[:], root.level = before
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks


def test_of_an_unlisted_field_only_the_type_is_logged(lines: Any) -> None:
    logs.configure("test-svc")
    structlog.get_logger().info("saved", phone="13800000000", name_of="王芳", case_id="case_1", count=3, body={"a": 1})
    [line] = lines()
    assert (line["event"], line["service"], line["level"]) == ("saved", "test-svc", "info")
    assert (line["phone"], line["name_of"], line["body"]) == ("<str>", "<str>", "<dict>")
    assert (line["case_id"], line["count"]) == ("case_1", 3)


def test_a_service_registers_log_fields_of_its_own(lines: Any) -> None:
    logs.configure("test-svc", fields=("partner",))
    structlog.get_logger().info("pushed", partner="sf-express", verdict="unknown")
    [line] = lines()
    assert (line["partner"], line["verdict"]) == ("sf-express", "<str>")


def test_an_exception_is_logged_with_its_place_and_without_its_message(lines: Any) -> None:
    logs.configure("test-svc")
    try:
        raise ValueError("王芳 13800000000")
    except ValueError:
        structlog.get_logger().exception("failed")
        logging.getLogger("somelib").exception("failed for %s", "王芳")
    ours, theirs = lines()
    assert ours["error"] == theirs["error"] == "ValueError"
    assert "test_an_exception_is_logged_with_its_place_and_without_its_message" in ours["where"]
    assert "王芳" not in json.dumps([ours, theirs], ensure_ascii=False)
    assert "13800000000" not in json.dumps([ours, theirs])


def test_lines_have_the_ids_of_their_trace_and_span(lines: Any) -> None:
    logs.configure("test-svc")
    with tracing.span("work") as span:
        structlog.get_logger().info("inside")
    structlog.get_logger().info("outside")
    inside, outside = lines()
    assert (inside["trace_id"], inside["span_id"]) == (span.context.trace_id, span.context.span_id)
    assert not {"trace_id", "span_id"} & outside.keys()


def test_of_a_message_that_a_library_composed_only_the_place_is_logged(lines: Any) -> None:
    logs.configure("test-svc")
    logging.getLogger("somelib").warning("nothing to read")
    logging.getLogger("somelib").warning("%s has called", "王芳")
    logging.getLogger("somelib").warning(f"{'王' + '芳'} has called")
    literal, template, composed = lines()
    assert (literal["event"], template["event"]) == ("nothing to read", "%s has called")
    assert (composed["event"], composed["level"]) == ("composed_message", "warning")
    assert composed["where"].startswith("test_logs.py:")
    assert "王芳" not in json.dumps([literal, template, composed], ensure_ascii=False)


async def test_a_failed_task_that_nothing_awaits_is_logged_without_its_message(lines: Any) -> None:
    logs.configure("test-svc")

    async def fail() -> None:
        raise ValueError("王芳 13800000000")

    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    del task
    gc.collect()
    [line] = lines()
    assert (line["logger"], line["error"]) == ("asyncio", "ValueError")
    assert "13800000000" not in json.dumps(line)


def test_what_nothing_catches_is_one_line_without_its_message(lines: Any, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("test-svc")

    def fail() -> None:
        raise ValueError("王芳 13800000000")

    class Broken:
        def __del__(self) -> None:
            fail()

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    Broken()
    try:
        fail()
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    printed = capsys.readouterr()
    found = [json.loads(line) for line in printed.out.splitlines()]
    assert [(each["event"], each["level"], each["error"]) for each in found] == [
        ("uncaught_exception", "critical", "ValueError")
    ] * 3
    assert all("fail" in each["where"] for each in found)
    assert "13800000000" not in printed.out + printed.err
