"""The gateway's sessions: who may open one, who may resume one, and every event offered to each of them."""

import logging
import secrets

from sandbox.addresses import addresses
from sandbox.bot_rows import Application
from sandbox.closes import Closes
from sandbox.core import Core
from sandbox.events import Audience, Event, Intent
from sandbox.gateway.connection import HEARTBEAT, INVALID_SESSION, RECONNECT, Connection
from sandbox.gateway.gateway_requests import GatewayRequests
from sandbox.gateway.identify import caller, read_identify
from sandbox.gateway.pacing import Pacing, Starts
from sandbox.gateway.session import Session
from sandbox.guilds import payloads, presences
from sandbox.rows import Guild, Json
from sandbox.seeds.tokens import bot_token
from sandbox.threads import archiving
from sandbox.voice import voice

log = logging.getLogger(__name__)

RESUMABLE_SECONDS = 600


class Gateway:
    def __init__(self, core: Core, pacing: Pacing) -> None:
        self.core = core
        self.starts = Starts(core.clock, pacing)
        self.requests = GatewayRequests(core, pacing)
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        self._down: set[int] = set()  # guilds in an outage
        self._to_duplicate = 0
        for application in core.world.applications.values():
            core.world.user(
                application.bot_user_id
            ).status = "offline"  # a world file may remember a bot as online
        core.events.listen(self._offer)

    def _offer(self, event: Event) -> None:
        if event.audience.guild_id in self._down:
            return
        times = 1
        if self._to_duplicate and event.name == "INTERACTION_CREATE":
            self._to_duplicate -= 1
            times = 2
        for session in tuple(self.sessions.values()):
            if session.lost_at is not None and self._is_stale(session):
                self.forget(session)
                continue
            if event.name == "GUILD_CREATE" and session.hears(event):
                self._show(session, self.core.world.guild(event.audience.guild_id or 0), is_new=True)
                continue
            for _ in range(times):
                session.offer(event)

    @property
    def url(self) -> str:
        return addresses(self.core.url).gateway

    def identify(self, connection: Connection, asked: Json) -> Session | None:
        """None when the bot has to try again after some seconds. Raises Closes."""
        one = read_identify(self.core.world, asked)
        application = one.application
        if self.starts.is_too_early(application.id, one.shard_id):
            return None
        if self.starts.are_used_up(application.id):
            self._take_token_away(application)
            raise Closes(4004)
        self.starts.count(application.id, one.shard_id)
        session = Session(
            self.core, application, one.intents, one.shard, one.large_threshold, one.compress, line=connection
        )
        presences.asked_on_gateway(self.core, session.user_id, asked.get("presence") or {})
        self.sessions[session.id] = session
        self._welcome(session)
        return session

    def _take_token_away(self, application: Application) -> None:
        """What Discord does to who identifies too often in a day (gateway, "Identifying")."""
        for session in self._sessions_of(application):
            self._end(session, 4004)
        application.token = bot_token(application.bot_user_id, secrets.token_urlsafe(16))
        self.starts.begin_anew(application.id)
        self.core.touch()
        log.error(
            "%s began too many sessions in 24 hours. Its new token: %s", application.name, application.token
        )

    def _sessions_of(self, application: Application) -> list[Session]:
        return [each for each in self.sessions.values() if each.application is application]

    def is_connected(self, application_id: int) -> bool:
        return any(each.application.id == application_id and each.line for each in self.sessions.values())

    def may_return(self, application_id: int) -> bool:
        """To a session that it could resume; with it comes what happened meanwhile."""
        mine = [each for each in self.sessions.values() if each.application.id == application_id]
        return any(each.line is None and not self._is_stale(each) for each in mine)

    def _end(self, session: Session, code: int) -> None:
        self.forget(session)
        if isinstance(session.line, Connection):
            session.line.close(code)

    def _welcome(self, session: Session) -> None:
        world, user_id = self.core.world, session.user_id
        guilds = [guild for guild in world.guilds_of(user_id) if session.has_shard_of(guild.id)]
        ready = {
            "v": 10,
            "user": payloads.own_user(world.user(user_id)),
            "user_settings": {},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "application": {
                "id": str(session.application.id),
                "flags": payloads.application(world, session.application)["flags"],
            },
            "relationships": [],
            "private_channels": [],
            "presences": [],
            "guild_join_requests": [],
            "geo_ordered_rtc_regions": [],
            "auth": {},
            "_trace": ["sandbox"],
        }
        if session.shard:
            ready["shard"] = list(session.shard)
        session.dispatch_payload("READY", ready)
        for guild in guilds if session.intents & Intent.GUILDS else []:
            self._show(session, guild)

    def _show(self, session: Session, guild: Guild, *, is_new: bool = False) -> None:
        if guild.id in self._down:
            session.dispatch_payload("GUILD_DELETE", {"id": str(guild.id), "unavailable": True})
            return
        body = payloads.guild_create(
            self.core.world,
            guild,
            session.user_id,
            with_presences=bool(session.intents & Intent.GUILD_PRESENCES),
            large_threshold=session.large_threshold,
        )
        body["threads"] = archiving.shown_to(self.core, guild, session.user_id)
        if is_new:
            del body["unavailable"]  # clients tell by it which guilds the bot was in before
        session.dispatch_payload("GUILD_CREATE", body)

    def resume(self, connection: Connection, asked: Json) -> Session | None:
        """None when that session is gone and the bot has to identify again. Raises Closes."""
        application = caller(self.core.world, asked)
        session = self.sessions.get(str(asked.get("session_id")))
        if session is None or session.application is not application or self._is_stale(session):
            return None
        sequence = asked.get("seq")
        if not isinstance(sequence, int) or not 0 <= sequence <= session.sequence:
            raise Closes(4007)
        missed = session.missed_since(sequence)
        if missed is None:
            return None
        if isinstance(session.line, Connection):
            session.line.session = None
            session.line.close(4000, "The session goes on elsewhere.")
        for envelope in missed:
            connection.send(envelope)
        session.line, session.lost_at = connection, None
        session.dispatch_payload("RESUMED", {"_trace": ["sandbox"]})
        return session

    def lost(self, session: Session, connection: Connection, *, said_goodbye: bool) -> None:
        """Who closes with 1000 or 1001 ends its session; after any other end it can be resumed."""
        if session.line is not connection:
            return
        session.line, session.lost_at = None, self.core.now()
        if said_goodbye:
            self.forget(session)

    def forget(self, session: Session) -> None:
        """A bot whose last session is gone is offline, and in no voice channel."""
        self.sessions.pop(session.id, None)
        if self._sessions_of(session.application):
            return
        presences.change(self.core, self.core.world.user(session.user_id), "offline", ())
        for guild in self.core.world.guilds_of(session.user_id):
            voice.disconnect(self.core, guild, session.user_id)

    def _is_stale(self, session: Session) -> bool:
        lost_at = session.lost_at
        return lost_at is not None and (self.core.now() - lost_at).total_seconds() > RESUMABLE_SECONDS

    def drop(self) -> None:
        """Cuts every socket without a close frame, as a lost network does."""
        for connection in tuple(self.connections):
            connection.abort()

    def ask_to_reconnect(self) -> None:
        for connection in tuple(self.connections):
            connection.send_op(RECONNECT, None)

    def invalidate(self, *, resumable: bool) -> None:
        for session in tuple(self.sessions.values()):
            line = session.line
            if not resumable:
                self.forget(session)
            if isinstance(line, Connection):
                if not resumable:
                    line.session = None
                line.send_op(INVALID_SESSION, resumable)

    def ask_for_heartbeat(self) -> None:
        for connection in tuple(self.connections):
            connection.send_op(HEARTBEAT, None)

    def duplicate(self, times: int) -> None:
        """The next so many interactions are delivered twice, each time with a number of its own."""
        self._to_duplicate = times

    def outage(self, guild_id: int) -> None:
        """The guild goes away for its bots, and nothing that happens there reaches them until it recovers."""
        if guild_id not in self._down:
            gone = {"id": str(self.core.world.guild(guild_id).id), "unavailable": True}
            self.core.events.emit("GUILD_DELETE", gone, Audience(guild_id, intent=Intent.GUILDS))
            self._down.add(guild_id)

    def recover(self, guild_id: int) -> None:
        guild = self.core.world.guild(guild_id)
        if guild_id in self._down:
            self._down.remove(guild_id)
            for session in self.sessions.values():
                hears = session.intents & Intent.GUILDS and session.has_shard_of(guild_id)
                if hears and session.user_id in guild.members:
                    self._show(session, guild)
