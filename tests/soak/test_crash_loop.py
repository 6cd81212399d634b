"""PostgreSQL killed under load: nothing acknowledged is lost or doubled, and losing it would be seen."""

from soak.crash_loop import CrashLoop
from soak.scenario import Ground


async def test_no_acknowledged_transfer_is_lost_or_doubled_by_a_killed_server(ground: Ground) -> None:
    outcome = await CrashLoop(kills=5, acknowledged=200).run(ground)
    assert outcome.broken == []
    assert outcome.reached["acknowledged"] >= 200


async def test_a_server_that_only_promises_to_write_is_found_out(ground: Ground) -> None:
    outcome = await CrashLoop(kills=1, acknowledged=100, synchronous_commit="off").run(ground)
    assert any("acknowledged answers are not in the database" in claim for claim in outcome.broken)
