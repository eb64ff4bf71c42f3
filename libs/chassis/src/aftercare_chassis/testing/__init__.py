"""For the tests of every service: a harness over a real database, with a clock and ids that the test controls."""

import sys
from importlib.util import find_spec

from aftercare_chassis.testing.clocks import FixedClock, SequentialIds
from aftercare_chassis.testing.harness import Harness
from aftercare_chassis.testing.waiting import until

if find_spec("sniffio") is None:
    # httpx imports it with each request to an app, and the search of the whole path took a sixth of a request.
    sys.modules["sniffio"] = None  # type: ignore[assignment]  # what an import then refuses at once

__all__ = ["FixedClock", "Harness", "SequentialIds", "until"]
