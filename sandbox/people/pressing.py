"""A person uses components: buttons, select menus, modals."""

from typing import Any

from sandbox.errors import UnknownName, missing_access
from sandbox.interactions import invocations
from sandbox.interactions.interactions import COMPONENT, MODAL, Interaction
from sandbox.interactions.options import Resolved, Unacceptable
from sandbox.message_rows import Message
from sandbox.messages.component_kinds import (
    BUTTON,
    CHANNEL_SELECT,
    CHECK,
    CHECKS,
    LABEL,
    LINK,
    MENTIONABLE_SELECT,
    PREMIUM,
    RADIO,
    ROLE_SELECT,
    ROW,
    STRING_SELECT,
    TEXT_INPUT,
    UPLOAD,
    USER_SELECT,
)
from sandbox.messages.components import every, find, said
from sandbox.names import as_id
from sandbox.nearest import there_is
from sandbox.people.places import WAIT_SECONDS, Answer, Given, Places, WaitSeconds
from sandbox.rows import Json, User


class Pressing(Places):
    async def click(
        self,
        person: Given,
        *,
        guild_id: Given = None,
        channel_id: Given = None,
        to: Given = None,
        message_id: Given = None,
        custom_id: str | None = None,
        label: str | None = None,
        wait_seconds: WaitSeconds = WAIT_SECONDS,
    ) -> Answer:
        """Press a button; without a message on the newest one that this person sees with such a button.

        `to` names a bot, for their direct messages.
        """
        user = self._names.user(person)
        one, component = self._component(
            user, (guild_id, channel_id, to), message_id, custom_id=custom_id, label=label
        )
        if component["type"] != BUTTON:
            raise UnknownName("That is a menu: choose from it with select.")
        if component.get("disabled"):
            return Answer(failed=f"The button {component.get('label') or custom_id} is disabled.")
        if component.get("style") == LINK:
            return Answer(failed=f"The button is a link to {component['url']}.")
        if component.get("style") == PREMIUM:
            return Answer(failed="The button sells something: there is no shop here.")
        return await self._press(user, one, component, {}, wait_seconds)

    async def select(
        self,
        person: Given,
        *,
        values: list[Any],
        guild_id: Given = None,
        channel_id: Given = None,
        to: Given = None,
        message_id: Given = None,
        custom_id: str | None = None,
        label: str | None = None,
        wait_seconds: WaitSeconds = WAIT_SECONDS,
    ) -> Answer:
        """Choose from a menu, by what stands there or its values; `to` as for click."""
        user = self._names.user(person)
        one, component = self._component(
            user, (guild_id, channel_id, to), message_id, custom_id=custom_id, label=label
        )
        if component["type"] == BUTTON:
            raise UnknownName("That is a button: press it with click.")
        resolved = self._resolved(user, one.channel_id, one.application_id or self._application_of(one))
        if component.get("disabled"):
            return Answer(failed="The menu is disabled.")
        try:
            chosen = chosen_values(component, values, resolved)
        except (Unacceptable, UnknownName) as wrong:
            return Answer(failed=str(wrong))
        details: Json = {"values": chosen}
        if component["type"] != STRING_SELECT:
            details["resolved"] = resolved.found
        return await self._press(user, one, component, details, wait_seconds)

    async def submit(
        self,
        person: Given,
        *,
        interaction_id: Given = None,
        fields: Json | None = None,
        wait_seconds: WaitSeconds = WAIT_SECONDS,
    ) -> Answer:
        """Fill in a form, without an id the last that opened: fields by custom id, or by the label that is read."""
        user = self._names.user(person)
        opener = self._interactions.opener(
            user.id, as_id(interaction_id) if interaction_id is not None else None
        )
        if opener is None or opener.modal is None:
            which = "" if interaction_id is None else f" from interaction {interaction_id}"
            opens = "use the command or press the button that opens it first"
            raise UnknownName(f"{user.username} has no form open{which}: {opens}.")
        if not self._core.sees(self._world.channel(opener.channel_id), user.id):
            raise missing_access()
        resolved = self._resolved(user, opener.channel_id, opener.application_id)
        try:
            filled = [_filled(each, fields or {}, resolved) for each in opener.modal["components"]]
            _refuse_unknown(opener.modal, fields or {})
        except (Unacceptable, UnknownName) as wrong:
            return Answer(failed=str(wrong))
        details: Json = {"custom_id": opener.modal["custom_id"], "components": filled}
        if resolved.found:
            details["resolved"] = resolved.found
        interaction = self._begin_from(user, opener.application_id, opener.channel_id, MODAL)
        interaction.source_message_id = opener.source_message_id
        interaction.metadata = invocations.metadata(
            self._core, interaction, triggering_interaction_metadata=opener.metadata
        )
        return await self._send(interaction, details, wait_seconds)

    async def _press(
        self, user: User, one: Message, component: Json, more: Json, wait_seconds: float
    ) -> Answer:
        application_id = one.application_id or self._application_of(one)
        interaction = self._begin_from(user, application_id, one.channel_id, COMPONENT)
        interaction.source_message_id = one.id
        interaction.metadata = invocations.metadata(
            self._core, interaction, interacted_message_id=str(one.id)
        )
        details = {
            "custom_id": component["custom_id"],
            "component_type": component["type"],
            "id": component["id"],
            **more,
        }
        return await self._send(interaction, details, wait_seconds)

    def _begin_from(self, user: User, application_id: int, channel_id: int, kind: int) -> Interaction:
        return self._interactions.begin(
            type=kind,
            application_id=application_id,
            user_id=user.id,
            channel_id=channel_id,
            guild_id=self._world.channel(channel_id).guild_id,
        )

    async def _send(self, interaction: Interaction, details: Json, wait_seconds: float) -> Answer:
        kept = self._world.messages.get(interaction.channel_id, {})
        source = kept.get(interaction.source_message_id or 0)
        self._interactions.send(interaction, invocations.payload(self._core, interaction, details, source))
        return await self._answer(interaction, wait_seconds)

    def _application_of(self, one: Message) -> int:
        application = self._world.application_of(one.author_id)
        if application is None:
            raise UnknownName("That message is not a bot's.")
        return application.id

    def _resolved(self, user: User, channel_id: int, application_id: int) -> Resolved:
        return Resolved(self._core, application_id, self._world.channel(channel_id), user.id)

    def _component(
        self,
        user: User,
        where: tuple[Given, Given, Given],
        message_id: Given,
        *,
        custom_id: str | None,
        label: str | None,
    ) -> tuple[Message, Json]:
        wanted = custom_id or label
        if wanted is None:
            raise UnknownName("Name the component by its label or its custom_id.")
        if message_id is not None:
            candidates = [self._message(user, message_id)]
        else:
            guild_id, channel_id, to = where
            bot = None if to is None else self._names.user(to)
            channel = self.direct(user, bot) if bot else self.channel(user, guild_id, channel_id)
            candidates = self._visible(user, channel)
        for one in reversed(candidates):
            component = find(one.components, custom_id=custom_id, label=label)
            if component:
                return one, component
        labels = [label for one in reversed(candidates) for label in said(one.components)]
        there = there_is(wanted, labels) if labels else ": no message there has any."
        raise UnknownName(f"{user.username} sees no component {wanted!r} there{there}")


