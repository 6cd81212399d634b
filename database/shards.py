"""Which shards of a bot a process serves. Discord sends a guild's events to shard `(guild_id >> 22) % count`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shards:
    """`ids` of `count`; ascending, at least one."""

    ids: tuple[int, ...]
    count: int

    def owns(self, guild_id: int) -> bool:
        return (guild_id >> 22) % self.count in self.ids

    @property
    def is_whole_bot(self) -> bool:
        return len(self.ids) == self.count

    def __str__(self) -> str:
        """As an operator writes it: `0-3/16`."""
        return f"{','.join(_ranges(self.ids))}/{self.count}"


WHOLE_BOT = Shards((0,), 1)
"""One process for everything: owns every guild."""


def _ranges(ids: tuple[int, ...]) -> list[str]:
    runs: list[list[int]] = []
    for shard_id in ids:
        if runs and shard_id == runs[-1][-1] + 1:
            runs[-1].append(shard_id)
        else:
            runs.append([shard_id])
    return [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]
