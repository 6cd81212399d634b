"""Guilds, who is pruned from them, and the audit log."""

from sandbox.errors import missing_access
from sandbox.forms import Form
from sandbox.guilds import audit_listing, guilds, payloads
from sandbox.guilds.guild_settings import CHANNELS_BY_FIELD
from sandbox.guilds.moderation import require
from sandbox.locales import LOCALES
from sandbox.messages.pictures import picture
from sandbox.permissions import Permission
from sandbox.rest.rest import Call, Routes
from sandbox.rows import Guild, Json

routes = Routes()
GUILD = "/guilds/{guild_id}"
PRUNE = "/guilds/{guild_id}/prune"
AFK_TIMEOUTS = (60, 300, 900, 1800, 3600)  # seconds


def guild_of(call: Call) -> Guild:
    guild = call.core.world.guild(call.ids["guild_id"])
    if call.actor_id not in guild.members:
        raise missing_access()
    return guild


@routes.on("GET", GUILD)
def get_guild(call: Call) -> Json:
    guild = guild_of(call)
    body = payloads.guild(guild)
    if call.query.get("with_counts", "").lower() in ("true", "1"):
        body.update(payloads.counts(call.core.world, guild))
    return body


@routes.on("GET", "/guilds/{guild_id}/preview")
def preview(call: Call) -> Json:
    return payloads.guild_preview(call.core.world, guild_of(call))


@routes.on("PATCH", GUILD)
def edit_guild(call: Call) -> Json:
    guild, form = guild_of(call), Form(call.json)
    wanted = _read(form)
    form.finish()
    guilds.refuse_pictures_of_boosted_guilds(form.body)
    guilds.edit(call.core, guild, wanted, actor_id=call.actor_id, reason=call.reason)
    return payloads.guild(guild)


def _read(form: Form) -> Json:
    """Fields of Guild. Null clears a channel, a text or the icon, and is the default elsewhere."""
    default = Guild(0, "", 0)
    found: Json = {
        "name": form.text("name", least=2, most=100, trimmed=True),
        "description": form.text("description", most=300),
        "icon": picture(form, "icon"),
        "verification_level": form.choice("verification_level", range(5)),
        "default_message_notifications": form.choice("default_message_notifications", range(2)),
        "explicit_content_filter": form.choice("explicit_content_filter", range(3)),
        "preferred_locale": form.text("preferred_locale", most=10),
        "afk_timeout": form.choice("afk_timeout", AFK_TIMEOUTS),
        "system_channel_flags": form.integer("system_channel_flags", least=0),
        "features": form.array("features"),
        "premium_progress_bar_enabled": form.boolean("premium_progress_bar_enabled"),
        **{key: form.snowflake(key) for key in CHANNELS_BY_FIELD},
    }
    if found["preferred_locale"] not in (None, *LOCALES):
        form.wrong("preferred_locale", "BASE_TYPE_CHOICES", f"Value must be one of {sorted(LOCALES)}.")
    if "name" in form and found["name"] is None:
        form.wrong("name", "BASE_TYPE_REQUIRED", "This field is required")
    return {
        key: getattr(default, key) if value is None else value for key, value in found.items() if key in form
    }


def _criteria(form: Form) -> Json:
    """Roles as a list, or in one text with commas."""
    days, named = form.integer("days", least=1, most=30), form.body.get("include_roles")
    if isinstance(named, str):
        form.body["include_roles"] = [each for each in named.split(",") if each]
    role_ids = form.snowflakes("include_roles", most=100) or []
    form.finish()
    return {"days": 7 if days is None else days, "role_ids": role_ids}


@routes.on("GET", PRUNE)
def prune_count(call: Call) -> Json:
    criteria = _criteria(Form({**call.query}))
    found = guilds.prunable(call.core, guild_of(call), actor_id=call.actor_id, **criteria)
    return {"pruned": len(found)}


@routes.on("POST", PRUNE)
def prune(call: Call) -> Json:
    form = Form(call.json)
    is_counted = form.body.get("compute_prune_count") is None or form.boolean("compute_prune_count")
    criteria = _criteria(form)
    who: Json = {"actor_id": call.actor_id, "reason": call.reason}
    pruned = guilds.prune(call.core, guild_of(call), **who, **criteria)
    return {"pruned": pruned if is_counted else None}


@routes.on("GET", "/guilds/{guild_id}/audit-logs")
def audit_log(call: Call) -> Json:
    guild = guild_of(call)
    require(call.core, guild, call.actor_id, Permission.VIEW_AUDIT_LOG)
    return audit_listing.payload(
        call.core,
        guild,
        limit=call.limit(100, 50),
        before=call.number("before"),
        after=call.number("after"),
        action_type=call.number("action_type"),
        user_id=call.number("user_id"),
        target_id=call.number("target_id"),
    )
