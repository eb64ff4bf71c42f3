"""The port of a virus scanner."""

from pathlib import Path
from typing import Protocol


class VirusScanner(Protocol):
    """Scans files."""

    async def is_infected(self, path: Path) -> bool:
        """Whether a virus was found. Raises where the scanner does not answer."""
        ...
