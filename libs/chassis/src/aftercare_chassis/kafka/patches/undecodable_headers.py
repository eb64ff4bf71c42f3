"""Lets aiokafka read a message with a header whose name is not UTF-8.

The defect: the record parser decodes header names strictly. A name that is not UTF-8 raises UnicodeDecodeError for the whole
batch, at every attempt, so one such message stops every consumer of its topic until it is deleted.

The patch reads a batch with the parser in C as before, and where that fails continues with the parser in Python, with such
names replaced by U+FFFD. The consumer then parks a message in which an attribute is missing or wrong.

There is no upstream issue; present in aiokafka 0.14.0. To be removed when both parsers return such names:
`tests/consumer/test_unreadable_messages.py` fails without the patch until then.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import SupportsIndex, overload

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords

_LENGTH = slice(8, 12)
"""Where a batch states how many bytes follow."""


def install() -> None:
    """Let every consumer of this process read with the patch."""
    fetcher.MemoryRecords = Records


class Records:
    """The batches of one fetch of a partition, as aiokafka's fetcher asks for them."""

    def __init__(self, fetched: bytes) -> None:
        self._rest, self._records = memoryview(fetched), MemoryRecords(fetched)

    def __getattr__(self, name: str) -> object:
        return getattr(self._records, name)

    def next_batch(self) -> "Batch":
        size = _LENGTH.stop + int.from_bytes(self._rest[_LENGTH], "big")
        batch, self._rest = self._rest[:size], self._rest[size:]
        return Batch(self._records.next_batch(), batch)


class Batch:
    """A batch of the library's, and its bytes for a second attempt."""

    def __init__(self, batch: Iterable[object], data: memoryview) -> None:
        self._batch, self._data = batch, data

    def __getattr__(self, name: str) -> object:
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[object]:
        read = 0
        try:
            for record in self._batch:
                yield record
                read += 1
        except UnicodeDecodeError:
            yield from islice(_ReplacingBatch(self._data), read, None)


class _ReplacingBatch(_DefaultRecordBatchPy):  # type: ignore[misc]
    """A batch whose header names are decoded with U+FFFD for what is not UTF-8."""

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer: bytearray = _ReplacingBytes(self._buffer)


class _ReplacingBytes(bytearray):
    """Bytes of which every slice decodes to text; the parser decodes slices of its buffer."""

    @overload
    def __getitem__(self, place: SupportsIndex) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> bytearray: ...
    def __getitem__(self, place: SupportsIndex | slice) -> int | bytearray:
        found = super().__getitem__(place)
        return _ReplacingBytes(found) if isinstance(found, bytearray) else found

    def decode(self, *_: object, **__: object) -> str:
        return super().decode("utf-8", "replace")
