"""A bot that comes to see a channel is told of the active threads there (gateway events, "Thread List Sync")."""

from sandbox.bot_rows import Application
from sandbox.core import Core
from sandbox.events import Audience, Event, Intent
from sandbox.rows import Guild, Json
from sandbox.threads import archiving, thread_payloads
from sandbox.threads.thread_payloads import details

OF_THREADS = frozenset({"THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE"})
OF_PERMISSIONS = frozenset(
    {"CHANNEL_UPDATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE", "GUILD_MEMBER_UPDATE"}
)


class ThreadSync:
    """Remembers of which parents of active threads each bot knows."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._known: dict[tuple[int, int], set[int]] = {}
        for guild in core.world.guilds.values():
            self._look(guild)
        core.events.listen(self._hear)

    def _hear(self, event: Event) -> None:
        guild = self._core.world.guilds.get(event.audience.guild_id or 0)
        if guild is None or not guild.thread_ids:
            return
        if event.name in OF_THREADS:
            self._look(guild)
        elif event.name in OF_PERMISSIONS:
            for application, gained in self._look(guild):
                self._tell(guild, application, gained)

    def _look(self, guild: Guild) -> list[tuple[Application, set[int]]]:
        """Who has come to see what, since it was looked at last."""
        parents = {each.parent_id or 0 for each in archiving.active(self._core, guild)}
        found = []
        for application in self._core.world.applications.values() if parents else ():
            channels = map(self._core.world.channel, parents)
            seen = {each.id for each in channels if self._core.sees(each, application.bot_user_id)}
            gained = seen - self._known.get((guild.id, application.id), set())
            self._known[guild.id, application.id] = seen
            found += [(application, gained)] if gained else []
        return found

    def _tell(self, guild: Guild, application: Application, parent_ids: set[int]) -> None:
        reader_id = application.bot_user_id
        active = [each for each in archiving.active(self._core, guild) if each.parent_id in parent_ids]
        shown = [each for each in active if self._core.sees(each, reader_id)]
        joined = [(each, details(each).members.get(reader_id)) for each in shown]
        body: Json = {
            "guild_id": str(guild.id),
            "channel_ids": [str(parent_id) for parent_id in sorted(parent_ids)],
            "threads": [thread_payloads.thread(each) for each in shown],
            "members": [thread_payloads.member(each, own) for each, own in joined if own],
        }
        audience = Audience(guild.id, intent=Intent.GUILDS, application_id=application.id)
        self._core.events.emit("THREAD_LIST_SYNC", body, audience)
