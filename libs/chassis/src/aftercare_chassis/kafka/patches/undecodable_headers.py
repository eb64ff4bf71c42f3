"""Reads what aiokafka cannot: a message with a header whose name is no UTF-8.

The library's reader gives up the whole batch that holds one, and does so again at each try: one such message would end
every consumer of its topic for ever. A batch that it cannot read is therefore read by its slow twin, with such names
replaced; what is then missing or wrong in the message is judged as in any other.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords

_LENGTH = slice(8, 12)


def install() -> None:
    """Let every consumer of this process read so."""
    fetcher.MemoryRecords = Records


class Records:
    """What one fetch brought of a partition, batch by batch, as aiokafka's fetcher asks for it."""

    def __init__(self, fetched: bytes) -> None:
        self._left, self._records = memoryview(fetched), MemoryRecords(fetched)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._records, name)

    def next_batch(self) -> "Batch":
        size = _LENGTH.stop + int.from_bytes(self._left[_LENGTH], "big")
        batch, self._left = self._left[:size], self._left[size:]
        return Batch(self._records.next_batch(), batch)


class Batch:
    """A batch of the library's, with a second way to read it."""

    def __init__(self, batch: Any, data: memoryview) -> None:
        self._batch, self._data = batch, data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[Any]:
        read = 0
        try:
            for record in self._batch:
                yield record
                read += 1
        except UnicodeDecodeError:
            yield from islice(_Slow(self._data), read, None)


class _Slow(_DefaultRecordBatchPy):  # type: ignore[misc]
    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer: bytearray = _Bytes(self._buffer)


class _Bytes(bytearray):
    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        return _Bytes(found) if isinstance(place, slice) else found

    def decode(self, *_: Any, **__: Any) -> str:
        return super().decode("utf-8", "replace")
