"""Bans that end while Discord is away end once, after it is back, and not where somebody has decided anew."""

from datetime import timedelta

from database.clock import clock
from soak.long_outage import LongOutage, banned
from soak.scenario import Ground
from soak.stage import opened, until


async def test_a_hundred_bans_that_end_in_an_outage_end_once(ground: Ground) -> None:
    outcome = await LongOutage(bans=100).run(ground)
    assert outcome.broken == []


async def test_a_server_in_which_discord_takes_its_time_holds_up_no_other(ground: Ground) -> None:
    """More ends are due there, and longer, than are taken at once."""
    counts = {"slow": 120, "quick": 3}
    async with opened(ground) as stage:
        slow, quick = [await stage.guild(name, members=count + 12) for name, count in counts.items()]
        database = await ground.service(stage.dsn)
        ends_at = stage.sandbox.clock.now() + timedelta(minutes=1)
        assert ends_at > clock.now()
        for guild in (slow, quick):
            for target_id in stage.people(guild)[-counts[guild.name] :]:
                await banned(database, guild, target_id, key=target_id, ends_at=ends_at)
        stage.sandbox.faults.add(f"DELETE /guilds/{slow.id}/bans/*", "timeout", times=1000)
        await stage.forge.start()
        await stage.advance(120)

        async def is_over() -> bool:
            return not quick.bans

        assert await until(is_over, 30)
        assert len(slow.bans) == counts["slow"]
