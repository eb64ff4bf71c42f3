"""A virus scanner by the protocol of clamd (`INSTREAM`), which ClamAV and others have."""

from pathlib import Path

from aioclamd import ClamdAsyncClient

_SECONDS = 120.0


class ScannerFailed(Exception):
    """The scanner answered with an error: nothing is known about the file."""


class Clamd:
    """clamd at an address."""

    def __init__(self, host: str, port: int) -> None:
        self._client = ClamdAsyncClient(host, port, timeout=_SECONDS)

    async def is_infected(self, path: Path) -> bool:
        """See the port. Raises: ScannerFailed, aioclamd.ClamdError."""
        with path.open("rb") as file:
            answers = await self._client.instream(file)
        [(status, _)] = answers.values()
        if status not in ("OK", "FOUND"):
            raise ScannerFailed(status)
        return bool(status == "FOUND")
