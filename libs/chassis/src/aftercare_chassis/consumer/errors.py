"""What can be wrong with an event, so that it is set aside: a code to count it by, and a reason in words."""

from aftercare_events import Envelope, EventTooLarge, codec
from aiokafka import ConsumerRecord

from aftercare_chassis.park_reason import ParkReason


class UnprocessableEvent(Exception):
    """This event will not pass by waiting. `reason` is for an operator."""

    def __init__(self, trouble: ParkReason, reason: str) -> None:
        super().__init__(reason)
        self.trouble, self.reason = trouble, plain(reason)


class Retry(Exception):
    """Raised by a handler whose event builds on one of another aggregate, `awaits`, that has not been handled yet: the
    event is handled again when it has, and is set aside where that takes too long."""

    def __init__(self, awaits: str) -> None:
        super().__init__(f"it builds on an event of {awaits} that has not been handled")
        self.awaits = awaits


def refused(error: Exception) -> UnprocessableEvent:
    """The event is as it should be, and still its handler, or the database, will not have it (yet)."""
    if isinstance(error, Retry):
        return UnprocessableEvent(ParkReason.EVENT_MISSING, str(error))
    return UnprocessableEvent(ParkReason.REFUSED, f"{type(error).__name__}: {error}")


def decoded(record: ConsumerRecord) -> Envelope | UnprocessableEvent:
    """The envelope that the record carries, or what is wrong with it."""
    try:
        return codec.decode(record.topic, record.key, record.value, record.headers)
    except EventTooLarge as error:
        return UnprocessableEvent(ParkReason.TOO_LARGE, str(error))
    except ValueError as error:
        held = "" if codec.subject_of(record.key) else "; no key names an aggregate, so none is held"
        return UnprocessableEvent(ParkReason.UNREADABLE, f"{error}{held}")


def misplaced(sequence: int, last: int) -> UnprocessableEvent | None:
    """What is wrong with an event that comes as number `sequence` where `last` was the last one of its aggregate."""
    if sequence > last + 1:
        return UnprocessableEvent(ParkReason.SEQUENCE_GAP, f"expected sequence {last + 1}, got {sequence}")
    if sequence <= last:
        told = f"sequence {sequence} was taken by another event; the aggregate stands at {last}"
        return UnprocessableEvent(ParkReason.CONTRADICTION, told)
    return None


def plain(text: str, length: int = 500) -> str:
    """One line that every database and terminal can show."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text[: 2 * length])
    return " ".join(shown.split())[:length]
