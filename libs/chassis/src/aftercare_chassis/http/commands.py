"""The execution of one command: its transaction, its idempotency key, and further attempts while an event is on its way."""

import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from asyncpg import UniqueViolationError
from fastapi import Request, Response

from aftercare_chassis import failpoints
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.http import awaited_events
from aftercare_chassis.http.encryption import BodyCipher
from aftercare_chassis.http.idempotency import IdempotencyKey, StoredResponse
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.preconditions import IfMatch
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.runtime import Runtime

# Any: the two type parameters of a coroutine that nobody sends to.

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
STORED_HEADERS = ("content-language", "content-type", "etag", "location", "vary")


@dataclass(frozen=True, slots=True)
class Command:
    """One request that changes something, with its actor, its condition and its key.

    `operation` is its name in the API where it is recorded for auditors, else None. `cipher` encrypts the response that is stored for repetitions; None where it may be read in the database.
    """

    request: Request
    runtime: Runtime
    handler: Handler
    actor: Actor
    if_match: IfMatch | None
    key: IdempotencyKey
    cipher: BodyCipher | None
    operation: str | None = None

    async def execute(self) -> Response:
        """The response of the command, or the stored one of an earlier request with the same key.

        A command whose row another transaction has inserted first is attempted once more. One that is refused because an
        event of another service may still be on its way is attempted again when the event has arrived (see
        `awaited_events`).

        Raises:
            KeyInFlight, KeyReused, ResponseEncrypted: there was an earlier request with this key.
            Stale: the condition of the request does not hold.
            Refusal: what the endpoint refuses with.
        """
        return await awaited_events.attempt(self.request, self.actor, self._attempt)

    async def _attempt(self) -> Response:
        try:
            return await self._transact()
        except UniqueViolationError:
            # Another transaction committed a row that this attempt did not see yet, such as the first request with this key.
            # A second attempt sees it, and replays its response or refuses as the endpoint does.
            return await self._transact()
        except Refusal:
            # The first request with this key may have committed between our look-up and our lock, and what it changed may be
            # the reason for the refusal: then its response is the one to give.
            async with self.runtime.connection() as connection:
                if not await self.key.is_stored(connection):
                    raise
            return await self._transact()

    async def _transact(self) -> Response:
        work = self.runtime.transaction(self.actor, if_match=self.if_match, look=self.key.look_up)
        async with work as tx:
            if work.found:
                return self._replayed(await self.key.stored_response(tx.connection))
            failpoints.point("command.claimed")
            self.request.state.reader = tx
            tx.operation = self.operation
            response = await self.handler(self.request)
            tx.check_condition()
            if self.operation is not None:
                self._audit(tx, self.operation, response)
            response.headers.update(tx.headers)
            failpoints.point("command.decided")
            tx.writes.insert(*self.key.insert(self._stored(response)))
            failpoints.point("command.kept")
        failpoints.point("command.committed")
        return response

    def _audit(self, tx: Transaction, operation: str, response: Response) -> None:
        """Record the command, where none of its events is by its actor."""
        audit = self.runtime.audit
        if audit is None or audit.event is None or any(each.operation is not None for each in tx.recorded):
            return
        about, status = self._object_id(response), response.status_code
        tx.record(audit.event(tx, action_id=tx.new_id("act"), operation=operation, object_id=about, status=status))

    def _object_id(self, response: Response) -> str | None:
        """What the command is about: the object in its address, else the one that it has made."""
        found = next(iter(self.request.path_params.values()), None)
        if found is None and response.body:
            body = json.loads(bytes(response.body))
            found = body.get("id") if isinstance(body, dict) else None
        return None if found is None else str(found)

    def _replayed(self, stored: StoredResponse) -> Response:
        body = self.cipher.decrypt(stored.body) if self.cipher else stored.body
        return Response(body, stored.status, {**stored.headers, "idempotent-replayed": "true"})

    def _stored(self, response: Response) -> StoredResponse:
        headers = {name: response.headers[name] for name in STORED_HEADERS if name in response.headers}
        body = bytes(response.body)
        return StoredResponse(response.status_code, headers, self.cipher.encrypt(body) if self.cipher else body)
