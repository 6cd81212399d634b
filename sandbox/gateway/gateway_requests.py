"""What a bot asks of the gateway once it has a session: by opcode, who answers it."""

from collections.abc import Callable

from sandbox.closes import Closes
from sandbox.core import Core
from sandbox.forms import as_integer
from sandbox.gateway.chunks import asks_for_all, member_chunks, nonce_of
from sandbox.gateway.pacing import MemberLists, Pacing
from sandbox.gateway.session import Session
from sandbox.guilds import payloads, presences
from sandbox.rows import Guild, Json
from sandbox.voice import voice

PRESENCE, VOICE_STATE, MEMBERS, SOUNDBOARD, CHANNEL_INFO = 3, 4, 8, 31, 43
NAMES = {
    PRESENCE: "PRESENCE_UPDATE",
    VOICE_STATE: "VOICE_STATE_UPDATE",
    MEMBERS: "REQUEST_GUILD_MEMBERS",
    SOUNDBOARD: "REQUEST_SOUNDBOARD_SOUNDS",
    CHANNEL_INFO: "REQUEST_CHANNEL_INFO",
}


class GatewayRequests:
    def __init__(self, core: Core, pacing: Pacing) -> None:
        self._core = core
        self._member_lists = MemberLists(core.clock, pacing)
        self._answers: dict[int, Callable[[Session, Json], None]] = {
            PRESENCE: self._presence,
            VOICE_STATE: self._voice_state,
            MEMBERS: self._members,
            SOUNDBOARD: self._soundboard_sounds,
            CHANNEL_INFO: self._channel_info,
        }

    def answer(self, op: int, session: Session, asked: object) -> None:
        """Raises Closes."""
        if not isinstance(asked, dict):
            raise Closes(4002)
        self._answers[op](session, asked)

    def _guild(self, session: Session, guild_id: object) -> Guild | None:
        """One that the bot is in; others are passed over in silence. Raises Closes."""
        number = as_integer(guild_id)
        if number is None:
            raise Closes(4002)
        guild = self._core.world.guilds.get(number)
        return guild if guild and session.user_id in guild.members else None

    def _presence(self, session: Session, asked: Json) -> None:
        presences.asked_on_gateway(self._core, session.user_id, asked)

    def _voice_state(self, session: Session, asked: Json) -> None:
        voice.asked_on_gateway(self._core, session.user_id, asked)

    def _members(self, session: Session, asked: Json) -> None:
        guild = self._guild(session, asked.get("guild_id"))
        if guild is None:
            return
        if asks_for_all(asked) and (wait := self._member_lists.retry_after(session.application.id, guild.id)):
            meta = {"guild_id": str(guild.id), **nonce_of(asked)}
            session.dispatch_payload("RATE_LIMITED", {"opcode": MEMBERS, "retry_after": wait, "meta": meta})
            return
        for chunk in member_chunks(self._core, session, guild, asked):
            session.dispatch_payload("GUILD_MEMBERS_CHUNK", chunk)

    def _soundboard_sounds(self, session: Session, asked: Json) -> None:
        guild_ids = asked.get("guild_ids")
        if not isinstance(guild_ids, list):
            raise Closes(4002)
        for guild in filter(None, [self._guild(session, each) for each in guild_ids]):
            whole = payloads.guild_create(self._core.world, guild, session.user_id, with_presences=False)
            told = {"guild_id": str(guild.id), "soundboard_sounds": whole["soundboard_sounds"]}
            session.dispatch_payload("SOUNDBOARD_SOUNDS", told)

    def _channel_info(self, session: Session, asked: Json) -> None:
        """No channel has a voice status or a voice session, so none is listed."""
        guild = self._guild(session, asked.get("guild_id"))
        if not isinstance(asked.get("fields"), list):
            raise Closes(4002)
        if guild is not None:
            session.dispatch_payload("CHANNEL_INFO", {"guild_id": str(guild.id), "channels": []})
