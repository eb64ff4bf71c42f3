"""Logs: one JSON object a line, with the trace, and without personal data."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from aftercare_chassis.observability import logs, tracing


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    structlog.reset_defaults()
    root.handlers[:], root.level = before


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


def test_lines_have_the_id_of_the_trace(lines: Any) -> None:
    logs.configure("test-svc")
    with tracing.span("work") as context:
        structlog.get_logger().info("inside")
    structlog.get_logger().info("outside")
    inside, outside = lines()
    assert inside["trace_id"] == context.trace_id
    assert "trace_id" not in outside
