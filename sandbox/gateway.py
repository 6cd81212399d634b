"""The gateway's sessions: who may open one, who may resume one, and every event offered to each of them."""

from sandbox import payloads
from sandbox.connection import Closes, Connection
from sandbox.core import Core
from sandbox.events import KNOWN_INTENTS, PRIVILEGED, Event, Intent
from sandbox.forms import as_integer
from sandbox.rows import Application, Json
from sandbox.session import Session

RESUMABLE_SECONDS = 600
SMALL_GUILD = 50  # members, unless the bot asks for another threshold


class Gateway:
    def __init__(self, core: Core) -> None:
        self.core = core
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        core.events.listen(self._offer)

    def _offer(self, event: Event) -> None:
        for session in tuple(self.sessions.values()):
            session.offer(event)

    @property
    def url(self) -> str:
        return self.core.url.replace("http", "ws", 1) + "/gateway"

    def identify(self, connection: Connection, asked: Json) -> Session:
        application = self._application(asked.get("token"))
        session = Session(
            self.core,
            application,
            self._intents(application, asked),
            self._shard(asked),
            large_threshold=as_integer(asked.get("large_threshold")) or SMALL_GUILD,
            line=connection,
        )
        self.sessions[session.id] = session
        return session

    def welcome(self, session: Session) -> None:
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
            "shard": list(session.shard),
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
        session.dispatch_payload("READY", ready)
        for guild in guilds if session.intents & Intent.GUILDS else []:
            small = len(guild.members) <= session.large_threshold
            presences = small and bool(session.intents & Intent.GUILD_PRESENCES)
            session.dispatch_payload(
                "GUILD_CREATE", payloads.guild_create(world, guild, user_id, with_presences=presences)
            )

    def resume(self, connection: Connection, asked: Json) -> Session | None:
        """None when that session is gone and the bot has to identify again."""
        application = self._application(asked.get("token"))
        session = self.sessions.get(str(asked.get("session_id")))
        sequence = asked.get("seq")
        if session is None or session.application is not application or self._is_stale(session):
            return None
        if not isinstance(sequence, int) or sequence > session.sequence:
            raise Closes(4007, "Invalid seq")
        if not session.can_replay(sequence):
            return None
        for envelope in session.missed_since(sequence):
            connection.send(envelope)
        session.line, session.lost_at = connection, None
        session.dispatch_payload("RESUMED", {"_trace": ["sandbox"]})
        return session

    def lost(self, session: Session, connection: Connection, close_code: int | None) -> None:
        """A client that closes with 1000 or 1001 says goodbye to its session; any other end can be resumed."""
        if session.line is not connection:
            return
        session.line, session.lost_at = None, self.core.now()
        if close_code in (1000, 1001):
            self.forget(session)

    def forget(self, session: Session) -> None:
        self.sessions.pop(session.id, None)

    def _is_stale(self, session: Session) -> bool:
        lost_at = session.lost_at
        return lost_at is not None and (self.core.now() - lost_at).total_seconds() > RESUMABLE_SECONDS

    def _application(self, token: object) -> Application:
        bare = str(token).removeprefix("Bot ")
        for application in self.core.world.applications.values():
            if application.token == bare:
                return application
        raise Closes(4004, "Authentication failed.")

    @staticmethod
    def _intents(application: Application, asked: Json) -> Intent:
        intents = asked.get("intents")
        if not isinstance(intents, int) or intents & ~KNOWN_INTENTS:
            raise Closes(4013, "Invalid intent(s).")
        if intents & PRIVILEGED & ~application.intents:
            raise Closes(4014, "Disallowed intent(s).")
        return Intent(intents)

    @staticmethod
    def _shard(asked: Json) -> tuple[int, int]:
        shard = asked.get("shard") or [0, 1]
        if len(shard) != 2 or not 0 <= shard[0] < shard[1]:
            raise Closes(4010, "Invalid shard.")
        return shard[0], shard[1]

    def drop(self) -> None:
        """Cuts every socket without a close frame, as a lost network does."""
        for connection in tuple(self.connections):
            connection.abort()

    def ask_to_reconnect(self) -> None:
        for connection in tuple(self.connections):
            connection.send_op(7, None)

    def invalidate(self, *, resumable: bool) -> None:
        for session in tuple(self.sessions.values()):
            line = session.line
            if not resumable:
                self.forget(session)
            if isinstance(line, Connection):
                line.send_op(9, resumable)

    def ask_for_heartbeat(self) -> None:
        for connection in tuple(self.connections):
            connection.send_op(1, None)
