"""What waits in a server, a page of it, with a button for each act that failed."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
from discord.utils import format_dt

from bot.clock import clock
from bot.errors import ButtonOutdated
from bot.invocation import Interaction, guild_of
from bot.pages import Page, PageButton
from bot.permissions import Level, require
from bot.replies import reply
from bot.typed import cut, one_line
from cogs.moderation._case_pages import DIGITS
from cogs.moderation._outcome_words import in_english
from database.models import ActKind, Delivery, Job, JobFilter, JobSource, Purpose

PAGE_SIZE = 8
"""Each may have a button of its own, beside three more; Discord takes 25."""
LONGEST_ERROR = 150
AMBER = discord.Colour(0xF0B232)
NOTHING = "Nothing waits."
NOTHING_FAILED = "Nothing has failed."
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
A_MICROSECOND = timedelta(microseconds=1)
SOURCES = {"a": JobSource.ACT, "m": JobSource.MASS, "p": JobSource.POST}
CODES = {source: code for code, source in SOURCES.items()}
FAILED, ALL = "f", "-"
NEVER_AFTER = timedelta(days=3_000)
"""What is due so late waits for an event, not for a time."""

ACTS = {
    ActKind.BAN: "ban {who}",
    ActKind.UNBAN: "unban {who}",
    ActKind.TIMEOUT: "time {who} out",
    ActKind.UNTIMEOUT: "end the timeout of {who}",
    ActKind.KICK: "kick {who}",
    ActKind.ROLES: "change the roles of {who}",
    ActKind.SLOWMODE: "set the slowmode of {where}",
    ActKind.LOCK: "lock {where}",
    ActKind.UNLOCK: "unlock {where}",
    ActKind.PURGE: "delete messages in {where}",
}
RENEWAL = "renew the timeout of {who}"
POSTS = {
    Delivery.CASE_LOG: "bring the post of the case up to date",
    Delivery.CASE_DIRECT_MESSAGE: "tell whom the case is about",
    Delivery.CASE_VOID_MESSAGE: "tell whom it is about that the case is void",
    Delivery.CASE_END_MESSAGE: "tell whom it is about that its end was moved",
    Delivery.ACT_ALERT: "tell the staff what cannot be done",
    Delivery.REPORT_POST: "bring the post of report {subject} up to date",
    Delivery.REPORT_REPLY: "answer a reporter",
    Delivery.DIGEST: "post the weekly digest",
    Delivery.AUDIT_ALERT: "tell the staff that I may not read the audit log",
    Delivery.LEVEL_UP: "announce a new level",
    Delivery.LEVEL_ROLES: "give and take roles by level",
    Delivery.LEVEL_ALERT: "give the role <@&{subject}> of a level",
}
"""Of the others their own word says what they are."""


async def job_page(
    interaction: Interaction,
    matching: JobFilter,
    *,
    before: tuple[Any, ...] | None = None,
    after: tuple[Any, ...] | None = None,
) -> Page:
    """What is due longest first; one statement for the page, another for the number where it is not the whole."""
    jobs, guild_id = interaction.client.database.jobs, guild_of(interaction).id
    found = list(
        await jobs.page(guild_id=guild_id, matching=matching, before=before, after=after, limit=PAGE_SIZE + 1)
    )
    more = len(found) > PAGE_SIZE
    is_all = not more and before is None and after is None
    number = len(found) if is_all else await jobs.count(guild_id=guild_id, matching=matching)
    shown = found[-PAGE_SIZE:] if after is not None else found[:PAGE_SIZE]
    nothing = NOTHING_FAILED if matching.failed else NOTHING
    of_case = f" of case {matching.case_number}" if matching.case_number else ""
    embed = discord.Embed(
        title=f"{number:,} job{'' if number == 1 else 's'}{of_case}",
        description="\n".join(map(job_line, shown)) or nothing,
        colour=AMBER,
    )
    if not shown:
        return Page(embed)
    has_before, has_more = (more, True) if after is not None else (before is not None, more)
    return Page(
        embed,
        back=_custom_id("a", shown[0], matching) if has_before else None,
        forward=_custom_id("b", shown[-1], matching) if has_more else None,
        more=_buttons(shown),
    )


def job_line(job: Job) -> str:
    what = _what(job)
    number = f"`{job.job_id}` " if job.source == JobSource.ACT else ""
    of_case = f" · case {job.case_number}" if job.case_number else ""
    is_parked = job.due_at - clock.now() > NEVER_AFTER
    when = "when they come back" if is_parked else format_dt(job.due_at, "R")
    trouble = ""
    if job.last_error is not None:
        times = {0: "", 1: "tried once: "}.get(job.attempts, f"tried {job.attempts} times: ")
        trouble = f"\n-# {times}{one_line(in_english(job.last_error), LONGEST_ERROR)}"
    return f"{number}{what}{of_case} · {when}{trouble}"


def _what(job: Job) -> str:
    if job.source == JobSource.ACT:
        is_renewal = job.kind == ActKind.TIMEOUT and job.purpose == Purpose.KEEP
        words = RENEWAL if is_renewal else ACTS[ActKind(job.kind)]
        return words.format(who=f"<@{job.target_id}>", where=f"<#{job.target_id}>")
    if job.source == JobSource.MASS:
        return f"ban many at once, {job.subject_id:,} to go" if job.subject_id else "settle a ban of many"
    words = POSTS.get(Delivery(job.kind), f"deliver {job.kind.replace('_', ' ')}")
    return words.format(subject=job.subject_id)


def _buttons(shown: list[Job]) -> list[discord.ui.Button[Any]]:
    buttons = [
        retry_button(job.job_id, f"Retry {job.job_id}")
        for job in shown
        if job.source == JobSource.ACT and job.has_failed
    ]
    if any(job.source == JobSource.POST and job.has_failed for job in shown):
        buttons.append(_button("Retry the posts", "j:p"))
    return buttons


def retry_button(act_id: int, label: str) -> discord.ui.Button[Any]:
    return _button(label, f"j:r:{act_id}")


def _button(label: str, custom_id: str) -> discord.ui.Button[Any]:
    return discord.ui.Button(label=cut(label, 80), custom_id=custom_id, style=discord.ButtonStyle.primary)


class JobPageButton(PageButton, template=re.compile(r"j:[ab]:[f-]:[0-9]*:[0-9a-z]+\.[amp]\.[0-9a-z]+")):
    async def turn(self, interaction: Interaction) -> Page:
        await require(interaction, Level.MODERATOR)
        _, direction, failed, number, place = self.custom_id.split(":")
        matching = JobFilter(failed=failed == FAILED, case_number=int(number) if number else None)
        try:
            at = _parsed(place)
        except (ValueError, OverflowError):
            raise ButtonOutdated from None
        if direction == "a":
            return await job_page(interaction, matching, after=at)
        return await job_page(interaction, matching, before=at)


class RetryButton(PageButton, template=re.compile(r"j:(?:p|r:[0-9]{1,18})")):
    """Answers with a message of its own: the list or the alert with the button stays."""

    async def turn(self, interaction: Interaction) -> None:
        await require(interaction, Level.MODERATOR)
        guild_id, bot = guild_of(interaction).id, interaction.client
        _, what, *number = self.custom_id.split(":")
        if what == "p":
            await bot.database.outbox.hurry(guild_id=guild_id, now=clock.now())
            bot.dispatch("outbox_filled")
            await reply(interaction, "I try all posts and messages that wait again now.")
            return
        act = await bot.database.acts.retry_now(guild_id=guild_id, act_id=int(number[0]))
        if act is None:
            await reply(
                interaction, "That does not wait any more: it was done, or something newer was decided."
            )
            return
        bot.dispatch("acts_due")
        await reply(
            interaction,
            f"I try it again now; /jobs shows it for as long as it waits (case {act.case_number}).",
        )


def _custom_id(direction: str, job: Job, matching: JobFilter) -> str:
    """At most 55 characters: a moment in microseconds has 10 digits, a number of PostgreSQL's 13."""
    place = f"{_digits((job.due_at - EPOCH) // A_MICROSECOND)}.{CODES[JobSource(job.source)]}.{_digits(job.job_id)}"
    failed = FAILED if matching.failed else ALL
    return f"j:{direction}:{failed}:{matching.case_number or ''}:{place}"


def _parsed(text: str) -> tuple[Any, ...]:
    moment, source, number = text.split(".")
    if int(number, 36) >= 2**63:
        raise ValueError(text)
    return EPOCH + int(moment, 36) * A_MICROSECOND, SOURCES[source].value, int(number, 36)


def _digits(value: int) -> str:
    digits = ""
    while value:
        value, digit = divmod(value, 36)
        digits = DIGITS[digit] + digits
    return digits or "0"
