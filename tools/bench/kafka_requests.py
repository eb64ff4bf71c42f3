"""The requests that a Kafka broker has had, by type, read from its JMX beans by a Java program."""

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import psutil
from aftercare_cli.stack.artifacts import java

PARTS_OF_FETCH = ("FetchConsumer", "FetchFollower")
PROGRAM = Path(__file__).with_name("KafkaRequests.java")


def unavailable() -> str | None:
    """Why the requests cannot be read here, or None."""
    return None if shutil.which("javac") else "a JDK is missing (on Debian: apt-get install default-jdk-headless)"


def count(broker: psutil.Process) -> dict[str, int]:
    """The number of requests since the broker's start, by type."""
    command = [java(), str(PROGRAM), str(broker.pid)]
    return parse(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)


def parse(output: str) -> dict[str, int]:
    """The counts of the program's output, with all versions of a type together."""
    found: Counter[str] = Counter()
    for line in output.splitlines():
        name, _, number = line.partition(" ")
        if name not in PARTS_OF_FETCH:
            found[name] += int(number)
    return dict(found)
