"""The process that decodes one file: `python -m aftercare_files.decoders.child '{…}'`. It prints what it found."""

import json
import resource
import sys
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

from aftercare_files.decoders.results import Decoded, Undecodable, Work
from aftercare_files.media import FileRefusal, MediaType

_MOST_WRITTEN = 1 << 30  # bytes of one file


def main(arguments: str) -> dict[str, object]:
    """Decode within the limits; the findings, or the cause of the refusal."""
    given = json.loads(arguments)
    work = Work(Path(given["path"]), MediaType(given["media_type"]), Path(given["folder"]), given["max_pixels"])
    # Before the limits, and not as part of what may fail: a library that cannot be loaded is no fault of the file.
    decode = _decoder(work.media_type)
    _limit(given["memory_bytes"], given["cpu_seconds"])
    try:
        found = decode(work)
    except Undecodable as error:
        return {"refused": error.cause}
    except MemoryError:
        return {"refused": FileRefusal.CHECK_LIMIT}
    except Exception:
        # Decoders raise all kinds of errors for a malformed file; what it was does not matter to anybody.
        return {"refused": FileRefusal.MALFORMED}
    hashes = [astuple(each) for each in found.hashes]
    return {"copy_type": found.copy_type, "has_thumbnail": found.has_thumbnail, "hashes": hashes}


def _decoder(media_type: MediaType) -> Callable[[Work], Decoded]:
    """The decoder of the type. Each is imported here, because each has its own libraries."""
    if media_type is MediaType.MP4:
        from aftercare_files.decoders import videos

        return videos.decode
    if media_type is MediaType.PDF:
        from aftercare_files.decoders import documents

        return documents.decode
    from aftercare_files.decoders import pictures

    return pictures.decode


def _limit(memory_bytes: int, cpu_seconds: int) -> None:
    """Limit this process, for good."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST_WRITTEN, _MOST_WRITTEN))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
