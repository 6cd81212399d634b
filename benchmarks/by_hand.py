"""The reference: the same actions as a good programmer writes them for asyncpg alone, with the same guarantees.

The same tables and keys, the same guild's context sent with BEGIN, the same order of locks, a repeat gets its first
answer, a refusal stays. Statements are prepared once a connection (asyncpg's cache) and as many as the act needs.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

from benchmarks.plain_rows import PlainCase, plain_case

Connection = Any  # asyncpg has no types

LARGEST_BALANCE = 1_000_000_000_000


class ByHand:
    def __init__(self, pool: Any) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, dsn: str, *, connections: int, session: dict[str, str]) -> "ByHand":
        """A pool of the size that ours has. It asks for no reset either: every transaction ends."""
        pool = await asyncpg.create_pool(
            dsn,
            min_size=connections,
            max_size=connections,
            reset=_nothing,
            server_settings=session,
            statement_cache_size=500,
        )
        return cls(pool)

    async def close(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self, guild_id: int, *, mode: str = "") -> AsyncIterator[Connection]:
        async with self._pool.acquire() as connection:
            await connection.execute(f"BEGIN{mode}; SET LOCAL reeve.guild_id = '{guild_id:d}'")
            try:
                yield connection
            except BaseException:
                await connection.execute("ROLLBACK")
                raise
            await connection.execute("COMMIT")

    async def configuration(self, guild_id: int) -> Any:
        async with self.transaction(guild_id, mode=" READ ONLY") as connection:
            return await connection.fetchrow("SELECT * FROM guild_configs WHERE guild_id = $1", guild_id)

    async def case_page(self, guild_id: int, before: int) -> list[PlainCase]:
        async with self.transaction(guild_id, mode=" READ ONLY") as connection:
            rows = await connection.fetch(
                "SELECT * FROM cases WHERE guild_id = $1 AND number < $2 ORDER BY number DESC LIMIT 10",
                guild_id,
                before,
            )
        return [plain_case(row) for row in rows]

    async def top(self, guild_id: int) -> list[Any]:
        async with self.transaction(guild_id, mode=" READ ONLY") as connection:
            return list(await connection.fetch(TOP, guild_id))

    async def rank(self, guild_id: int, user_id: int) -> Any:
        async with self.transaction(guild_id, mode=" READ ONLY") as connection:
            return await connection.fetchrow(RANK, guild_id, user_id)

    async def open_case(self, guild_id: int, target_id: int, moderator_id: int, interaction_id: int) -> int:
        async with self.transaction(guild_id) as connection:
            number = await connection.fetchval(TAKE_NUMBER, guild_id)
            now = datetime.now(UTC)
            opened = await connection.fetchval(
                ADD_CASE, guild_id, number, target_id, moderator_id, "spam, as before", interaction_id, now
            )
            if opened is None:  # a second delivery: the number is free again, as the counter is still locked
                await connection.execute(GIVE_NUMBER_BACK, guild_id)
                return int(await connection.fetchval(CASE_OF, guild_id, interaction_id))
            await connection.execute(ASK, guild_id, number, now)
            return int(number)

    async def transfer(
        self, guild_id: int, giver_id: int, receiver_id: int, amount: int, interaction_id: int
    ) -> dict[str, Any]:
        asked = sha256(json.dumps([guild_id, giver_id, receiver_id, amount]).encode()).digest()
        now = datetime.now(UTC)
        async with self.transaction(guild_id) as connection:
            operation_id = await connection.fetchval(
                CLAIM, guild_id, interaction_id, asked, "give", giver_id, None, now
            )
            if operation_id is None:
                return await self._first_answer(connection, guild_id, interaction_id, asked)
            members = [giver_id, receiver_id]
            rules = await connection.fetchrow(RULES, guild_id)
            accounts = await self._locked(connection, guild_id, members, now)
            giver, receiver = accounts[giver_id], accounts[receiver_id]
            today = now.astimezone(ZoneInfo(rules["time_zone"])).date()
            sent, received = _counted(giver, "sent_today", today), _counted(receiver, "received_today", today)
            refusal, available = None, giver["balance"] - giver["held_out"]
            if giver["is_ledger_frozen"]:
                raise ValueError("the ledger is frozen")
            if giver["frozen_at"] is not None or receiver["frozen_at"] is not None:
                refusal = "account_frozen"
            elif rules["transfer_most"] and amount > rules["transfer_most"]:
                refusal = "over_transfer_limit"
            elif rules["sent_per_day"] and sent + amount > rules["sent_per_day"]:
                refusal = "over_sent_limit"
            elif rules["received_per_day"] and received + amount > rules["received_per_day"]:
                refusal = "over_received_limit"
            elif available < amount:
                refusal = "not_enough_points"
            elif receiver["balance"] + receiver["held_in"] + amount > LARGEST_BALANCE:
                refusal = "balance_too_high"
            if refusal is not None:
                refused = {"balance": available, "needed": amount}
                await connection.execute(REFUSE, guild_id, operation_id, refusal, json.dumps(refused))
                return refused
            left, has = giver["balance"] - amount, receiver["balance"] + amount
            await connection.execute(
                ADD_TRANSFER, guild_id, operation_id, giver_id, receiver_id, amount, left, has, now
            )
            await connection.execute(
                SET_ACCOUNTS,
                guild_id,
                members,
                [left, has],
                [sent + amount, _counted(receiver, "sent_today", today)],
                [_counted(giver, "received_today", today), received + amount],
                today,
            )
            answer = {"amount": amount, "giver_balance": left, "receiver_balance": has}
            await connection.execute(ANSWER, guild_id, operation_id, json.dumps(answer))
            return answer

    async def award_many(
        self, guild_id: int, amounts: Mapping[int, int], interaction_id: int
    ) -> dict[str, Any]:
        asked = sha256(json.dumps([guild_id, sorted(amounts.items())]).encode()).digest()
        now = datetime.now(UTC)
        async with self.transaction(guild_id) as connection:
            operation_id = await connection.fetchval(
                CLAIM, guild_id, interaction_id, asked, "award", 1, "event", now
            )
            if operation_id is None:
                return await self._first_answer(connection, guild_id, interaction_id, asked)
            members, points = list(amounts), list(amounts.values())
            accounts = await self._locked(connection, guild_id, members, now)
            room = {
                member: LARGEST_BALANCE - row["balance"] - row["held_in"] for member, row in accounts.items()
            }
            if any(row["is_ledger_frozen"] for row in accounts.values()):
                raise ValueError("the ledger is frozen")
            if any(amounts[member] > room[member] for member in members):
                await connection.execute(REFUSE, guild_id, operation_id, "balance_too_high", "{}")
                return {}
            have = [accounts[member]["balance"] + amounts[member] for member in members]
            earned = [accounts[member]["earned"] + amounts[member] for member in members]
            await connection.execute(ADD_AWARDS, guild_id, operation_id, members, points, have, now)
            await connection.execute(SET_EARNED, guild_id, members, have, earned)
            answer = {"members": len(members), "total": sum(points)}
            await connection.execute(ANSWER, guild_id, operation_id, json.dumps(answer))
            return answer

    async def _locked(
        self, connection: Connection, guild_id: int, members: list[int], now: datetime
    ) -> dict[int, Any]:
        """Accounts that are missing come to be, then all are locked in id order."""
        rows = await connection.fetch(LOCK, guild_id, members)
        if len(rows) < len(members):
            await connection.execute(OPEN, guild_id, sorted(members), now)
            rows = await connection.fetch(LOCK, guild_id, members)
        return {row["account_id"]: row for row in rows}

    async def _first_answer(
        self, connection: Connection, guild_id: int, interaction_id: int, asked: bytes
    ) -> dict[str, Any]:
        row = await connection.fetchrow(FIND, guild_id, interaction_id)
        if row["request_hash"] != asked:
            raise ValueError("the key came again with another request")
        return dict(json.loads(row["answer"]))


def _counted(account: Any, name: str, today: date) -> int:
    """Of this day: the counts of a day that is over begin anew."""
    return int(account[name]) if account["counted_on"] is not None and account["counted_on"] >= today else 0


async def _nothing(_: Connection) -> None:
    pass


TOP = """
    SELECT user_id, points FROM point_boards
    WHERE guild_id = $1 AND board = 0 AND NOT is_hidden AND points > 0 ORDER BY points DESC, user_id DESC LIMIT 11
