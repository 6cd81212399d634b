"""A compiled statement gives what SQLAlchemy's own session gives, for every column type in use."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import func, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import SQLModel, col, insert, select, update

from database import statements
from database.migrations.connecting import engine_on
from database.models import (
    Case,
    CaseEvidence,
    CaseKind,
    CaseState,
    GuildConfig,
    GuildConfigChange,
    GuildSettings,
    Language,
    OperationKind,
    OutboxRow,
    PointAccount,
    PointOperation,
    PointTransfer,
    User,
    metadata,
)
from database.models.case import CASES
from database.models.guild_config import ENSURE_CONFIG
from database.models.outbox import Delivery
from database.models.points import AccountKind, Source
from database.rows import Rows
from database.service import DatabaseService
from database.statements import composed, param, statement

LARGEST, SMALLEST = 2**63 - 1, -(2**63)
ODD = "\t%_\\' \" £ 你好 👩‍👩‍👧 \u202e ß İ $1 :name"
ELSEWHERE = datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=45)))
JSON_VALUES = [None, True, 0, LARGEST, 1.5e-7, "", ODD, [], {}, [[None, {"a": [1, "x"]}]], {ODD: None}]


def samples(guild_id: int) -> list[SQLModel]:
    """One row of each kind, with the edges of each type."""
    return [
        Case(guild_id=guild_id, number=LARGEST, kind=CaseKind.NOTE, target_id=SMALLEST, target_name=ODD,
             moderator_id=0, moderator_name="m", reason="x" * 1000, points=100, interaction_id=LARGEST,
             state=CaseState.VOID, log_channel_id=1, log_message_id=2, created_at=ELSEWHERE),
        CaseEvidence(guild_id=guild_id, number=LARGEST, position=2**31 - 1, filename="f", sha256=bytes(32),
                     content=bytes(range(256)), added_by_id=1),
        GuildConfig(**GuildSettings(guild_id, manager_role_ids=(LARGEST, SMALLEST, 0), language=Language.GERMAN,
                                    time_zone="Asia/Kathmandu", updated_at=ELSEWHERE)._asdict()),
        *(GuildConfigChange(guild_id=guild_id, version=number, setting="s", before=value, after=value,
                            changed_by_id=1) for number, value in enumerate(JSON_VALUES)),
        User(guild_id=guild_id, user_id=1, name="n", display_name=ODD, left_at=ELSEWHERE),
        PointAccount(guild_id=guild_id, account_id=1, kind=AccountKind.MINT, balance=SMALLEST),
        PointAccount(guild_id=guild_id, account_id=1000, kind=AccountKind.MEMBER, last_talked_at=ELSEWHERE),
        PointOperation(guild_id=guild_id, source=Source.MESSAGE, external_id=1, request_hash=bytes(32),
                       kind=OperationKind.TALK, actor_id=1, answer={"amount": LARGEST}),
        PointOperation(guild_id=guild_id, source=Source.MESSAGE, external_id=2, request_hash=bytes(32),
                       kind=OperationKind.TALK, actor_id=1, note=ODD, answer=None),
        OutboxRow(guild_id=guild_id, kind=Delivery.CASE_LOG, subject_id=LARGEST, leased_until=ELSEWHERE),
    ]  # fmt: skip


@pytest.fixture
async def session(database: DatabaseService, dsn: str, guild_id: int) -> AsyncIterator[AsyncSession]:
    """SQLAlchemy's own way to the same rows."""
    engine = engine_on(dsn)
    async with engine.connect() as connection:
        await connection.execute(text(f"SET reeve.guild_id = '{guild_id}'"))
        await connection.commit()
        async with AsyncSession(connection, expire_on_commit=False) as session:
            yield session
    await engine.dispose()


async def write_samples(session: AsyncSession, guild_id: int) -> None:
    for row in samples(guild_id):
        session.add(row)
        await session.flush()
    [operation_id] = await session.scalars(select(func.min(PointOperation.operation_id)))
    session.add(
        PointTransfer(guild_id=guild_id, operation_id=operation_id, debit_id=1, credit_id=1000, amount=1)
    )
    await session.commit()
    session.expunge_all()


