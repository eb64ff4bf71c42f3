"""Relays share the shards of aggregates through advisory locks."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from aftercare_chassis.database.outbox import SHARDS
from aftercare_chassis.relay.shards import ShardLeases
from aftercare_chassis.testing import Harness, until


@pytest.fixture
async def connections(tally: Harness) -> AsyncIterator[list[asyncpg.Connection]]:
    opened = [await tally.runtime.connect() for _ in range(3)]
    yield opened
    for connection in opened:
        await connection.close()


async def joined(connection: asyncpg.Connection) -> ShardLeases:
    leases = ShardLeases(connection)
    await leases.join()
    return leases


async def test_a_relay_alone_owns_all_shards(connections: list[asyncpg.Connection]) -> None:
    assert await (await joined(connections[0])).refresh() == list(range(SHARDS))


async def test_a_second_relay_gets_its_half_when_the_first_has_released_it(
    connections: list[asyncpg.Connection],
) -> None:
    first = await joined(connections[0])
    await first.refresh()
    second = await joined(connections[1])
    assert await second.refresh() == []
    kept = set(await first.refresh())
    assert len(kept) == SHARDS // 2
    assert set(await second.refresh()) == set(range(SHARDS)) - kept


async def test_three_relays_own_every_shard_once(connections: list[asyncpg.Connection]) -> None:
    leases = [await joined(connection) for connection in connections]
    for _ in range(3):
        owned = [await each.refresh() for each in leases]
    assert sorted(shard for some in owned for shard in some) == list(range(SHARDS))
    assert max(map(len, owned)) - min(map(len, owned)) <= 2


async def test_the_shards_of_a_relay_whose_session_ended_are_taken_over(
    connections: list[asyncpg.Connection],
) -> None:
    first, second = [await joined(connection) for connection in connections[:2]]
    await first.refresh()
    await second.refresh()
    await connections[0].close()

    async def owns_all() -> bool:
        return len(await second.refresh()) == SHARDS

    await until(owns_all, "the other one owns everything")


async def test_a_refresh_without_a_change_keeps_the_same_shards(connections: list[asyncpg.Connection]) -> None:
    first, second = [await joined(connection) for connection in connections[:2]]
    for _ in range(2):
        owned = (await first.refresh(), await second.refresh())
    assert (await first.refresh(), await second.refresh()) == owned
