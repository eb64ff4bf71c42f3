"""Which errors of the database mean that it is unavailable for the moment, and which are faults."""

import asyncpg

# The beginnings of asyncpg's messages where a connection has ended and asyncpg has read that, but was not yet notified of
# the end. Other errors of the same class are bugs.
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
    """Whether the database, or the connection to it, caused the error, so that a retry may succeed."""
    if isinstance(error, asyncpg.InterfaceError):
        return "clos" in str(error)  # "connection is closed", "pool is closing"; other interface errors are our bugs
    if isinstance(error, asyncpg.InternalClientError):
        return str(error).startswith(_ENDED)
    if isinstance(error, OSError):
        return error.filename is None  # an error of a socket, and not of one of our files
    return isinstance(error, _UNAVAILABLE)
