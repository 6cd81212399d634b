"""`python -m bot export-ledger`: what it writes, and what it does not."""

from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from bot.exits import CannotRun, Exit
from bot.ledger_commands import execute_export
from bot.settings import Settings
from bot.verify_ledger import verified

ANN = 5_001


async def test_a_file_that_is_named_so_is_packed(ledger: Any, dsn: str, tmp_path: Path) -> None:
    await ledger.award(ANN, 7)
    settings, said = Settings(database_url=dsn), list[str]()
    plain, packed = tmp_path / "ledger.jsonl", tmp_path / "ledger.jsonl.gz"

    for file in (plain, packed):
        assert await execute_export(Namespace(server=ledger.guild_id, file=file), settings, said.append) == 0

    assert plain.read_bytes().startswith(b'{"reeve_ledger"')
    assert packed.read_bytes().startswith(b"\x1f\x8b")
    assert [verified(file).circulating for file in (plain, packed)] == [7, 7]


async def test_a_server_that_nobody_knows_leaves_no_file(dsn: str, tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    with pytest.raises(CannotRun, match="Nobody has had a point in a server 5 ") as caught:
        await execute_export(Namespace(server=5, file=file), Settings(database_url=dsn), print)
    assert caught.value.code is Exit.USAGE
    assert not file.exists()
