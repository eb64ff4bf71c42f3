"""`aftercare events`: what the log holds, as lines and as JSON, and refusals in one line."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from aftercare_chassis.ids import Uuid7Ids
from aftercare_chassis.kafka import clients, topics
from aftercare_cli.events.filter import Wanted
from aftercare_cli.stack.interface import Addresses, StackError
from aftercare_cli.stack.layout import SERVICES
from aftercare_events import Envelope, OrderCancelled, codec


def cancelled(order: str) -> Envelope:
    who = {"affected_party": "buyer-1", "applicant": "buyer-1", "handler": "buyer-1", "result": "cancelled"}
    fields = {
        **who,
        "time": datetime.now(UTC),
        "order_id": order,
        "buyer_id": "b",
        "merchant_id": "m",
        "cause": "buyer",
    }
    event = OrderCancelled.model_validate(fields)
    return Envelope.of(event, id=Uuid7Ids().uuid7(), source="/order-svc", sequence=1, correlation_id="c")


def aftercare(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    script = Path(sys.executable).parent / "aftercare"
    env = {**os.environ, "AFTERCARE_HOME": str(home)}
    return subprocess.run([script, "events", *words], env=env, capture_output=True, text=True, timeout=60)


@pytest.fixture
def home(tmp_path: Path, kafka_bootstrap: str) -> Path:
    databases = {service.name: "postgresql://nobody@127.0.0.1:9/none" for service in SERVICES}
    Addresses("embedded", {}, "", kafka_bootstrap, databases).write(tmp_path / "stack.json")
    return tmp_path


async def test_tail_shows_the_wanted_events(home: Path, kafka_bootstrap: str) -> None:
    await topics.create(kafka_bootstrap, replication=1, min_isr=1, partitions=None, retention_ms=-1)
    order = f"ord_{uuid4().hex}"
    producer = clients.producer(kafka_bootstrap, "test")
    await producer.start()
    for each in (cancelled(f"{order}_other"), cancelled(order)):
        key, value, headers = codec.encode(each)
        await producer.send_and_wait(each.topic, value, key=key, headers=headers)
    await producer.stop()

    words = (
        "tail",
        "--from-beginning",
        "--topic",
        "orders",
        "--type",
        "OrderCancelled",
        "--order",
        order,
        "--count",
        "1",
    )
    told = json.loads(aftercare(home, *words, "--json").stdout)
    assert (told["subject"], told["sequence"], told["data"]["cause"]) == (order, 1, "buyer")
    line = aftercare(home, *words).stdout
    assert "OrderCancelled.v1" in line
    assert f"{order} #1 buyer-1 → cancelled" in line


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("tail", "--topic", "nothing"), "there is no topic nothing"),
        (("tail", "--type", "OrderEaten"), "there is no event OrderEaten"),
        (("parked", "list", "--service", "moon-svc"), "there is no service moon-svc"),
    ],
)
def test_a_wrong_word_is_refused_in_one_line(home: Path, words: tuple[str, ...], said: str) -> None:
    result = aftercare(home, *words)
    assert result.returncode == 1
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_without_a_stack_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    for words in (("tail",), ("check",), ("parked", "list", "--service", "cs-svc")):
        result = aftercare(tmp_path, *words)
        assert result.returncode == 1
        assert "no stack is running here" in result.stderr


def test_an_unknown_topic_names_those_there_are() -> None:
    with pytest.raises(StackError, match="cases"):
        Wanted(topic="case").topics()
    assert Wanted(topic="cases").topics() == Wanted(topic="aftercare.cases.v1").topics()
