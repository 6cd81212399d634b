"""Who is online and what they do (reference, "Presence")."""

from sandbox.closes import Closes
from sandbox.core import Core
from sandbox.errors import Refused
from sandbox.events import Audience, Intent
from sandbox.forms import Form
from sandbox.rows import Json, User

STATUSES = ("online", "idle", "dnd", "invisible", "offline")
ACTIVITY_TYPES = range(6)
SETTABLE = {"name": 128, "state": 128, "url": 512}


def payload(user: User) -> Json:
    """Without the guild, as GUILD_CREATE and GUILD_MEMBERS_CHUNK list it."""
    client = "web" if user.bot else "desktop"
    return {
        "user": {"id": str(user.id)},
        "status": user.status,
        "activities": list(user.activities),
        "client_status": {} if user.status == "offline" else {client: user.status},
    }


def asked_on_gateway(core: Core, user_id: int, asked: object) -> None:
    """What a bot says of itself by op 3, or as it identifies. Raises Closes."""
    form = Form(asked)
    status, activities = read(core, form)
    try:
        form.finish()
    except Refused as wrong:
        raise Closes(4002) from wrong
    change(core, core.world.user(user_id), status, activities)


def change(core: Core, user: User, status: str, activities: tuple[Json, ...]) -> None:
    """Every guild hears of it. Who is invisible looks as if offline, and does nothing."""
    shown = "offline" if status == "invisible" else status
    before, after = (user.status, user.activities), (shown, () if shown == "offline" else activities)
    if before == after:
        return
    user.status, user.activities = after
    for guild in core.world.guilds_of(user.id):
        body = {**payload(user), "guild_id": str(guild.id)}
        core.events.emit("PRESENCE_UPDATE", body, Audience(guild.id, intent=Intent.GUILD_PRESENCES))


def read(core: Core, form: Form) -> tuple[str, tuple[Json, ...]]:
    """A status and activities as a client sends them; of an activity nothing but what a bot may set is kept."""
    status = form.text("status", most=9) or "online"
    if status not in STATUSES:
        form.wrong("status", "BASE_TYPE_CHOICES", f"Value must be one of {STATUSES}.")
    return status, tuple(_activity(core, each) for each in form.forms("activities"))


def _activity(core: Core, form: Form) -> Json:
    kind = form.choice("type", ACTIVITY_TYPES) or 0
    texts = {key: form.text(key, most=most, required=key == "name") for key, most in SETTABLE.items()}
    given = {key: text for key, text in texts.items() if text is not None}
    return {**given, "type": kind, "created_at": int(core.now().timestamp() * 1000)}
