"""The section of the page about live conversations."""

from live import Busy, Idle, section


def test_the_section_has_memory_cpu_and_latencies() -> None:
    busy = {10: Busy(latencies=[1.0, 2.0, 3.0], cpu_ms=4.125), 100: Busy(latencies=[5.0] * 4, cpu_ms=3.5)}
    text = section(Idle(socket_kib=15.04, cpu_ms=34.0), busy)
    rows = [line.strip("| ").rpartition(" | ")[2] for line in text.splitlines() if line.startswith("| ")][1:]
    assert rows == ["**15.0**", "34.0", "2.0 · **2.9** · 3.0", "4.12", "5.0 · **5.0** · 5.0", "3.50"]