def seen_from_outside(instance: SQLModel) -> dict[str, Any]:
    return {
        "fields": {name: (type(value), value) for name, value in instance.model_dump().items()},
        "columns": {k: v for k, v in vars(instance).items() if k != "_sa_instance_state"},
        "json": sorted(instance.model_dump_json())
        if not isinstance(instance, CaseEvidence | PointOperation)
        else [],
        "repr": sorted(repr(instance)),
    }


async def test_each_model_is_loaded_as_a_session_loads_it(
    database: DatabaseService, session: AsyncSession, guild_id: int
) -> None:
    await write_samples(session, guild_id)
    for model in (type(row) for row in [*samples(guild_id), PointTransfer()]):
        order = [col(column) for column in model.__table__.primary_key]
        expected = list(await session.scalars(select(model).order_by(*order)))
        fixed = statement(
            select(model).where(model.guild_id == param("guild_id")).order_by(*order), into=model
        )
        async with database.transaction(guild_id=guild_id) as tx:
            ours = (await tx.exec(fixed, guild_id=guild_id)).all()
            queried = (await tx.query(select(model).order_by(*order), model)).all()
        assert expected
        for one, other in zip(ours, expected, strict=True):
            assert seen_from_outside(one) == seen_from_outside(other)
        assert ours == expected == queried


WRITTEN_TOGETHER: list[Any] = [Case, CaseEvidence, GuildConfigChange, User, PointAccount]


async def test_what_we_write_is_what_a_session_would_have_written(
    database: DatabaseService, session: AsyncSession, guild_id: int
) -> None:
    ours = samples(guild_id)
    async with database.transaction(guild_id=guild_id) as tx:
        for row in ours:
            if type(row) is GuildConfig:  # its lists of roles are no columns that unnest could make rows of
                await tx.exec(ENSURE_CONFIG, **row.model_dump())
        for model in WRITTEN_TOGETHER:
            rows = [row for row in ours if type(row) is model]
            assert await Rows(model).insert(tx, rows) == in_utc(rows)
    for model in (GuildConfig, *WRITTEN_TOGETHER):
        found = list(await session.scalars(select(model)))
        written = [row for row in ours if type(row) is model]
        assert [row.model_dump() for row in found] == [row.model_dump() for row in in_utc(written)]


def in_utc(rows: list[SQLModel]) -> list[SQLModel]:
    """timestamptz keeps the moment, not the zone that it was said in."""
    for row in rows:
        for name, value in row.model_dump().items():
            if isinstance(value, datetime):
                setattr(row, name, value.astimezone(UTC))
    return rows


async def test_every_column_type_of_the_schema_is_among_the_samples(guild_id: int) -> None:
    covered = {type(row) for row in samples(guild_id)} | {PointTransfer}
    types = {repr(column.type) for model in covered for column in model.__table__.columns}
    assert {repr(column.type) for table in metadata.tables.values() for column in table.columns} <= types


async def test_json_null_and_sql_null_stay_apart(
    database: DatabaseService, session: AsyncSession, auditor: Any, guild_id: int
) -> None:
    await write_samples(session, guild_id)
    change = "SELECT count(*) FROM guild_config_changes WHERE guild_id = $1 AND before = 'null'::jsonb"
    assert await auditor.fetchval(change, guild_id) == 1
    answer = "SELECT count(*) FROM point_operations WHERE guild_id = $1 AND answer IS NULL"
    assert await auditor.fetchval(answer, guild_id) == 1


A_CASE = statement(
    select(Case).where(col(Case.guild_id) == param("guild_id"), col(Case.number) == param("number")),
    into=Case,
)


@pytest.mark.parametrize("values", [{}, {"guild_id": 1}, {"guild_id": 1, "number": 1, "extra": 1}])
def test_wrong_names_never_reach_the_database(values: dict[str, int]) -> None:
    with pytest.raises(TypeError, match=r"takes \['guild_id', 'number'\]"):
        A_CASE.compiled.arguments(values)


