"""Since when what people or other processes are to do waits."""

from collections.abc import Mapping
from datetime import datetime

from aftercare_chassis.database.transaction import Reader

from order_svc.tables.standstills import STANDSTILLS


async def oldest(reader: Reader) -> tuple[Mapping[str, datetime | None], int]:
    """When the oldest of each began to wait, None where nothing does, by the names of `STANDSTILLS`; how many refunds are unknown."""
    [found] = await reader.all(STANDSTILLS, now=reader.now)
    began = dict(found)
    return began, began.pop("unknown_refunds")
