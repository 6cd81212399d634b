"""Roles of a guild."""

from sandbox.forms import Form, forms_in
from sandbox.guilds import payloads, roles
from sandbox.rest.rest import Call, Routes
from sandbox.rest.routes_guilds import guild_of
from sandbox.rows import Json

routes = Routes()
ALL = "/guilds/{guild_id}/roles"
ONE = "/guilds/{guild_id}/roles/{role_id}"


def _who(call: Call) -> Json:
    return {"actor_id": call.actor_id, "reason": call.reason}


@routes.on("GET", ALL)
def list_roles(call: Call) -> list[Json]:
    return [payloads.role(each) for each in guild_of(call).roles.values()]


@routes.on("GET", ALL + "/member-counts")
def member_counts(call: Call) -> Json:
    return roles.member_counts(guild_of(call))


@routes.on("GET", ONE)
def get_role(call: Call) -> Json:
    return payloads.role(roles.find(guild_of(call), call.ids["role_id"]))


@routes.on("POST", ALL)
def create_role(call: Call) -> Json:
    wanted = roles.read(Form(call.json))
    return payloads.role(roles.create(call.core, guild_of(call), wanted, **_who(call)))


@routes.on("PATCH", ALL)
def move_roles(call: Call) -> list[Json]:
    positions: dict[int, int] = {}
    for form in forms_in(call.body):
        role_id, position = form.snowflake("id", required=True) or 0, form.integer("position", least=0)
        form.finish()
        if position is not None:
            positions[role_id] = position
    guild = guild_of(call)
    roles.move(call.core, guild, positions, **_who(call))
    return [payloads.role(each) for each in guild.roles.values()]


@routes.on("PATCH", ONE)
def edit_role(call: Call) -> Json:
    guild = guild_of(call)
    role = roles.find(guild, call.ids["role_id"])
    roles.edit(call.core, guild, role, roles.read(Form(call.json)), **_who(call))
    return payloads.role(role)


@routes.on("DELETE", ONE)
def delete_role(call: Call) -> None:
    guild = guild_of(call)
    roles.remove(call.core, guild, roles.find(guild, call.ids["role_id"]), **_who(call))
