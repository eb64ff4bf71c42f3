"""Rates, costs and ratios of measurements, and the CPU time of processes."""

import subprocess
import sys

import psutil
import pytest
from measurement import Comparison, Measurement, timed
from wrk import cpu_seconds, need_wrk, tree_seconds

BUSY = "import time\nend = time.process_time() + {seconds}\nwhile time.process_time() < end: pass\n"


def measured(events: int, seconds: float, here: float) -> Measurement:
    return Measurement(events, seconds, here, here / 2)


def test_rates_and_costs_are_per_event() -> None:
    one = measured(events=1000, seconds=2.0, here=0.05)

    assert (one.per_second, one.here_us, one.postgres_us) == (500, 50, 25)
    assert str(one) == "500/s (50 + 25 µs)"


def test_a_ratio_is_our_part_of_the_raw_limit() -> None:
    ours = [measured(1000, seconds, here) for seconds, here in ((2.0, 0.2), (4.0, 0.4), (1.0, 0.1))]
    raw = [measured(1000, seconds, here) for seconds, here in ((1.0, 0.1), (1.0, 0.1), (1.0, 0.1))]
    compared = Comparison(ours, raw)

    assert compared.median("ours", "per_second") == 500
    assert compared.ratio("per_second") == 0.5
    assert compared.ratio("here_us") == 0.5
    assert compared.typical("ours").here == 0.2


def test_a_block_is_timed_with_its_cpu() -> None:
    with timed(psutil.Process(), 10) as found:
        exec(BUSY.format(seconds=0.05))

    assert found.events == 10
    assert found.seconds >= found.here * 0.9 >= 0.04
    assert found.postgres >= 0.04


def test_cpu_of_children_counts_also_when_they_have_ended() -> None:
    before = tree_seconds(psutil.Process())
    subprocess.run([sys.executable, "-c", BUSY.format(seconds=0.2)], check=True)

    assert tree_seconds(psutil.Process()) - before >= 0.2
    assert cpu_seconds(psutil.Process()) > 0


def test_a_missing_wrk_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(SystemExit, match="the load client wrk is missing; get it with: apt-get install wrk"):
        need_wrk()
