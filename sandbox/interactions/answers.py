"""What a bot makes of an interaction: the callback, the original answer, follow-ups."""

from typing import Any

from sandbox.core import Core
from sandbox.errors import already_acknowledged, unknown
from sandbox.files import Upload
from sandbox.forms import Form, as_integer
from sandbox.interactions.interactions import (
    AUTOCOMPLETE,
    CHOICES,
    COMMAND,
    COMPONENT,
    DEFERRED_MESSAGE,
    DEFERRED_UPDATE,
    MESSAGE,
    MODAL,
    SHOW_MODAL,
    UPDATE,
    Interaction,
)
from sandbox.message_rows import EPHEMERAL, LOADING, Message
from sandbox.messages import components, messages
from sandbox.messages.drafts import Draft, read_draft
from sandbox.messages.message_payloads import message
from sandbox.rows import Json

ALLOWED = {
    COMMAND: (MESSAGE, DEFERRED_MESSAGE, SHOW_MODAL),
    COMPONENT: (MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, SHOW_MODAL),
    AUTOCOMPLETE: (CHOICES,),
    MODAL: (MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE),
}
Files = dict[str, Upload]


def acknowledge(core: Core, interaction: Interaction, body: Json, files: Files) -> None:
    if interaction.acknowledged_at is not None:
        raise already_acknowledged()
    form = Form(body)
    kind = form.choice("type", ALLOWED[interaction.type], required=True) or 0
    data = form.inner("data")
    form.finish()
    details = data.body if data else {}
    if kind == UPDATE and _source(core, interaction) is None:
        raise unknown("message")
    _ANSWERS[kind](core, interaction, details, files)
    interaction.callback_type = kind
    interaction.acknowledged_at = core.now()


def _answer(core: Core, interaction: Interaction, details: Json, files: Files) -> None:
    draft = read_draft(details, files, may_be_ephemeral=True)
    interaction.original_id = _show_first(core, interaction, draft).id


def _defer(core: Core, interaction: Interaction, details: Json, _files: Files) -> None:
    draft = read_draft({"flags": details.get("flags", 0)}, {}, may_be_ephemeral=True)
    interaction.original_id = _show_first(core, interaction, draft, flags=LOADING).id
    interaction.shown_message_ids.clear()
    interaction.is_waiting = True


def _defer_update(core: Core, interaction: Interaction, _details: Json, _files: Files) -> None:
    """Of a form that a command opened there is no message: nothing shown changes, and nothing is waited for."""
    source = _source(core, interaction)
    interaction.original_id = source.id if source else None
    interaction.is_waiting = source is not None


def _update(core: Core, interaction: Interaction, details: Json, files: Files) -> None:
    source = _source(core, interaction)
    if source is None:
        raise unknown("message")
    interaction.original_id = source.id
    messages.edit(core, source, read_draft(details, files, edits=source))
    interaction.shows(source.id)


def _choose(_core: Core, interaction: Interaction, details: Json, _files: Files) -> None:
    form = Form(details)
    form.array("choices", most=25)
    for choice in form.forms("choices"):
        choice.text("name", least=1, most=100, required=True)
        if isinstance(choice.body.get("value"), str):
            choice.text("value", most=100, required=True)
        elif not isinstance(choice.body.get("value"), int | float):
            choice.wrong("value", "BASE_TYPE_REQUIRED", "This field is required")
    form.finish()
    interaction.choices = details.get("choices") or []


def _show_modal(_core: Core, interaction: Interaction, details: Json, _files: Files) -> None:
    form = Form(details)
    form.text("custom_id", least=1, most=100, required=True)
    form.text("title", least=1, most=45, required=True)
    shown = components.of_modal(form)
    form.finish()
    interaction.modal = {
        "interaction_id": str(interaction.id),
        "custom_id": details["custom_id"],
        "title": details["title"],
        "components": shown,
    }


_ANSWERS: dict[int, Any] = {
    MESSAGE: _answer,
    DEFERRED_MESSAGE: _defer,
    DEFERRED_UPDATE: _defer_update,
    UPDATE: _update,
    CHOICES: _choose,
    SHOW_MODAL: _show_modal,
}


def _source(core: Core, interaction: Interaction) -> Message | None:
    kept = core.world.messages.get(interaction.channel_id, {})
    return kept.get(interaction.source_message_id or 0)


