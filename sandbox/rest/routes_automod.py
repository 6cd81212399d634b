"""AutoMod's rules."""

from sandbox.automod import automod, automod_rules
from sandbox.guilds.moderation import require
from sandbox.permissions import Permission
from sandbox.rest.rest import Call, Routes
from sandbox.rest.routes_guilds import guild_of
from sandbox.rows import Guild, Json

routes = Routes()
RULES = "/guilds/{guild_id}/auto-moderation/rules"
RULE = RULES + "/{rule_id}"


def _managed(call: Call) -> Guild:
    guild = guild_of(call)
    require(call.core, guild, call.actor_id, Permission.MANAGE_GUILD)
    return guild


def _who(call: Call) -> Json:
    return {"actor_id": call.actor_id, "reason": call.reason}


@routes.on("GET", RULES)
def list_rules(call: Call) -> list[Json]:
    guild = _managed(call)
    return [automod_rules.payload(guild.id, each) for each in guild.automod_rules.values()]


@routes.on("POST", RULES)
def create_rule(call: Call) -> Json:
    guild = guild_of(call)
    return automod_rules.payload(guild.id, automod.create(call.core, guild, call.json, **_who(call)))


@routes.on("GET", RULE)
def get_rule(call: Call) -> Json:
    guild = _managed(call)
    return automod_rules.payload(guild.id, automod.rule_of(guild, call.ids["rule_id"]))


@routes.on("PATCH", RULE)
def change_rule(call: Call) -> Json:
    guild = guild_of(call)
    rule = automod.change(call.core, guild, call.ids["rule_id"], call.json, **_who(call))
    return automod_rules.payload(guild.id, rule)


@routes.on("DELETE", RULE)
def delete_rule(call: Call) -> None:
    automod.delete(call.core, guild_of(call), call.ids["rule_id"], **_who(call))
