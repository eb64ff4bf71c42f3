"""The section about commands, from figures."""

from datetime import UTC, datetime
from pathlib import Path

import psutil
from busy_commands import Average
from commands import Cost, section
from cpu_meter import passed, scheduled_ms
from options import Took
from shifted_service import SECONDS, SharedClock

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_the_dearest_command_is_first_and_what_is_above_the_limit_is_marked() -> None:
    costs = {
        "cancelCase": Cost(5, service=[1.0, 1.2, 9.0], postgres=[0.5, 0.6, 0.7]),
        "giveVerdict": Cost(9, service=[2.6, 2.6], postgres=[1.0, 2.0]),
    }
    text = section(costs, [], [])
    first, second = (line for line in text.splitlines() if "Case |" in line or "Verdict |" in line)
    assert first == "| giveVerdict | 2 | **2.60** | 1.50 | 9 |"
    assert second == "| cancelCase | 3 | 1.20 | 0.60 | 5 |"


def test_commands_of_many_connections_have_a_table_of_their_own() -> None:
    text = section({}, [Average("approveCase", 2.51, 1.25), Average("shipCase", 1.5, 1.0)], [])
    assert "| approveCase | **2.51** | 1.25 |" in text
    assert "| shipCase | 1.50 | 1.00 |" in text


def test_what_a_request_costs_more_that_comes_alone_is_compared_with_a_bare_one() -> None:
    costs = {
        "shipCase": Cost(8, [3.0], [2.0]),
        "a bare request": Cost(4, [1.5], [1.0]),
        "takeCase": Cost(4, [9.0], [9.0]),
    }
    text = section(costs, [Average("shipCase", 1.0, 1.0), Average("a bare request", 0.5, 0.5)], [])
    assert "Alone, these commands take 3.0 × the CPU" in text
    assert "3.0 × that of its process" in text


def test_the_options_have_a_row_for_each_size_of_an_order() -> None:
    text = section({}, [], [Took(3, [0.004] * 100), Took(100, [0.015] * 100)])
    assert "| 3 | 4.0 | **4.0** |" in text
    assert "| 100 | 15.0 | **15.0** |" in text


def test_the_cpu_of_a_process_is_that_of_its_threads() -> None:
    before = scheduled_ms([psutil.Process()])
    assert sum(range(2_000_000)) > 0
    assert 1 < passed(before, scheduled_ms([psutil.Process()])) < 10_000


def test_a_process_that_has_ended_is_left_out() -> None:
    assert passed({1: 5.0, 2: 7.0}, {1: 6.5, 3: 1.0}) == 2.5


def test_a_clock_that_was_set_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.write_bytes(bytes(SECONDS.size))
    SharedClock(file).set(AT)
    assert SharedClock(file).now() == AT