def chosen_values(component: Json, values: list[Any], resolved: Resolved) -> list[str]:
    least, most = component.get("min_values", 1), component.get("max_values", 1)
    if not least <= len(values) <= most:
        raise Unacceptable(f"Choose {least} to {most} values, not {len(values)}.")
    kind = component["type"]
    if kind in (STRING_SELECT, CHECKS):
        return [_option_value(component, value) for value in values]
    resolve = {
        USER_SELECT: resolved.user,
        ROLE_SELECT: resolved.role,
        MENTIONABLE_SELECT: resolved.mentionable,
        CHANNEL_SELECT: lambda value: resolved.channel_option(value, component.get("channel_types") or []),
        UPLOAD: resolved.upload,
    }[kind]
    return [resolve(value) for value in values]


def _option_value(component: Json, value: Any) -> str:
    for option in component["options"]:
        if str(value) in (option["value"], option["label"]):
            return str(option["value"])
    labels = ", ".join(option["label"] for option in component["options"])
    raise Unacceptable(f"{value!r} is not among {labels}.")


def _filled(component: Json, fields: Json, resolved: Resolved) -> Json:
    kind = component["type"]
    told: Json = {"type": kind, "id": component["id"]}
    if kind == ROW:
        inner = component["components"]
        return {**told, "components": [_field(each, each.get("label"), fields, resolved) for each in inner]}
    if kind == LABEL:
        return {**told, "component": _field(component["component"], component["label"], fields, resolved)}
    return told


def _field(component: Json, label: str | None, fields: Json, resolved: Resolved) -> Json:
    custom_id, kind = component["custom_id"], component["type"]
    given = fields.get(custom_id, fields.get(label or ""))
    told: Json = {"type": kind, "id": component["id"], "custom_id": custom_id}
    if kind == TEXT_INPUT:
        return {**told, "value": _written(component, label, given)}
    if kind == CHECK:
        return {**told, "value": _ticked(component, label, given)}
    chosen = _preset(component) if given is None else given if isinstance(given, list) else [given]
    if kind == RADIO:
        return {**told, "value": _single(component, label, chosen)}
    if not chosen and component.get("required") is False:
        return {**told, "values": []}
    return {**told, "values": chosen_values(component, chosen, resolved)}


def _preset(component: Json) -> list[Any]:
    """What stands there before the person touches it."""
    by_option = [option["value"] for option in component.get("options", []) if option.get("default")]
    return by_option or [each["id"] for each in component.get("default_values", [])]


def _ticked(component: Json, label: str | None, given: object) -> bool:
    if not isinstance(given, bool | None):
        raise Unacceptable(f"The field {label or component['custom_id']} must be true or false.")
    return bool(component["default"]) if given is None else given


def _single(component: Json, label: str | None, chosen: list[Any]) -> str | None:
    if len(chosen) > 1 or (component["required"] and not chosen):
        raise Unacceptable(f"The field {label or component['custom_id']} takes one choice.")
    return _option_value(component, chosen[0]) if chosen else None


def _written(component: Json, label: str | None, given: object) -> str:
    text = str(component.get("value") or "") if given is None else str(given)
    name = label or component["custom_id"]
    if isinstance(given, dict | list):
        raise Unacceptable(f"The field {name} must be a text.")
    if not text and component["required"]:
        raise Unacceptable(f"The field {name} is required.")
    least, most = component.get("min_length") or 0, component.get("max_length") or 4000
    if text and not least <= len(text) <= most:
        raise Unacceptable(f"The field {name} takes {least} to {most} characters, not {len(text)}.")
    return text


def _refuse_unknown(modal: Json, fields: Json) -> None:
    known = {each.get(key) for each in every(modal["components"]) for key in ("custom_id", "label")}
    for name in fields:
        if name not in known:
            raise Unacceptable(f"The modal has no field {name}.")
