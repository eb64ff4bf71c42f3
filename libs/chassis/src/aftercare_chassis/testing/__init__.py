"""What the tests of every service stand on: one harness around a real database, with time and ids in the test's hand."""

from aftercare_chassis.testing.clocks import FixedClock, SequentialIds
from aftercare_chassis.testing.harness import Harness
from aftercare_chassis.testing.waiting import until

__all__ = ["FixedClock", "Harness", "SequentialIds", "until"]
