"""Members in pieces, as a bot asks for them (reference, "Request Guild Members")."""

from collections.abc import Iterator

from sandbox import payloads
from sandbox.core import Core
from sandbox.events import Intent
from sandbox.forms import as_integer
from sandbox.rows import Guild, Json, Member
from sandbox.session import Session

MEMBERS_IN_A_CHUNK = 1000


def member_chunks(core: Core, session: Session, asked: Json) -> Iterator[Json]:
    guild = core.world.guilds.get(as_integer(asked.get("guild_id")) or 0)
    if guild is None or session.user_id not in guild.members:
        return
    found, missing = _chosen(core, session, guild, asked)
    pieces = [found[at : at + MEMBERS_IN_A_CHUNK] for at in range(0, len(found), MEMBERS_IN_A_CHUNK)] or [[]]
    for index, piece in enumerate(pieces):
        chunk: Json = {
            "guild_id": str(guild.id),
            "members": [payloads.member(core.world, member) for member in piece],
            "chunk_index": index,
            "chunk_count": len(pieces),
        }
        if missing:
            chunk["not_found"] = missing
        if asked.get("presences"):
            chunk["presences"] = []
        if asked.get("nonce") is not None:
            chunk["nonce"] = asked["nonce"]
        yield chunk


def _chosen(core: Core, session: Session, guild: Guild, asked: Json) -> tuple[list[Member], list[str]]:
    if "user_ids" in asked:
        wanted = asked["user_ids"] if isinstance(asked["user_ids"], list) else [asked["user_ids"]]
        ids = [as_integer(each) or 0 for each in wanted[:100]]
        here = [guild.members[user_id] for user_id in ids if user_id in guild.members]
        return here, [str(user_id) for user_id in ids if user_id not in guild.members]
    query, limit = str(asked.get("query") or "").lower(), as_integer(asked.get("limit")) or 0
    if not query and not limit and not session.intents & Intent.GUILD_MEMBERS:
        return [], []  # the whole list needs the intent
    named = [each for each in guild.members.values() if _is_named(core, each, query)]
    return named[: limit or None], []


def _is_named(core: Core, member: Member, start: str) -> bool:
    user = core.world.user(member.user_id)
    names = (user.username, user.global_name or "", member.nick or "")
    return not start or any(name.lower().startswith(start) for name in names)
