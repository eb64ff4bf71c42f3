"""The parsing of samples and of the log of PostgreSQL, and the tables of a profile."""

from collections import Counter

import function_samples
import profile_page
import pytest
from aftercare_cli.stack.layout import SERVICES
from function_samples import Samples
from process_usage import NAMES
from server_log import Statements
from suite_counters import Activity
from suite_profile import Found, Loaded, parse_rates

TASK = "run (aftercare_chassis/jobs/background.py)"
START = "<module> (order-svc);run (aftercare_chassis/processes.py);Runner.run (asyncio/runners.py)"
RAW = f"""\
{START} 5
{START};{TASK};run (aftercare_chassis/relay/relay.py:70);send (aiokafka/producer/producer.py:12);dumps (json/__init__.py) 3
{START};{TASK};_handle (aftercare_chassis/consumer/consumer.py);handle (order_svc/projections.py);one (aftercare_chassis/database/transaction.py);encode (ssl.py) 2
{START};{TASK};_step (aftercare_chassis/jobs/workers.py);look (order_svc/workers/calls.py) 2
{START};_fetch (aiokafka/consumer/fetcher.py) 4
_bootstrap (threading.py);work (aftercare_chassis/observability.py) 1
"""
LOGGED = """\
bench-statement aftercare_order LOG:  duration: 0.250 ms  statement: BEGIN; SELECT 1 WHERE 'a' = 'b'
bench-statement aftercare_order LOG:  duration: 1.500 ms  parse __asyncpg_stmt_1__:\x20
\tINSERT INTO outbox (event_id)
\tVALUES ($1)
bench-statement aftercare_order LOG:  duration: 0.030 ms  bind __asyncpg_stmt_1__: INSERT INTO outbox (event_id) VALUES ($1)
bench-statement aftercare_order LOG:  duration: 0.020 ms  execute __asyncpg_stmt_1__: INSERT INTO outbox (event_id) VALUES ($1)
bench-statement aftercare_order DETAIL:  Parameters: none
bench-statement aftercare_cs LOG:  duration: 0.900 ms  execute __asyncpg_stmt_7__: COMMIT
bench-statement aftercare_order LOG:  duration: 0.400 ms  execute <unnamed>: INSERT INTO outbox (event_id) VALUES ($1)
"""
INSERT = ("aftercare_order", "INSERT INTO outbox (event_id) VALUES ($1)")


def test_samples_are_counted_by_part_module_package_and_function() -> None:
    found = function_samples.parse(RAW)

    assert found.total == 17
    assert found.parts == {
        "(event loop)": 5,
        "relay": 3,
        "consumer": 2,
        "jobs": 2,
        "(aiokafka/consumer/fetcher)": 4,
        "(threading)": 1,
    }
    assert found.modules == {
        "(event loop)": 5,
        "aftercare_chassis/relay/relay": 3,
        "aftercare_chassis/database/transaction": 2,
        "order_svc/workers/calls": 2,
        "(aiokafka/consumer/fetcher)": 4,
        "aftercare_chassis/observability": 1,
    }
    assert found.packages == {"asyncio": 5, "json": 3, "ssl": 2, "aiokafka": 4, "aftercare_chassis": 1, "order_svc": 2}
    assert found.functions["dumps (json/__init__.py)"] == 3


def test_a_process_that_only_waits_has_no_samples() -> None:
    assert function_samples.parse("").total == 0


def test_statements_are_counted_once_and_have_the_time_of_all_steps() -> None:
    found = Statements()
    found.add(LOGGED)

    assert found.counts == {
        ("aftercare_order", "BEGIN; SELECT 1 WHERE ? = ?"): 1,
        INSERT: 2,
        ("aftercare_cs", "COMMIT"): 1,
    }
    assert found.ms[INSERT] == pytest.approx(1.95)
    assert found.ms["aftercare_cs", "COMMIT"] == 0.9


def profiled() -> str:
    names = [service.name for service in SERVICES]
    rest = Activity(
        cpu_ms=dict.fromkeys(NAMES, 4.0),
        commits=dict.fromkeys(names, 1.0),
        statements={("cs-svc", "SELECT 1"): 2.5},
        statement_ms={("cs-svc", "SELECT 1"): 0.5},
        requests={"Fetch": 10.0},
    )
    case = Activity(
        cpu_ms=dict.fromkeys(NAMES, 1.5),
        commits=dict.fromkeys(names, 3.0),
        statements={("cs-svc", "SELECT a || b"): 6.0},
        statement_ms={("cs-svc", "SELECT a || b"): 8.0},
        requests={"Produce": 3.0, "ApiVersions": 0.001},
    )
    some = Samples(functions=Counter(f=3, g=1), packages=Counter(json=4), parts=Counter({"(aiokafka)": 4}))
    loads = [
        Loaded(rate=30, done=30.0, events=2.0, case=case, samples=dict.fromkeys(names, some)),
        Loaded(rate=150, done=121.3, events=2.0, case=case, samples=dict.fromkeys(names, Samples())),
    ]
    return profile_page.section(Found(wakeups={"kafka": 300.0}, rest=rest, loads=loads, seconds=20))


def test_a_profile_has_figures_per_case_and_per_event_at_each_rate() -> None:
    text = profiled()

    assert "30 of 30 cases a second were done, 121 of 150 cases a second were done" in text
    assert "| **all** | 40.0 | 15.00 | 15.00 |" in text
    assert "| cs-svc | 1.00 | 2.50 | 1.50 | 3.00 | 4.00 | 1.50 | 3.00 | 4.00 |" in text
    assert "| **all** | 5.00 | 2.50 | 7.50 | 3.00 | 4.00 | 7.50 | 3.00 | 4.00 |" in text
    assert "| Fetch | 10.00 | 0.00 | 0.00 |" in text
    assert "| Produce | 0.00 | 1.50 | 1.50 |" in text
    assert "ApiVersions" not in text
    assert "| 6.00 | 8.00 | cs-svc | `SELECT a \\|\\| b` |" in text


def test_a_profile_has_the_share_of_each_function_also_of_a_service_without_samples() -> None:
    text = profiled()

    assert "| kb-svc, % | 30/s | 150/s |" in text
    assert "| samples | 4 | 0 |" in text
    assert "| `f` | 75 | 0 |" in text
    assert "| `(aiokafka)` | 100 | 0 |" in text


def test_rates_are_whole_numbers_above_0() -> None:
    assert parse_rates("30,70,150") == (30, 70, 150)
    for wrong in ("30,", "0", "-5", "1.5"):
        with pytest.raises(ValueError, match=r".*"):
            parse_rates(wrong)
