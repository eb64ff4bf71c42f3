"""Since when messages of channels are due, in and out, and how many could not be sent so far."""

from collections.abc import Mapping
from datetime import datetime

from aftercare_chassis.database.transaction import Reader

from cs_svc.tables.channel_standstills import OLDEST_DUE, REPEATED


async def oldest_due(reader: Reader) -> Mapping[str, datetime | None]:
    """When the oldest of each became due, None where nothing is, by the names of `OLDEST_DUE`."""
    [found] = await reader.all(OLDEST_DUE)
    return dict(found)


async def repeated(reader: Reader) -> Mapping[str, int]:
    """How many messages are attempted again, by channel."""
    return {row["channel"]: row["number"] for row in await reader.all(REPEATED)}