"""
RANK = """
    SELECT count(*) FILTER (WHERE o.points > m.balance) + 1 AS place, count(*) AS of
    FROM point_accounts m JOIN point_boards o
        ON o.guild_id = m.guild_id AND o.board = 0 AND NOT o.is_hidden AND o.points > 0
    WHERE m.guild_id = $1 AND m.account_id = $2 AND m.balance > 0
"""
TAKE_NUMBER = """
    INSERT INTO case_counters AS c (guild_id, last_number) VALUES ($1, 1)
    ON CONFLICT (guild_id) DO UPDATE SET last_number = c.last_number + 1 RETURNING last_number
"""
GIVE_NUMBER_BACK = "UPDATE case_counters SET last_number = last_number - 1 WHERE guild_id = $1"
CASE_OF = "SELECT number FROM cases WHERE guild_id = $1 AND interaction_id = $2"
ADD_CASE = """
    INSERT INTO cases (guild_id, number, kind, state, target_id, target_name, moderator_id, moderator_name, reason,
        points, channel_id, interaction_id, part, origin, direct_message, revision, created_at)
    VALUES ($1, $2, 'warn', 'active', $3, 'ann', $4, 'max', $5, 0, 1, $6, 0, 'command', 'pending', 0, $7)
    ON CONFLICT (guild_id, interaction_id, part) DO NOTHING RETURNING number