def test_a_name_used_twice_is_given_once() -> None:
    twice = statement(
        select(Case).where((Case.target_id == param("user_id")) | (Case.moderator_id == param("user_id"))),
        into=Case,
    )
    assert twice.compiled.arguments({"user_id": 7}) in ([7], [7, 7])


def test_a_statement_that_does_not_load_all_columns_of_a_model_is_refused() -> None:
    with pytest.raises(TypeError, match="all columns of Case"):
        statement(select(Case.number), into=Case).compiled  # noqa: B018


def test_an_in_list_is_refused_because_its_text_changes() -> None:
    with pytest.raises(TypeError, match="any_"):
        statement(select(Case).where(col(Case.number).in_([1, 2])), into=Case).compiled  # noqa: B018


class Pair(NamedTuple):
    kind: CaseKind
    number: int


async def test_columns_come_as_named_tuples_with_their_types(
    database: DatabaseService, open_case: Any, guild_id: int
) -> None:
    await open_case()
    pairs = statement(select(Case.kind, Case.number).where(Case.state == CaseState.ACTIVE), into=Pair)
    async with database.transaction(guild_id=guild_id) as tx:
        [pair] = (await tx.exec(pairs)).all()
    assert (pair, type(pair), type(pair.kind)) == (Pair(CaseKind.WARN, 1), Pair, CaseKind)


async def test_one_wants_exactly_one_row(database: DatabaseService, open_case: Any, guild_id: int) -> None:
    numbers = statement(select(Case.number), into=int)
    for expected in ("got 0", None, "got 2"):
        async with database.transaction(guild_id=guild_id) as tx:
            found = await tx.exec(numbers)
        if expected is None:
            assert found.one() == 1
        else:
            with pytest.raises(LookupError, match=expected):
                found.one()
        await open_case()


def test_a_query_of_the_same_shape_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[Any] = []

    class Counting(statements.DIALECT.statement_compiler):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            compiled.append(arguments)
            super().__init__(*arguments, **options)

    monkeypatch.setattr(statements.DIALECT, "statement_compiler", Counting)

    def asked(target: int, text: str) -> Any:
        conditions = (Case.target_id == target, col(Case.reason).icontains(text, autoescape=True))
        return select(Case).where(*conditions, Case.kind != CaseKind.NOTE).limit(target)

    first, arguments = composed(asked(51, "5%"), Case)
    second, others = composed(asked(62, "a/b"), Case)
    assert issubclass(Counting, SQLCompiler)
    assert len(compiled) == 1
    assert first.text == second.text
    assert (arguments, others) == ([51, "5/%", "note", 51], [62, "a//b", "note", 62])


async def test_composed_writes_convert_their_values(
    database: DatabaseService, open_case: Any, session: AsyncSession, guild_id: int
) -> None:
    await open_case()
    for kind, at in (
        (Delivery.CASE_DIRECT_MESSAGE, ELSEWHERE),
        (Delivery.CASE_LOG, ELSEWHERE + timedelta(days=1)),
    ):
        async with database.transaction(guild_id=guild_id) as tx:
            await tx.query(update(OutboxRow).values(kind=kind, due_at=at), type(None))
        [row] = await session.scalars(select(OutboxRow).execution_options(populate_existing=True))
        assert (row.kind, row.due_at) == (kind, at)
        await session.rollback()


async def test_a_changed_instance_can_still_be_given_to_a_session(
    database: DatabaseService, open_case: Any, session: AsyncSession, guild_id: int
) -> None:
    case = await open_case()
    async with database.transaction(guild_id=guild_id) as tx:
        loaded = await CASES.one(tx, guild_id=guild_id, number=case.number)
    loaded.reason = "another"
    assert (loaded.model_dump()["reason"], loaded.model_copy().reason) == ("another", "another")


def test_an_insert_needs_no_result_type(guild_id: int) -> None:
    made = statement(insert(User).values(guild_id=param("guild_id"), user_id=5, name="a", display_name="b"))
    assert made.compiled.arguments({"guild_id": guild_id}).count(guild_id) == 1


def test_the_machinery_stays_small() -> None:
    assert len(Path(statements.__file__).read_text().splitlines()) < 200
