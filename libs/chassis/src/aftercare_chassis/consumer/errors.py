"""What makes an event unprocessable: the codes of `ParkReason`, each with an explanation for operators."""

from aftercare_events import Envelope, EventTooLarge, codec
from aiokafka import ConsumerRecord

from aftercare_chassis.park_reason import ParkReason


class UnprocessableEvent(Exception):
    """Handling this event fails again however often it is retried. `explanation` is one line for an operator."""

    def __init__(self, park_reason: ParkReason, explanation: str) -> None:
        super().__init__(explanation)
        self.park_reason, self.explanation = park_reason, single_line(explanation)


class Retry(Exception):
    """Raised by a handler whose event needs an event of another aggregate that has not been handled yet.

    `awaits` is the id of that aggregate. The event is handled again when the next event of that aggregate has been, and
    parked when that takes too long.
    """

    def __init__(self, awaits: str) -> None:
        super().__init__(f"it builds on an event of {awaits} that has not been handled")
        self.awaits = awaits


def handler_error(error: Exception) -> UnprocessableEvent:
    """Return why an event is parked whose handler, or whose commit, raised this error."""
    if isinstance(error, Retry):
        return UnprocessableEvent(ParkReason.EVENT_MISSING, str(error))
    return UnprocessableEvent(ParkReason.REFUSED, f"{type(error).__name__}: {error}")


def decode(record: ConsumerRecord) -> Envelope:
    """Return the envelope in the record.

    Raises:
        UnprocessableEvent: The record holds no event (UNREADABLE), or one of too much data (TOO_LARGE).
    """
    try:
        return codec.decode(record.topic, record.key, record.value, record.headers)
    except EventTooLarge as error:
        raise UnprocessableEvent(ParkReason.TOO_LARGE, str(error)) from error
    except ValueError as error:
        blocked = "" if codec.subject_of(record.key) else "; no key names an aggregate, so none is held"
        raise UnprocessableEvent(ParkReason.UNREADABLE, f"{error}{blocked}") from error


def check_sequence(sequence: int, last: int) -> None:
    """Check that `sequence` follows `last`, the sequence of the aggregate's last event.

    Raises:
        UnprocessableEvent: Events are missing in between (SEQUENCE_GAP), or another event had this number (CONTRADICTION).
    """
    if sequence > last + 1:
        raise UnprocessableEvent(ParkReason.SEQUENCE_GAP, f"expected sequence {last + 1}, got {sequence}")
    if sequence <= last:
        explanation = f"sequence {sequence} was taken by another event; the last one of the aggregate is {last}"
        raise UnprocessableEvent(ParkReason.CONTRADICTION, explanation)


def single_line(text: str, length: int = 500) -> str:
    """Return the text as one line of printable characters, cut to this length, for databases and terminals."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text[: 2 * length])
    return " ".join(shown.split())[:length]
