"""Which errors of the database mean that it does not answer now, and which are faults."""

import asyncpg

# asyncpg's words where it has read that the connection ends and was not told of its end yet; others of the kind are bugs.
_ENDED = ("cannot switch to", "not connected")
DATABASE_ERRORS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_UNAVAILABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.LockNotAvailableError,
    asyncpg.TransactionRollbackError,
    asyncpg.ConnectionFailureError,
    TimeoutError,
)


def is_unavailable(error: BaseException) -> bool:
    """True where the database or the way to it is the trouble, so that trying again may help."""
    if isinstance(error, asyncpg.InterfaceError):
        return "clos" in str(error)  # "connection is closed", "pool is closing"; other interface errors are our bugs
    if isinstance(error, asyncpg.InternalClientError):
        return str(error).startswith(_ENDED)
    if isinstance(error, OSError):
        return error.filename is None  # a socket, not a file of ours
    return isinstance(error, _UNAVAILABLE)
