"""The second reference: the same actions through SQLAlchemy's AsyncSession, done well: few statements, no lazy loads,
nothing expires at commit. It is what most bots with SQLModel are built on.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any

from sqlalchemy import BigInteger, cast, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlmodel import col, func, select

from database.models import BoardRow, Case, CaseKind, Delivery, DirectMessage, GuildConfig, OutboxRow
from database.models.base import utc_now
from database.models.case import CaseCounter
from database.models.points import (
    LARGEST_BALANCE,
    MINT,
    AccountKind,
    OperationKind,
    Phase,
    PointAccount,
    PointOperation,
    PointTransfer,
    Source,
)

CONTEXT = text("SELECT set_config('reeve.guild_id', :guild_id, true)")


class BySession:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @classmethod
    async def open(cls, dsn: str, *, connections: int, session: dict[str, str]) -> "BySession":
        engine = create_async_engine(
            dsn.replace("postgresql://", "postgresql+asyncpg://"),
            pool_size=connections,
            max_overflow=0,
            connect_args={"server_settings": session},
        )
        return cls(engine)

    async def close(self) -> None:
        await self._engine.dispose()

    @asynccontextmanager
    async def _session(self, guild_id: int) -> AsyncIterator[AsyncSession]:
        async with AsyncSession(self._engine, expire_on_commit=False, autoflush=False) as session:
            await session.execute(CONTEXT, {"guild_id": str(guild_id)})
            yield session
            await session.commit()

    async def configuration(self, guild_id: int) -> GuildConfig | None:
        async with self._session(guild_id) as session:
            return await session.scalar(select(GuildConfig).where(col(GuildConfig.guild_id) == guild_id))

    async def case_page(self, guild_id: int, before: int) -> list[Case]:
        page = select(Case).where(col(Case.guild_id) == guild_id, col(Case.number) < before)
        async with self._session(guild_id) as session:
            return list(await session.scalars(page.order_by(col(Case.number).desc()).limit(10)))

    async def top(self, guild_id: int) -> list[Any]:
        best = (
            select(col(BoardRow.user_id), col(BoardRow.points))
            .where(*_standing(guild_id))
            .order_by(col(BoardRow.points).desc(), col(BoardRow.user_id).desc())
            .limit(11)
        )
        async with self._session(guild_id) as session:
            return list(await session.execute(best))

    async def rank(self, guild_id: int, user_id: int) -> tuple[int, int]:
        async with self._session(guild_id) as session:
            account = await session.get_one(PointAccount, (guild_id, user_id))
            above = col(BoardRow.points) > account.balance
            counted = select(func.count().filter(above), func.count()).where(*_standing(guild_id))
            better, people = (await session.execute(counted)).one()
            return better + 1, people

    async def open_case(self, guild_id: int, target_id: int, moderator_id: int, interaction_id: int) -> int:
        counter = insert(CaseCounter).values(guild_id=guild_id, last_number=1)
        numbered = counter.on_conflict_do_update(
            index_elements=["guild_id"], set_={"last_number": col(CaseCounter.last_number) + 1}
        ).returning(col(CaseCounter.last_number))
        known = select(col(Case.number)).where(
            col(Case.guild_id) == guild_id, col(Case.interaction_id) == interaction_id
        )
        async with self._session(guild_id) as session:
            number = (await session.execute(numbered)).scalar_one()
            repeated = await session.scalar(known)
            if repeated is not None:
                await session.rollback()
                return repeated
            session.add(
                Case(guild_id=guild_id, number=number, kind=CaseKind.WARN, target_id=target_id, target_name="ann",
                     moderator_id=moderator_id, moderator_name="max", reason="spam, as before", channel_id=1,
                     interaction_id=interaction_id, direct_message=DirectMessage.PENDING)
            )  # fmt: skip
            await session.flush()
            kinds = (Delivery.CASE_LOG, Delivery.CASE_DIRECT_MESSAGE)
            session.add_all(OutboxRow(guild_id=guild_id, kind=kind, subject_id=number) for kind in kinds)
            await session.flush()
            return int(number)

    async def transfer(
        self, guild_id: int, giver_id: int, receiver_id: int, amount: int, interaction_id: int
    ) -> dict[str, Any]:
        asked = sha256(json.dumps([guild_id, giver_id, receiver_id, amount]).encode()).digest()
        async with self._session(guild_id) as session:
            operation = await self._claimed(
                session,
                guild_id=guild_id,
                interaction_id=interaction_id,
                asked=asked,
                kind=OperationKind.GIVE,
                actor_id=giver_id,
            )
            if operation.answer is not None:
                return dict(operation.answer)
            accounts = await self._locked(session, guild_id, [giver_id, receiver_id])
            giver, receiver = accounts[giver_id], accounts[receiver_id]
            if giver.balance < amount or receiver.balance + amount > LARGEST_BALANCE:
                operation.refusal, operation.answer = "refused", {"balance": giver.balance, "needed": amount}
                await session.flush()
                return dict(operation.answer)
            giver.balance -= amount
            receiver.balance += amount
            answer = {
                "amount": amount,
                "giver_balance": giver.balance,
                "receiver_balance": receiver.balance,
            }
            operation.answer = answer
            session.add(
                PointTransfer(guild_id=guild_id, operation_id=operation.operation_id, debit_id=giver_id,
                              credit_id=receiver_id, amount=amount, debit_balance=giver.balance,
                              credit_balance=receiver.balance)
            )  # fmt: skip
            await session.flush()
            return answer

    async def award_many(
        self, guild_id: int, amounts: Mapping[int, int], interaction_id: int
    ) -> dict[str, Any]:
        asked = sha256(json.dumps([guild_id, sorted(amounts.items())]).encode()).digest()
        async with self._session(guild_id) as session:
            operation = await self._claimed(
                session,
                guild_id=guild_id,
                interaction_id=interaction_id,
                asked=asked,
                kind=OperationKind.AWARD,
                actor_id=1,
            )
            if operation.answer is not None:
                return dict(operation.answer)
            accounts = await self._locked(session, guild_id, list(amounts))
            rows = []
            for member, amount in amounts.items():
                accounts[member].balance += amount
                accounts[member].earned += amount
                rows.append(
                    {
                        "guild_id": guild_id,
                        "operation_id": operation.operation_id,
                        "phase": Phase.POST,
                        "debit_id": MINT,
                        "credit_id": member,
                        "amount": amount,
                        "credit_balance": accounts[member].balance,
                        "posted_at": utc_now(),
                    }
                )
            await session.execute(insert(PointTransfer), rows)
            operation.answer = answer = {"members": len(amounts), "total": sum(amounts.values())}
            await session.flush()
            return answer

    async def _claimed(
        self,
        session: AsyncSession,
        *,
        guild_id: int,
        interaction_id: int,
        asked: bytes,
        kind: OperationKind,
        actor_id: int,
    ) -> PointOperation:
        """New, or with the answer that it got before."""
        claim = (
            insert(PointOperation)
            .values(guild_id=guild_id, source=Source.INTERACTION, external_id=interaction_id, request_hash=asked,
                    kind=kind, actor_id=actor_id, asked_at=utc_now())
            .on_conflict_do_nothing(index_elements=["guild_id", "source", "external_id"])
            .returning(PointOperation)
        )  # fmt: skip
        operation = await session.scalar(claim)
        if operation is not None:
            return operation
        known = select(PointOperation).where(
            col(PointOperation.guild_id) == guild_id,
            col(PointOperation.source) == Source.INTERACTION,
            col(PointOperation.external_id) == interaction_id,
        )
        operation = (await session.scalars(known)).one()
        if operation.request_hash != asked:
            raise ValueError("the key came again with another request")
        return operation

    async def _locked(
        self, session: AsyncSession, guild_id: int, members: list[int]
    ) -> dict[int, PointAccount]:
        accounts = (
            select(PointAccount)
            .where(
                col(PointAccount.guild_id) == guild_id,
                col(PointAccount.account_id) == func.any(cast(members, ARRAY(BigInteger))),
            )
            .order_by(col(PointAccount.account_id))
            .with_for_update(key_share=True)
        )
        found = {account.account_id: account for account in await session.scalars(accounts)}
        for member in sorted(set(members) - found.keys()):
            await session.execute(
                insert(PointAccount)
                .values(guild_id=guild_id, account_id=member, kind=AccountKind.MEMBER, balance=0, opened_at=utc_now())
                .on_conflict_do_nothing()
            )  # fmt: skip
        if len(found) < len(members):
            found = {account.account_id: account for account in await session.scalars(accounts)}
        return found


def _standing(guild_id: int) -> list[Any]:
    return [
        col(BoardRow.guild_id) == guild_id,
        col(BoardRow.board) == 0,
        ~col(BoardRow.is_hidden),
        col(BoardRow.points) > 0,
    ]