def _show(
    core: Core,
    interaction: Interaction,
    draft: Draft,
    *,
    type_: int,
    flags: int = 0,
    replied: Message | None = None,
) -> Message:
    ephemeral = bool(draft.flags & EPHEMERAL)
    application = core.world.applications[interaction.application_id]
    extra: Json = {
        "application_id": application.id,
        "interaction": _metadata(interaction),
        "flags": flags,
        "type": type_,
        "reference": messages.reference_to(replied) if replied else None,
        "ephemeral_to": interaction.user_id if ephemeral else None,
    }
    channel = core.world.channel(interaction.channel_id)
    one = messages.create(core, channel, application.bot_user_id, draft, answer_to=extra)
    interaction.is_ephemeral = interaction.is_ephemeral or ephemeral
    interaction.shows(one.id)
    return one


def _metadata(interaction: Interaction) -> Json:
    if interaction.original_id is None:
        return interaction.metadata
    return {**interaction.metadata, "original_response_message_id": str(interaction.original_id)}


def _show_first(core: Core, interaction: Interaction, draft: Draft, *, flags: int = 0) -> Message:
    """The answer to a command has a type of its own; the answer to a component is a reply to its message."""
    if interaction.type == COMMAND:
        return _show(core, interaction, draft, type_=20 if interaction.command_type == 1 else 23, flags=flags)
    source = _source(core, interaction)
    return _show(core, interaction, draft, type_=messages.REPLY if source else 0, flags=flags, replied=source)


def callback_payload(core: Core, interaction: Interaction) -> Json:
    """The answer to `with_response=1`."""
    told: Json = {
        "id": str(interaction.id),
        "type": interaction.type,
        "channel_id": str(interaction.channel_id),
    }
    if interaction.guild_id is not None:
        told["guild_id"] = str(interaction.guild_id)
    original = _original(core, interaction)
    if original is None or interaction.callback_type == DEFERRED_UPDATE:
        return {"interaction": told}
    told.update(
        response_message_id=str(original.id),
        response_message_loading=bool(original.flags & LOADING),
        response_message_ephemeral=bool(original.flags & EPHEMERAL),
    )
    if interaction.callback_type == DEFERRED_MESSAGE:
        return {"interaction": told}  # Discord's description knows a message for types 4 and 7 alone
    return {
        "interaction": told,
        "resource": {"type": interaction.callback_type, "message": message(core, original)},
    }


def _original(core: Core, interaction: Interaction) -> Message | None:
    return core.world.messages.get(interaction.channel_id, {}).get(interaction.original_id or 0)


def message_of(core: Core, interaction: Interaction, name: str) -> Message:
    """`@original` or an id, if this interaction's webhook wrote it."""
    wanted = interaction.original_id if name == "@original" else as_integer(name)
    found = core.world.messages.get(interaction.channel_id, {}).get(wanted or 0)
    if found is None or found.application_id != interaction.application_id:
        if name == "@original" and found is not None and found.id == interaction.source_message_id:
            return found
        raise unknown("message")
    return found


def edit(core: Core, interaction: Interaction, name: str, body: Json, files: Files) -> Message:
    one = message_of(core, interaction, name)
    draft = read_draft(body, files, edits=one)
    change = messages.complete if one.flags & LOADING else messages.edit
    change(core, one, draft)
    if one.id == interaction.original_id:
        interaction.is_waiting = False
    interaction.shows(one.id)
    return one


def delete(core: Core, interaction: Interaction, name: str) -> None:
    one = message_of(core, interaction, name)
    messages.delete(core, one)
    if one.id == interaction.original_id:
        interaction.is_waiting = False
    if one.id in interaction.shown_message_ids:
        interaction.shown_message_ids.remove(one.id)


def follow_up(core: Core, interaction: Interaction, body: Json, files: Files) -> Message:
    """The first one after a deferral fills the deferred message, and stays as ephemeral as that was."""
    original = _original(core, interaction)
    if original is not None and original.flags & LOADING:
        flags = as_integer(body.get("flags") or 0)
        kept = {} if flags is None else {"flags": flags & ~EPHEMERAL}
        return edit(core, interaction, "@original", {**body, **kept}, files)
    draft = read_draft(body, files, may_be_ephemeral=True)
    one = _show(core, interaction, draft, type_=messages.REPLY if original else 0, replied=original)
    interaction.is_waiting = False
    return one
