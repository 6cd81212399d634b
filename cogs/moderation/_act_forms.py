"""A form for each act on a person: the reason, and how long where it ends."""

import asyncio
import re
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import discord

from bot.forms import Field, Form
from bot.invocation import Interaction, guild_of
from bot.outcomes import READ_SECONDS
from bot.permissions import Level, require
from cogs.moderation import _deeds
from cogs.moderation._acting import act
from cogs.moderation._deeds import Person
from cogs.moderation._report_forms import fine_of, points_of
from cogs.moderation._request import Request
from database.models import LONGEST_REASON, CaseKind, CaseOrigin

LONGEST_DURATION = 60
USER = "(?P<user>[0-9]{1,20})(?::(?P<report>[0-9]{1,18}))?"
"""Whom it is about, and the report that the act ends."""
WHY = Field("reason", "Why: they and the mod log see it", shortest=0, longest=LONGEST_REASON)
NEEDED_WHY = WHY._replace(shortest=1)
POINTS = Field("points", "How much it weighs on their record", is_long=False, shortest=0, longest=3)
FINE = Field(
    "fine",
    "Points to take of those they hold",
    is_long=False,
    shortest=0,
    longest=10,
    placeholder="A whole number; none if left out",
)
DELETION = Field(
    "delete_messages",
    "Delete their messages of this time",
    is_long=False,
    shortest=0,
    longest=LONGEST_DURATION,
    placeholder="For example 1h, at most 7d; none if left out",
)


class ActForm(Form):
    """Level, rank and permission are asked again when it is submitted: it may have been open for long."""

    kind: ClassVar[CaseKind]

    async def submit(self, interaction: Interaction, values: Mapping[str, str], match: re.Match[str]) -> None:
        await require(interaction, Level.MODERATOR)
        target = await person_now(interaction, int(match["user"]))
        request = await self.request(interaction, target, values)
        if match["report"]:
            payload = {**request.payload, "report": {"number": int(match["report"])}}
            request = replace(request, origin=CaseOrigin.REPORT, payload=payload)
        request = _deeds.with_fine(target, request, fine=fine_of(values.get("fine")))
        await act(interaction, replace(request, key=self.key))

    @abstractmethod
    async def request(self, interaction: Interaction, target: Person, values: Mapping[str, str]) -> Request:
        """Raises what a person may read."""


class WarnForm(ActForm, template=f"moderate:warn:{USER}"):
    kind, title, fields = CaseKind.WARN, "Warn", (NEEDED_WHY, POINTS, FINE)

    async def request(self, interaction: Interaction, target: Person, values: Mapping[str, str]) -> Request:
        return _deeds.warn(
            interaction, target, reason=values["reason"], points=points_of(values.get("points"))
        )


class NoteForm(ActForm, template=f"moderate:note:{USER}"):
    kind, title = CaseKind.NOTE, "Note"
    fields = (NEEDED_WHY._replace(label="What the staff should know"),)

    async def request(self, interaction: Interaction, target: Person, values: Mapping[str, str]) -> Request:
        return _deeds.note(interaction, target, text=values["reason"])


class TimeoutForm(ActForm, template=f"moderate:timeout:{USER}"):
    kind, title = CaseKind.TIMEOUT, "Timeout"
    fields = (
        Field(
            "duration",
            "How long",
            is_long=False,
            longest=LONGEST_DURATION,
            placeholder="10m, 2h, 7d; at most 365d",
        ),
        WHY,
        FINE,
    )

    async def request(self, interaction: Interaction, target: Person, values: Mapping[str, str]) -> Request:
        return await _deeds.timeout(interaction, target, **_given(values, "duration", "reason"))


class UntimeoutForm(ActForm, template=f"moderate:untimeout:{USER}"):
    kind, title, fields = CaseKind.UNTIMEOUT, "End timeout", (WHY,)

    async def request(self, interaction: Interaction, target: Person, values: Mapping[str, str]) -> Request:
        return await _deeds.untimeout(interaction, target, **_given(values, "reason"))


class KickForm(ActForm, template=f"moderate:kick:{USER}"):
    kind, title, fields = CaseKind.KICK, "Kick", (WHY, FINE)

    async def request(self, interaction: Interaction, target: Person, values: Mapping[str, str]) -> Request:
        return _deeds.kick(interaction, target, **_given(values, "reason"))


class BanForm(ActForm, template=f"moderate:ban:{USER}"):
    kind, title = CaseKind.BAN, "Ban"
    fields = (
        Field(
            "duration",
            "How long",
            is_long=False,
            shortest=0,
            longest=LONGEST_DURATION,
            placeholder="For example 7d; for ever if left out",
        ),
        WHY,
        DELETION,
        FINE,
    )

    async def request(self, interaction: Interaction, target: Person, values: Mapping[str, str]) -> Request:
        return _deeds.ban(interaction, target, **_given(values, "duration", "reason", "delete_messages"))


class SoftbanForm(ActForm, template=f"moderate:softban:{USER}"):
    kind, title = CaseKind.SOFTBAN, "Softban"
    fields = (WHY, DELETION._replace(placeholder="For example 1h, at most 7d; 1d if left out"), FINE)

    async def request(self, interaction: Interaction, target: Person, values: Mapping[str, str]) -> Request:
        return _deeds.softban(interaction, target, **_given(values, "reason", "delete_messages"))


class UnbanForm(ActForm, template=f"moderate:unban:{USER}"):
    kind, title = CaseKind.UNBAN, "Unban"
    fields = (WHY._replace(label="Why: the mod log sees it"),)

    async def request(self, interaction: Interaction, target: Person, values: Mapping[str, str]) -> Request:
        return await _deeds.unban(interaction, target, **_given(values, "reason"))


FORMS: dict[str, type[ActForm]] = {
    str(form.kind): form
    for form in (
        WarnForm,
        NoteForm,
        TimeoutForm,
        UntimeoutForm,
        KickForm,
        BanForm,
        SoftbanForm,
        UnbanForm,
    )
}


async def person_now(interaction: Interaction, user_id: int) -> Person:
    """As they are at this moment: a button says only who it is, and they may have left.

    Raises what Discord raises when it does not answer, or knows nobody of that id.
    """
    bot, guild = interaction.client, guild_of(interaction)
    if bot.intents.members and (member := guild.get_member(user_id)) is not None:
        return member
    async with asyncio.timeout(READ_SECONDS):
        try:
            return await guild.fetch_member(user_id)
        except discord.NotFound:
            return bot.get_user(user_id) or await bot.fetch_user(user_id)


def _given(values: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: values.get(name, "") for name in names}
