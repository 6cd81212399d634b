"""Connections cut right after COMMIT was sent: every request is answered, and carried out once."""

import struct

import pytest

from database import actions
from database.errors import DatabaseUnavailable
from soak.bank import Bank
from soak.cut_commits import CutCommits
from soak.proxy import COMMIT, ENCRYPTION_REQUEST, Framing, Proxy
from soak.scenario import Ground

FIRST = struct.pack("!ii", 13, 196608) + b"user\0"
QUERY = b"Q" + struct.pack("!i", 13) + b"SELECT 1\0"
SAID = ENCRYPTION_REQUEST + FIRST + QUERY + COMMIT + QUERY + COMMIT


async def test_every_request_is_answered_and_carried_out_once(ground: Ground) -> None:
    outcome = await CutCommits(transfers=150, tasks=16, cut=0.15).run(ground)
    assert outcome.broken == []
    assert outcome.reached["repeated by the service"] >= outcome.reached["cut at COMMIT"] > 5


async def test_repeating_what_was_not_answered_as_if_it_were_new_is_found_out(ground: Ground) -> None:
    outcome = await CutCommits(transfers=60, tasks=16, cut=0.3, blind=True).run(ground)
    assert any("carried out more than once" in claim for claim in outcome.broken)


async def test_nobody_is_told_that_nothing_was_changed_where_the_first_try_was_committed(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """COMMIT arrives, its answer does not, and no repeat finds a server any more."""
    monkeypatch.setattr(actions, "RESOLVE_SECONDS", 0.2)
    server = await ground.server()
    async with Proxy(server.socket_folder, ground.dice) as proxy:
        database = await ground.service(proxy.dsn)
        bank = Bank(database, ground.dice)
        proxy.cut_after_commit = 1.0
        proxy.refuse()
        with pytest.raises(DatabaseUnavailable, match="look whether it is done") as told:
            await bank.open()
        assert told.value.is_unknown
    auditor = await ground.auditor(server)
    assert await auditor.fetchval("SELECT count(*) FROM point_transfers") == 1


@pytest.mark.parametrize("size", [1, 2, 7, 12, 13, 1000])
def test_a_commit_is_seen_when_its_last_byte_is_however_it_was_cut_in_pieces(size: int) -> None:
    framing, seen = Framing(), []
    for start in range(0, len(SAID), size):
        seen += [start + size] * framing.commits(SAID[start : start + size])
    ends = [len(SAID) - len(QUERY + COMMIT), len(SAID)]
    assert seen == [next(at for at in range(size, len(SAID) + size, size) if at >= end) for end in ends]
