"""The suite that the journey tests run against."""

from dataclasses import dataclass
from pathlib import Path

from aftercare_chassis.testing.otlp_receiver import OtlpReceiver
from aftercare_cli.stack.interface import Addresses
from aftercare_cli.stack.local import LocalStack


@dataclass(frozen=True, slots=True)
class RunningSuite:
    """The addresses of the suite, the folder with its keys, and its stack and spans unless it was started elsewhere."""

    home: Path
    addresses: Addresses
    stack: LocalStack | None = None
    spans: OtlpReceiver | None = None
