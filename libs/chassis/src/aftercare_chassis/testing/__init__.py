"""For the tests of every service: a harness over a real database, with a clock and ids that the test controls."""

from aftercare_chassis.testing.clocks import FixedClock, SequentialIds
from aftercare_chassis.testing.harness import Harness
from aftercare_chassis.testing.waiting import until

__all__ = ["FixedClock", "Harness", "SequentialIds", "until"]
