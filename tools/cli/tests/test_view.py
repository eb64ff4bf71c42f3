"""What the commands print."""

from collections.abc import Callable
from io import StringIO

import pytest
from aftercare_cli import view
from aftercare_cli.demo.output import format_money, print_record, print_section, print_step
from aftercare_cli.stack.interface import Addresses, ComponentStatus, step
from rich.console import Console


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """A console that is a file; returns what was printed so far."""
    return _replace_console(monkeypatch, terminal=False)


def _replace_console(monkeypatch: pytest.MonkeyPatch, *, terminal: bool) -> Callable[[], str]:
    file = StringIO()
    console = Console(file=file, force_terminal=terminal, highlight=False, width=130, no_color=True)
    monkeypatch.setattr(view, "console", console)
    for module in ("aftercare_cli.demo.output.console",):
        monkeypatch.setattr(module, console)
    return file.getvalue


def test_progress_without_a_terminal_is_a_line_per_begin_and_end(plain: Callable[[], str]) -> None:
    with view.progress() as progress, step(progress, "kafka", "starting", "ready"):
        pass

    first, second = plain().splitlines()
    assert first == "  · kafka: starting"
    assert second.startswith("  ✓ kafka  ready · 0.")


def test_progress_on_a_terminal_shows_what_is_running(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = _replace_console(monkeypatch, terminal=True)

    with view.progress() as progress:
        assert progress._status is not None
        progress.begin("kafka", "starting")
        progress.begin("postgres", "starting")
        assert progress._status.status == "kafka: starting · postgres: starting"
        progress.done("kafka", "ready")
        assert progress._status.status == "postgres: starting"
        progress.done("postgres", "ready")
        assert progress._status.status == "…"

    assert "✓ kafka" in printed()
    assert "✓ postgres" in printed()


def test_a_step_that_fails_has_no_end(plain: Callable[[], str]) -> None:
    with (
        pytest.raises(ValueError, match="full"),
        view.progress() as progress,
        step(progress, "disk", "writing", "written"),
    ):
        raise ValueError("full")

    assert plain().splitlines() == ["  · disk: writing"]


def test_components_are_lines_of_name_state_and_detail(plain: Callable[[], str]) -> None:
    view.components([ComponentStatus("kafka", "up", "127.0.0.1:9"), ComponentStatus("cs-svc", "broken", "ended")])

    assert [line.split() for line in plain().splitlines()] == [
        ["kafka", "up", "127.0.0.1:9"],
        ["cs-svc", "broken", "ended"],
    ]


def test_next_steps_are_lines_to_copy(plain: Callable[[], str]) -> None:
    found = Addresses(
        "embedded", {"order-svc": "http://127.0.0.1:8001"}, "http://127.0.0.1:8009", "127.0.0.1:9", {}, {}
    )
    url, token = "http://127.0.0.1:8001/v1/orders/ord_1", "x" * 300

    view.next_steps(found, [url], token)

    lines = plain().splitlines()
    assert f"TOKEN={token}" in lines
    assert f'curl -s -H "Authorization: Bearer $TOKEN" {url}' in lines
    assert any("payment-simulator" in line and "http://127.0.0.1:8009" in line for line in lines)


def test_an_error_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    view.error("it failed")

    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "✗ it failed\n")


@pytest.mark.parametrize(("minor", "text"), [(29500, "CNY 295.00"), (5, "CNY 0.05"), (100, "CNY 1.00")])
def test_money_has_two_decimals(minor: int, text: str) -> None:
    assert format_money({"amount": minor, "currency": "CNY"}) == text


def test_steps_of_the_demo_are_printed_as_they_are(plain: Callable[[], str]) -> None:
    print_section("1 · An order")
    print_step("the [shop]", "ships [two]", "shipped")
    print_step("the shop", "waits")

    assert "1 · An order" in plain()
    assert "  the [shop] ships [two]  → shipped" in plain()
    assert plain().endswith("  the shop waits\n")


def test_the_record_is_a_row_per_event(plain: Callable[[], str]) -> None:
    names = ("affected_party", "applicant", "handler", "result")
    entry = {name: name for name in names} | {"time": "2026-03-04T05:06:07.890Z", "source": "/order-svc"}

    print_record([entry | {"event_type": "OrderPaid.v1"}, entry | {"event_type": "OrderShipped.v1"}])

    header, first, second = plain().splitlines()
    assert header.split() == ["time", "service", "event", "affected", "applicant", "handler", "result"]
    assert first.split() == ["05:06:07.890", "order", "OrderPaid", *names]
    assert "OrderShipped" in second
