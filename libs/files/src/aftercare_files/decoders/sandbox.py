"""Decoding in a process of its own, with limits of memory and time: a file that breaks the decoder breaks nothing else."""

import asyncio
import json
import math
import signal
import sys
from dataclasses import dataclass

from aftercare_files.decoders.results import Decoded, Undecodable, Work
from aftercare_files.media import FileRefusal, MediaType, PictureHash

_CHILD = "aftercare_files.decoders.child"
_LIMITS = frozenset({signal.SIGKILL, signal.SIGXCPU, signal.SIGXFSZ})


class DecoderFailed(Exception):
    """The process ended with this code before it looked at the file: nothing is known about it."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Starts a process per file. `memory_bytes` is its address space, `seconds` the time that it may take."""

    memory_bytes: int
    seconds: float

    async def decode(self, work: Work) -> Decoded:
        """Decode a file. Raises: Undecodable, DecoderFailed."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-m", _CHILD, self._arguments(work)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},  # no secrets
            cwd=work.folder,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self.seconds):
                printed, _ = await process.communicate()
        except TimeoutError:
            raise Undecodable(FileRefusal.CHECK_LIMIT) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return _result(process.returncode or 0, printed)

    def _arguments(self, work: Work) -> str:
        return json.dumps(
            {
                "path": str(work.path),
                "media_type": work.media_type,
                "folder": str(work.folder),
                "max_pixels": work.max_pixels,
                "memory_bytes": self.memory_bytes,
                "cpu_seconds": math.ceil(self.seconds),
            }
        )


def _result(code: int, printed: bytes) -> Decoded:
    if code > 0:
        raise DecoderFailed(code)
    if code:
        raise Undecodable(FileRefusal.CHECK_LIMIT if -code in _LIMITS else FileRefusal.MALFORMED)
    found = json.loads(printed)
    if "refused" in found:
        raise Undecodable(FileRefusal(found["refused"]))
    hashes = tuple(PictureHash(*each) for each in found["hashes"])
    return Decoded(MediaType(found["copy_type"]), found["has_thumbnail"], hashes)
