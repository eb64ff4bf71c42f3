"""`aftercare events`: filters, output as lines and as JSON, and errors in one line."""

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
from aftercare_cli.events.filter import EventFilter
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


def aftercare(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    script = Path(sys.executable).parent / "aftercare"
    env = {**os.environ, "AFTERCARE_HOME": str(home)}
    return subprocess.run([script, "events", *arguments], env=env, capture_output=True, text=True, timeout=60)


@pytest.fixture
def home(tmp_path: Path, kafka_bootstrap: str) -> Path:
    databases = {service.name: "postgresql://nobody@127.0.0.1:9/none" for service in SERVICES}
    Addresses("embedded", {}, "", kafka_bootstrap, databases, databases).write(tmp_path / "stack.json")
    return tmp_path


async def test_tail_shows_the_selected_events(home: Path, kafka_bootstrap: str) -> None:
    await topics.create(kafka_bootstrap, replication=1, min_isr=1, partitions=None, retention_ms=-1)
    order = f"ord_{uuid4().hex}"
    producer = clients.producer(kafka_bootstrap, "test")
    await producer.start()
    for each in (cancelled(f"{order}_other"), cancelled(order)):
        key, value, headers = codec.encode(each)
        await producer.send_and_wait(each.topic, value, key=key, headers=headers)
    await producer.stop()

    arguments = (
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
    shown = json.loads(aftercare(home, *arguments, "--json").stdout)
    assert (shown["subject"], shown["sequence"], shown["data"]["cause"]) == (order, 1, "buyer")
    line = aftercare(home, *arguments).stdout
    assert "OrderCancelled.v1" in line
    assert f"{order} #1 buyer-1 → cancelled" in line


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tail", "--topic", "nothing"), "there is no topic nothing"),
        (("tail", "--type", "OrderEaten"), "there is no event OrderEaten"),
        (("parked", "list", "--service", "moon-svc"), "there is no service moon-svc"),
    ],
)
def test_an_unknown_name_is_one_line_on_stderr(home: Path, arguments: tuple[str, ...], message: str) -> None:
    result = aftercare(home, *arguments)
    assert result.returncode == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_without_a_stack_every_command_is_refused(tmp_path: Path) -> None:
    for arguments in (("tail",), ("check",), ("parked", "list", "--service", "cs-svc")):
        result = aftercare(tmp_path, *arguments)
        assert result.returncode == 1
        assert "no stack is running here" in result.stderr


def test_the_error_for_an_unknown_topic_lists_the_topics() -> None:
    with pytest.raises(StackError, match="cases"):
        EventFilter(topic="case").topics()
    assert EventFilter(topic="cases").topics() == EventFilter(topic="aftercare.cases.v1").topics()
