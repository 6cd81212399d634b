"""Forms that a person fills in. All that a form needs is in its custom id, so it outlives every restart."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import discord

from bot.buttons import has_sane_numbers
from bot.command_tree import answer_error
from bot.delivery import deliver
from bot.errors import FormOutdated, Restarting
from bot.invocation import Interaction
from bot.replies import ACKNOWLEDGED, CALLBACK_SECONDS, defer

CUSTOM_ID_LIMIT = 100  # https://discord.com/developers/docs/interactions/receiving-and-responding#modal
TITLE_LIMIT = 45
LABEL_LIMIT = 45
TEXT_LIMIT = 4_000

SEPARATOR = "~"
"""Between what the form is about and the interaction that opened it; no template may match it."""
SNOWFLAKE = "[0-7]?[0-9a-f]{1,15}"
"""An id of Discord's in hexadecimal: below 2^63."""
HEXADECIMAL = re.compile(SNOWFLAKE)


class Field(NamedTuple):
    """One text that is asked for. Lengths are in characters."""

    custom_id: str
    label: str
    is_long: bool = True
    shortest: int = 1
    """0: it may stay empty."""
    longest: int = 1_000
    placeholder: str | None = None
    default: str = ""


class Form:
    """A kind of form: a subclass names its template, title and fields, and says in `submit` what is done.

        class ReportForm(Form, template=r"report:(?P<number>[0-9]+)"):
            title = "Report"
            fields = (Field("reason", "What is wrong?"),)

            async def submit(self, interaction, values, match): ...

    Every submission is deferred (ephemeral) before `submit`, and what that raises becomes the person's answer. Ask for
    permission again in it: the form may have been open for long.
    """

    template: ClassVar[re.Pattern[str]]
    title: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]

    in_place: ClassVar[bool] = False
    """Whether `submit` answers by `update`, in the message that has what opened the form."""

    known: ClassVar[list[type["Form"]]] = []
    """Each subclass, once its module is imported."""

    def __init_subclass__(cls, *, template: str | None = None) -> None:
        """Without a template it is what several kinds share, and nothing that is ever submitted."""
        if template is not None:
            cls.template = re.compile(template)
            Form.known.append(cls)

    def __init__(self, key: int) -> None:
        self.key = key
        """The id of the interaction that opened it: the same however often it is submitted.

        An act is keyed with it, so that a second submission, also after a restart in between, finds the first.
        """

    @classmethod
    async def open(
        cls,
        interaction: Interaction,
        custom_id: str,
        *,
        title: str | None = None,
        defaults: Mapping[str, str] | None = None,
    ) -> None:
        """Show it as the first answer: an interaction that was deferred can show no form any more.

        `custom_id` fits the template; `defaults` fill fields in, cut to what they hold. ValueError for a custom id
        that no submission could be found by.
        """
        whole = f"{custom_id}{SEPARATOR}{interaction.id:x}"
        if SEPARATOR in custom_id or len(whole) > CUSTOM_ID_LIMIT or not cls.template.fullmatch(custom_id):
            raise ValueError(custom_id)
        modal = discord.ui.Modal(title=(title or cls.title)[:TITLE_LIMIT], custom_id=whole)
        for field in cls.fields:
            modal.add_item(_label(field, (defaults or {}).get(field.custom_id, field.default)))
        modal.stop()  # discord.py need not wait for it: `submitted` does, for this process and for the next
        await deliver(lambda: interaction.response.send_modal(modal), attempt_seconds=CALLBACK_SECONDS)
        interaction.extras[ACKNOWLEDGED] = True

    def filled_in(self, values: Mapping[str, str]) -> dict[str, str]:
        """With each field that may stay empty. Raises FormOutdated where another one is missing."""
        if any(field.shortest and field.custom_id not in values for field in self.fields):
            raise FormOutdated
        return {field.custom_id: "" for field in self.fields} | dict(values)

    async def submit(self, interaction: Interaction, values: Mapping[str, str], match: re.Match[str]) -> None:
        """`values` by the fields' custom ids, without white space around them."""
        raise NotImplementedError


async def submitted(interaction: Interaction) -> None:
    """Have the form that the custom id belongs to do its work. Never raises: there is nobody else to tell."""
    if not interaction.client.met.is_first(interaction.id):
        return
    if interaction.client.is_leaving:
        await answer_error(interaction, Restarting())
        return
    data: Mapping[str, Any] = interaction.data or {}
    try:
        form, match = _found(str(data.get("custom_id", "")))
        await defer(interaction, in_place=form.in_place)
        await form.submit(interaction, form.filled_in(dict(_values(data.get("components", [])))), match)
    except Exception as error:  # becomes the person's answer
        await answer_error(interaction, error)


def _found(custom_id: str) -> tuple[Form, re.Match[str]]:
    about, _, opened_by = custom_id.rpartition(SEPARATOR)
    for form in Form.known:
        match = form.template.fullmatch(about)
        if match and HEXADECIMAL.fullmatch(opened_by) and has_sane_numbers(match):
            return form(int(opened_by, 16)), match
    raise FormOutdated


def _values(components: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for component in components:
        if (inner := component.get("component")) is not None:
            yield from _values([inner])
        elif "custom_id" in component:
            yield str(component["custom_id"]), str(component.get("value") or "").strip()


def _label(field: Field, default: str) -> discord.ui.Label[Any]:
    style = discord.TextStyle.paragraph if field.is_long else discord.TextStyle.short
    return discord.ui.Label(
        text=field.label[:LABEL_LIMIT],
        component=discord.ui.TextInput(
            custom_id=field.custom_id,
            style=style,
            placeholder=field.placeholder,
            default=default[: field.longest] or None,
            required=field.shortest > 0,
            min_length=field.shortest or None,
            max_length=min(field.longest, TEXT_LIMIT),
        ),
    )
