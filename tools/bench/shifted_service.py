"""`aftersale-svc serve` by the clock of another process, which is a double in a file: seconds since 1970.

python shifted_service.py FILE
"""

import mmap
import struct
import sys
from datetime import UTC, datetime
from pathlib import Path

from aftercare_chassis.service import ProcessRole
from aftersale_svc.main import service as aftersale

SECONDS = struct.Struct("<d")


class SharedClock:
    """A clock in a file, which one process sets and others read."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), SECONDS.size)

    def now(self) -> datetime:
        """The time that was set last, aware, in UTC."""
        return datetime.fromtimestamp(SECONDS.unpack_from(self._memory)[0], UTC)

    def set(self, at: datetime) -> None:
        """Let it be this time in every process."""
        SECONDS.pack_into(self._memory, 0, at.timestamp())


def main(path: str) -> None:
    """Serve until the process is stopped."""
    service = aftersale()
    clock = SharedClock(Path(path))
    service.runtime.clock, service.runtime.verifier = clock, service.runtime.verifier.at(clock)
    service.command()([ProcessRole.SERVE])


if __name__ == "__main__":
    main(sys.argv[1])
