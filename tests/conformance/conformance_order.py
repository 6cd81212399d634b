"""In what order things may come over the gateway: rules about several events, where a table knows one alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from conformance_wire import Seen

Payload = dict[str, Any]
GUILD_MEMBERS = 1 << 1
REMOVING = (20, 22)  # actions of the audit log: a kick, a ban
ACKNOWLEDGED = (200, 204)


@dataclass(frozen=True)
class Life:
    """What is made once, changed while it is there, and gone once."""

    begin: str
    change: tuple[str, ...]
    end: str
    key: Callable[[Payload], object]


def member_of(payload: Payload) -> object:
    return payload["guild_id"], payload["user"]["id"]


def role_of(payload: Payload) -> object:
    return payload.get("role_id") or payload["role"]["id"]


LIVES = [
    Life("MESSAGE_CREATE", ("MESSAGE_UPDATE",), "MESSAGE_DELETE", lambda d: d["id"]),
    Life("CHANNEL_CREATE", ("CHANNEL_UPDATE",), "CHANNEL_DELETE", lambda d: d["id"]),
    Life("GUILD_MEMBER_ADD", ("GUILD_MEMBER_UPDATE",), "GUILD_MEMBER_REMOVE", member_of),
    Life("GUILD_BAN_ADD", (), "GUILD_BAN_REMOVE", member_of),
    Life("GUILD_ROLE_CREATE", ("GUILD_ROLE_UPDATE",), "GUILD_ROLE_DELETE", role_of),
    Life("INVITE_CREATE", (), "INVITE_DELETE", lambda d: d["code"]),
    Life(
        "AUTO_MODERATION_RULE_CREATE",
        ("AUTO_MODERATION_RULE_UPDATE",),
        "AUTO_MODERATION_RULE_DELETE",
        lambda d: d["id"],
    ),
]  # fmt: skip
STAGES = {
    event: (life, stage)
    for life in LIVES
    for stage, events in (("begin", (life.begin,)), ("change", life.change), ("end", (life.end,)))
    for event in events
}


@dataclass
class Session:
    intents: int = 0
    sequence: int = 0
    guilds: set[str] = field(default_factory=set)  # of READY, and joined later
    promised: set[str] = field(default_factory=set)  # of READY, not created yet
    lives: dict[tuple[str, object], str] = field(default_factory=dict)  # what was last heard of each thing
    chunks: dict[tuple[str, object], int] = field(default_factory=dict)  # the next index
    members: set[object] = field(default_factory=set)
    leaving: dict[object, str] = field(default_factory=dict)  # who is still to be heard of as gone, and why


class Order:
    """Told every exchange as it came."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._intents = 0
        self._offered: dict[str, int] = {}  # interaction -> how often it was acknowledged

    def problems(self, exchange: Seen) -> Iterator[str]:
        if exchange.kind == "rest":
            yield from self._acknowledgement(exchange)
        elif exchange.route == "IDENTIFY":
            asked = exchange.request
            self._intents = asked.get("intents", 0) if isinstance(asked, dict) else 0
        elif exchange.session is not None:
            yield from self._event(exchange.session, exchange.route, exchange.sequence, exchange.response)

    def finish(self) -> Iterator[str]:
        """What was still to come and did not."""
        for session in self._sessions.values():
            for one, name in session.leaving.items():
                yield f"{name} of the member {one} came without GUILD_MEMBER_REMOVE"
            session.leaving.clear()
            for (guild_id, _), index in session.chunks.items():
                yield f"GUILD_MEMBERS_CHUNK {index} of the guild {guild_id} never came"
            session.chunks.clear()

    def _acknowledgement(self, exchange: Seen) -> Iterator[str]:
        """An interaction is offered before it is answered, and answered once (reference, "Interaction Callback")."""
        if not exchange.path.startswith("/interactions/") or exchange.status not in ACKNOWLEDGED:
            return
        number = exchange.path.split("/")[2]
        if number not in self._offered:
            yield f"the interaction {number} was acknowledged before INTERACTION_CREATE"
        elif self._offered[number]:
            yield f"the interaction {number} was acknowledged twice"
        self._offered[number] = 1

    def _event(self, number: str, name: str, sequence: int | None, payload: Payload) -> Iterator[str]:
        session = self._sessions.setdefault(number, Session(self._intents))
        if sequence != session.sequence + 1:
            yield f"{name} has the sequence {sequence} after {session.sequence}"
        session.sequence = sequence or 0
        if (name == "READY") != (session.sequence == 1):
            yield f"{name} is number {session.sequence} of its session"
        yield from self._guilds(session, name, payload)
        if name == "INTERACTION_CREATE":
            self._offered.setdefault(payload["id"], 0)
        elif name == "MESSAGE_DELETE_BULK":
            for each in payload["ids"]:
                yield from self._life(session, "MESSAGE_DELETE", {"id": each})
        elif name == "GUILD_MEMBERS_CHUNK":
            yield from self._chunk(session, payload)
        if name in STAGES:
            yield from self._life(session, name, payload)
        self._removals(session, name, payload)

    def _guilds(self, session: Session, name: str, payload: Payload) -> Iterator[str]:
        """READY names the guilds, GUILD_CREATE brings each of them, and only then comes anything about them."""
        if name == "READY":
            session.guilds = {each["id"] for each in payload["guilds"]}
            session.promised = set(session.guilds) if session.intents & 1 else set()
            return
        if name == "GUILD_CREATE":
            session.promised.discard(payload["id"])
            session.guilds.add(payload["id"])
            return
        if session.promised and name != "GUILD_DELETE":
            yield f"{name} came before GUILD_CREATE of {', '.join(map(str, session.promised))}"
            session.promised.clear()
        if name == "GUILD_DELETE" and not payload.get("unavailable"):
            session.guilds.discard(payload["id"])
        about = payload.get("guild_id")
        if about and about not in session.guilds and session.intents & 1 and name != "GUILD_DELETE":
            yield f"{name} is about the guild {about}, which the session was never told of"

    def _life(self, session: Session, name: str, payload: Payload) -> Iterator[str]:
        life, stage = STAGES[name]
        key = life.begin, life.key(payload)
        before = session.lives.get(key)
        session.lives[key] = name
        wrong = before == life.end if stage != "begin" else before is not None and before != life.end
        reborn = name in ("MESSAGE_CREATE", "CHANNEL_CREATE", "GUILD_ROLE_CREATE") and before == life.end
        if wrong or reborn:
            yield f"{name} of {key[1]} came after {before}"

    def _chunk(self, session: Session, payload: Payload) -> Iterator[str]:
        index, count = payload["chunk_index"], payload["chunk_count"]
        key = payload["guild_id"], payload.get("nonce")
        expected = session.chunks.pop(key, 0)
        if index != expected:
            yield f"GUILD_MEMBERS_CHUNK {index} came where {expected} was due"
        if not 0 <= index < count:
            yield f"GUILD_MEMBERS_CHUNK {index} of {count}"
        elif index + 1 < count:
            session.chunks[key] = index + 1
        if len(payload["members"]) > 1000:
            yield f"GUILD_MEMBERS_CHUNK brings {len(payload['members'])} members, not 1000 at most"
        session.members |= {(payload["guild_id"], each["user"]["id"]) for each in payload["members"]}

    def _removals(self, session: Session, name: str, payload: Payload) -> None:
        """A member who is kicked or banned is heard of as gone, by who hears of both."""
        if name == "GUILD_CREATE":
            session.members |= {(payload["id"], each["user"]["id"]) for each in payload["members"]}
        elif name in ("GUILD_MEMBER_ADD", "GUILD_MEMBER_UPDATE"):
            session.members.add(member_of(payload))
        elif name == "GUILD_MEMBER_REMOVE":
            session.members.discard(member_of(payload))
            session.leaving.pop(member_of(payload), None)
        elif name == "GUILD_BAN_ADD":
            self._must_leave(session, name, member_of(payload))
        elif name == "GUILD_AUDIT_LOG_ENTRY_CREATE" and payload["action_type"] in REMOVING:
            self._must_leave(session, name, (payload["guild_id"], payload["target_id"]))

    @staticmethod
    def _must_leave(session: Session, name: str, one: object) -> None:
        if one in session.members and session.intents & GUILD_MEMBERS:
            session.leaving[one] = name
