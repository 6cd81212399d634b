"""Which errors of asyncpg mean that PostgreSQL was away or in the way, and whether trying again at once may help."""

import asyncpg

from database.errors import DatabaseUnavailable

STOPPED = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InvalidCachedStatementError,  # a migration ran meanwhile; asyncpg has forgotten the old plans by now
    asyncpg.QueryCanceledError,  # it took too long, or a cancelled neighbour's word came late on this connection
)
"""PostgreSQL ended the transaction, and nothing of it was written: the same again is likely to succeed."""

LOST = (
    OSError,  # refused, reset, no socket; TimeoutError is one of these
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a server that was killed between two messages leaves asyncpg confused
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleSessionTimeoutError,
)
"""The connection is gone: a new one may be had at once."""

OVERLOADED = (
    asyncpg.DatabaseDroppedError,
    asyncpg.ReadOnlySQLTransactionError,  # it became a standby; in a transaction that only reads, a bug of ours
    asyncpg.InvalidAuthorizationSpecificationError,  # the role may not log in any more: the operator is at work
    asyncpg.TransactionTimeoutError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InsufficientResourcesError,  # too many connections, disk full, out of memory
    asyncpg.LockNotAvailableError,
)
"""Trying again at once would not help, or make it worse."""

AWAY = (*STOPPED, *LOST, *OVERLOADED)


def unavailable(error: BaseException, *, has_begun: bool) -> DatabaseUnavailable:
    """What the caller reads. `has_begun`: COMMIT may have been sent, so the outcome may be unknown."""
    is_stopped = isinstance(error, STOPPED)
    return DatabaseUnavailable(
        is_passing=is_stopped or isinstance(error, LOST), is_unknown=has_begun and not is_stopped
    )