"""
ASK = """
    INSERT INTO outbox (guild_id, kind, subject_id, generation, attempts, due_at, created_at)
    VALUES ($1, 'case_log', $2, 1, 0, $3, $3), ($1, 'case_direct_message', $2, 1, 0, $3, $3)
"""
CLAIM = """
    INSERT INTO point_operations (guild_id, source, external_id, request_hash, kind, actor_id, note, asked_at)
    VALUES ($1, 'interaction', $2, $3, $4, $5, $6, $7)
    ON CONFLICT (guild_id, source, external_id) DO NOTHING RETURNING operation_id
"""
FIND = """
    SELECT request_hash, refusal, answer FROM point_operations
    WHERE guild_id = $1 AND source = 'interaction' AND external_id = $2
"""
OPEN = """
    INSERT INTO point_accounts (guild_id, account_id, kind, balance, opened_at)
    SELECT $1, id, 'member', 0, $3 FROM unnest($2::bigint[]) id ON CONFLICT DO NOTHING
"""
RULES = """
    SELECT time_zone, transfer_most, sent_per_day, received_per_day, transfer_tax_percent FROM guild_configs
    WHERE guild_id = $1
"""
LOCK = """
    SELECT account_id, balance, held_out, held_in, earned, frozen_at, counted_on, sent_today, received_today,
        EXISTS (SELECT FROM point_ledgers l WHERE l.guild_id = $1 AND l.frozen_at IS NOT NULL) AS is_ledger_frozen
    FROM point_accounts WHERE guild_id = $1 AND account_id = ANY ($2::bigint[])
    ORDER BY account_id FOR NO KEY UPDATE
"""
ADD_TRANSFER = """
    INSERT INTO point_transfers (guild_id, operation_id, phase, debit_id, credit_id, amount, debit_balance,
        credit_balance, posted_at) VALUES ($1, $2, 'post', $3, $4, $5, $6, $7, $8)
"""
ADD_AWARDS = """
    INSERT INTO point_transfers (guild_id, operation_id, phase, debit_id, credit_id, amount, credit_balance, posted_at)
    SELECT $1, $2, 'post', 1, new.member, new.amount, new.balance, $6
    FROM unnest($3::bigint[], $4::bigint[], $5::bigint[]) AS new (member, amount, balance)
"""
SET_ACCOUNTS = """
    UPDATE point_accounts a SET balance = new.balance, sent_today = new.sent, received_today = new.received,
        counted_on = greatest(counted_on, $6)
    FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) AS new (member, balance, sent, received)
    WHERE a.guild_id = $1 AND a.account_id = new.member
"""
SET_EARNED = """
    UPDATE point_accounts a SET balance = new.balance, earned = new.earned
    FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS new (member, balance, earned)
    WHERE a.guild_id = $1 AND a.account_id = new.member
"""
ANSWER = "UPDATE point_operations SET answer = $3 WHERE guild_id = $1 AND operation_id = $2"
REFUSE = "UPDATE point_operations SET refusal = $3, answer = $4 WHERE guild_id = $1 AND operation_id = $2"
