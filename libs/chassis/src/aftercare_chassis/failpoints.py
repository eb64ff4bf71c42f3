"""Places where a crash could lose or repeat something, for the tests that crash there.

`AFTERCARE_CRASH_AT=relay.acknowledged:3` makes the process kill itself when it reaches that point for the third time.
Without the variable a point costs one comparison. The failure tests find every label by the calls
`failpoints.point("…")` in the sources.
"""

import os
import signal

_LABEL, _, _PASS = os.environ.get("AFTERCARE_CRASH_AT", "").partition(":")
_left = int(_PASS or 1)


def point(label: str) -> None:
    """Kill the process at once, as `kill -9` does, if the environment asks for it at this point."""
    global _left
    if label == _LABEL:
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
