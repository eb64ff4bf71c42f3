"""The arithmetic of the suite's figures, the parsing of counters, and the bodies of new cases."""

import json
import random
import threading
from itertools import islice, repeat
from pathlib import Path

import kafka_requests
import knowledge
import psutil
import pytest
from aiokafka import TopicPartition
from case_cost import Cost, Costs, cost_ms
from orders import Body, Orders, unknown_orders
from process_usage import parse_switches, per_second, wakeups
from quiet import behind
from suite_counters import each, growth
from suite_rest import Rest

STATUS = "Name:\tkafka\nThreads:\t4\nvoluntary_ctxt_switches:\t1520\nnonvoluntary_ctxt_switches:\t7\n"


def test_a_cost_leaves_out_what_the_same_time_costs_at_rest() -> None:
    before, after = {"order-svc": 1.0, "kafka": 5.0}, {"order-svc": 1.5, "kafka": 5.3}

    found = cost_ms(before, after, {"kafka": 0.02}, seconds=5, times=100)

    assert found == pytest.approx({"order-svc": 5.0, "kafka": 2.0})


def test_costs_are_medians_of_totals_and_their_ratios() -> None:
    suite = [Cost(per_second=rate, ms={"order-svc": ms, "kafka": 1.0}) for rate, ms in ((200, 3), (250, 2), (100, 5))]
    bare = [Cost(per_second=1000, ms={"bare": 0.5, "postgres": 0.3})] * 3
    costs = Costs(suite, bare)

    assert costs.median_ms("suite", "order-svc") == 3
    assert costs.times == pytest.approx(4 / 0.8)
    assert costs.rate == 0.2


def test_the_worst_service_is_neither_a_server_nor_the_simulator() -> None:
    rest = Rest(cpu={"order-svc": 0.004, "cs-svc": 0.006, "kafka": 0.02, "payment-simulator": 0.01}, broker_alone=0.01)

    name, percent = rest.worst
    assert (name, round(percent, 3)) == ("cs-svc", 0.6)
    assert rest.percent == pytest.approx(4.0)


def test_counters_grow_per_second() -> None:
    assert per_second({"kafka": 100}, {"kafka": 160, "cs-svc": 30}, 30) == {"kafka": 2.0, "cs-svc": 1.0}
    assert growth({"Fetch": 5}, {"Fetch": 9, "Produce": 3}) == {"Fetch": 4, "Produce": 3}
    assert each({"Fetch": 40, "Produce": 20}, 10, {"Fetch": 2.0}, seconds=10) == {"Fetch": 2.0, "Produce": 2.0}


def test_wakeups_count_those_of_all_threads() -> None:
    wait, end = threading.Event(), threading.Event()

    def wake_up_often() -> None:
        for _ in range(50):
            wait.wait(0.001)
        end.wait()

    before = wakeups(psutil.Process())
    thread = threading.Thread(target=wake_up_often)
    thread.start()
    try:
        while wakeups(psutil.Process()) - before < 50:
            assert thread.is_alive()
    finally:
        end.set()
        thread.join()
    assert parse_switches(STATUS) == 1520


def test_requests_of_all_versions_are_one_type() -> None:
    assert kafka_requests.parse("Fetch 120\nFetchConsumer 123\nProduce 7\nFetch 3\n") == {"Fetch": 123, "Produce": 7}


def test_a_consumer_is_behind_by_what_it_has_not_handled() -> None:
    here, there = TopicPartition("orders", 0), TopicPartition("orders", 1)

    assert behind({here: 7, there: 5}, {here: 10, there: 5}) == 3


async def test_orders_are_made_when_they_are_missing_and_used_once(tmp_path: Path) -> None:
    made: list[range] = []

    async def make(numbers: range) -> list[Body]:
        made.append(numbers)
        return await unknown_orders(numbers)

    class WithoutBaseline(Orders):
        async def _insert(self, order_ids: list[str]) -> None: ...

    orders = WithoutBaseline(make, "", tmp_path / "cases.jsonl")

    assert await orders.take(3) == 0
    orders.used(2)
    assert await orders.take(3) == 2
    assert made == [range(3), range(3, 5)]
    assert [json.loads(line)["order_id"] for line in islice(orders.read(2), 2)] == [
        "ord_bench0000002",
        "ord_bench0000003",
    ]


def test_articles_are_the_same_in_every_run_and_have_slugs_of_their_own() -> None:
    some, again = (list(islice(knowledge.articles(random.Random(7)), 40)) for _ in repeat(None, 2))

    assert some == again
    assert len({article["slug"] for article in some}) == 40
    assert {article["language"] for article in some} == {"en", "zh-CN"}
    assert all(0 < len(article["title"]) <= 200 and len(article["body"]) > 200 for article in some)


def test_searches_ask_for_ten_hits_each() -> None:
    paths = knowledge.searches()

    assert len(paths) > 50
    assert all(path.startswith("/v1/search?q=") and path.endswith("&limit=10") for path in paths)
