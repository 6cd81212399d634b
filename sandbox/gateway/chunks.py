"""Members in pieces, as a bot asks for them (gateway events, "Request Guild Members")."""

from collections.abc import Iterator

from sandbox.closes import Closes
from sandbox.core import Core
from sandbox.events import Intent
from sandbox.forms import as_integer
from sandbox.gateway.session import Session
from sandbox.guilds import payloads, presences
from sandbox.rows import Guild, Json, Member

MEMBERS_IN_A_CHUNK = 1000
MOST_CHOSEN = 100  # by the start of a name, or by id
LONGEST_NONCE = 32  # bytes


def asks_for_all(asked: Json) -> bool:
    return "user_ids" not in asked and not asked.get("query") and not asked.get("limit")


def nonce_of(asked: Json) -> Json:
    """An invalid one is ignored."""
    nonce = asked.get("nonce")
    fits = isinstance(nonce, str) and len(nonce.encode()) <= LONGEST_NONCE
    return {"nonce": nonce} if fits else {}


def member_chunks(core: Core, session: Session, guild: Guild, asked: Json) -> Iterator[Json]:
    """Raises Closes."""
    found, missing = _chosen(core, session, guild, asked)
    more: Json = {"not_found": missing} if missing else {}
    if asked.get("presences") and session.intents & Intent.GUILD_PRESENCES:
        more["presences"] = _presences(core, guild, found)
    pieces = [found[at : at + MEMBERS_IN_A_CHUNK] for at in range(0, len(found), MEMBERS_IN_A_CHUNK)] or [[]]
    for index, piece in enumerate(pieces):
        yield {
            "guild_id": str(guild.id),
            "members": [payloads.member(core.world, member) for member in piece],
            "chunk_index": index,
            "chunk_count": len(pieces),
            **more,
            **nonce_of(asked),
        }


def _chosen(core: Core, session: Session, guild: Guild, asked: Json) -> tuple[list[Member], list[str]]:
    if "user_ids" in asked:
        return _by_id(guild, asked["user_ids"])
    query, limit = asked.get("query"), asked.get("limit")
    if not isinstance(query, str) or not isinstance(limit, int) or limit < 0:
        raise Closes(4002)
    if not query and not session.intents & Intent.GUILD_MEMBERS:
        return [], []
    most = min(limit or MOST_CHOSEN, MOST_CHOSEN) if query else limit or None
    return [each for each in guild.members.values() if is_named(core, each, query.lower())][:most], []


def _by_id(guild: Guild, asked: object) -> tuple[list[Member], list[str]]:
    wanted = (asked if isinstance(asked, list) else [asked])[:MOST_CHOSEN]
    here = [as_integer(each) or 0 for each in wanted]
    found = [guild.members[each] for each in dict.fromkeys(here) if each in guild.members]
    return found, [
        str(each) for each, number in zip(wanted, here, strict=True) if number not in guild.members
    ]


def _presences(core: Core, guild: Guild, found: list[Member]) -> list[Json]:
    """Of those found who are not offline."""
    people = (core.world.user(each.user_id) for each in found)
    whole = {"guild_id": str(guild.id)}
    return [{**presences.payload(each), **whole} for each in people if each.status != "offline"]


def is_named(core: Core, member: Member, start: str) -> bool:
    user = core.world.user(member.user_id)
    names = (user.username, user.global_name or "", member.nick or "")
    return not start or any(name.lower().startswith(start) for name in names)
