"""The example pushes in `tests/fixtures`: their headers and raw bodies, the secrets, and when they arrive."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FIXTURES = Path(__file__).parent.parent / "fixtures"
NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SECRETS = {
    "zto": "0f5c1d9a7b3e4f60",
    "standard_webhooks": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "simulator": "whsec_bm90LWEtcmVhbC1zZWNyZXQtZm9yLXRlc3RzLW9ubHk=",
}


@dataclass(frozen=True, slots=True)
class ExamplePush:
    """One push; the names of its headers are in lower case, as an ASGI server gives them."""

    partner: str
    headers: dict[str, str]
    raw: bytes

    @property
    def secret(self) -> str:
        return SECRETS[self.partner]


def example(name: str) -> ExamplePush:
    """The push in the file of this name."""
    head, _, raw = (FIXTURES / f"{name}.txt").read_bytes().partition(b"\n\n")
    lines = (line.partition(": ") for line in head.decode().splitlines())
    partner = next(each for each in SECRETS if name.startswith(each))
    return ExamplePush(partner, {header.lower(): value for header, _, value in lines}, raw)


def names() -> list[str]:
    """The names of all example pushes."""
    return sorted(path.stem for path in FIXTURES.glob("*.txt"))
