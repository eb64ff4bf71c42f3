"""What queries are given: a connection, the actor, and the time at which they run."""

from datetime import datetime
from typing import Any, Generic, TypeVar

from asyncpg import Record
from asyncpg.pool import PoolConnectionProxy

from aftercare_chassis.database.compiled import Compiled, Params, viewer
from aftercare_chassis.database.cursors import Cursors
from aftercare_chassis.database.joint import Joint
from aftercare_chassis.database.mapping import Listing, Page, Query, Rows
from aftercare_chassis.lifecycle import PLAIN_HOURS, Actor, Timing
from aftercare_chassis.refusals import NotFound
from aftercare_chassis.settings import S_co

R = TypeVar("R")


class Reader(Generic[S_co]):
    """Reads as one actor, who sees only the rows that `seen_by` permits.

    `now` is the time of the transaction or request, `settings` are the service's own, `headers` are added to the response.
    """

    def __init__(
        self, connection: PoolConnectionProxy, *, actor: Actor, now: datetime, settings: S_co, cursors: Cursors
    ) -> None:
        self.connection, self.actor, self.now, self.settings = connection, actor, now, settings
        self.headers: dict[str, str] = {}
        self.timing: Timing = PLAIN_HOURS
        self._cursors = cursors
        self._looked_up: dict[tuple[object, ...], Any] = {}  # Any: each query returns a class of its own

    async def get(self, rows: Rows[R], *key: object) -> R:
        """The row with this key. Raises: NotFound where there is none that the actor may see."""
        row = await self.find(rows, *key)
        if row is None:
            raise NotFound(what=rows.name)
        return row

    async def find(self, rows: Rows[R], *key: object) -> R | None:
        """The row with this key, or None where there is none that the actor may see."""
        return await self._one(rows, rows.by_key(self.actor.role, lock=False), rows.keyed(key))

    async def one(self, query: Query[R], **params: object) -> R | None:
        """The first row that the query returns, or None."""
        return await self._one(query, query.for_role(self.actor.role), params)

    async def look_up(self, query: Query[R], **params: object) -> R | None:
        """As `one`, read once: for what no command changes that reads it, so that no write has to be sent before."""
        key = (query, self.actor, *params.values())
        if key not in self._looked_up:
            record = await Reader._fetchrow(self, query.for_role(self.actor.role), params)
            self._looked_up[key] = None if record is None else query.build(record)
        found: R | None = self._looked_up[key]
        return found

    async def all(self, query: Query[R] | Joint[R], **params: object) -> list[R]:
        """Every row that the query returns."""
        return [query.build(record) for record in await self._fetch(query.for_role(self.actor.role), params)]

    async def page(self, listing: Listing[R], *, limit: int, cursor: str | None, **filters: object) -> Page[R]:
        """One page, in the order of the list; filters that are None are left out, a list is any of its values.

        Of a list that `grows`, the last page has a cursor, too: behind it comes what is added later.

        Raises:
            CursorInvalid: the cursor belongs to another list, other filters or another reader.
        """
        used = {name: filters[name] for name in listing.filters if filters.get(name) is not None}
        signed = {"viewer": f"{self.actor.role}:{viewer(self.actor)}", **used}
        after = self._cursors.verify(listing.name, signed, cursor) if cursor else None
        behind = listing.behind(after) if after is not None else {}
        params = {**behind, "rows": limit + 1, "now": self.now}
        found: list[R] = []
        for part in listing.parts:
            compiled = part.statement(self.actor.role, used, after=after is not None)
            found += [part.build(each) for each in await self._fetch(compiled, {**params, **used})]
        found = found if len(listing.parts) == 1 else listing.sorted(found)
        more, data = len(found) > limit, found[:limit]
        last = listing.position(data[-1]) if more or (listing.grows and data) else after if listing.grows else None
        return Page(data, more, self._cursors.sign(listing.name, signed, last) if last else None)

    async def _one(self, source: Rows[R] | Query[R], compiled: Compiled, params: Params) -> R | None:
        record = await self._fetchrow(compiled, params)
        return None if record is None else source.build(record)

    async def _fetch(self, compiled: Compiled, params: Params) -> list[Record]:
        return await self.connection.fetch(compiled.sql, *self._args(compiled, params))

    async def _fetchrow(self, compiled: Compiled, params: Params) -> Record | None:
        return await self.connection.fetchrow(compiled.sql, *self._args(compiled, params))

    def _args(self, compiled: Compiled, params: Params) -> list[object]:
        return compiled.args({"viewer": viewer(self.actor), **params})
