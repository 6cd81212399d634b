"""What is done with a case later: notes, files, edits taken back, voiding with its consequences, its post, exports."""

import base64
import csv
import hashlib
import io
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from e2e_play import Bot, Guild, Play, readable, until

from sandbox.server import Sandbox


async def warned(guild: Guild, *reasons: str, member: str = "ann", **options: Any) -> None:
    for reason in reasons:
        answer = await guild.slash("max", "warn", member=member, reason=reason, **options)
        assert "Case" in answer.text


def upload(name: str, content: bytes) -> dict[str, str]:
    return {"filename": name, "base64": base64.b64encode(content).decode()}


async def test_notes_add_up_and_are_found(guild: Guild) -> None:
    await warned(guild, "spam")

    first = await guild.slash("mia", "case note", number=1, text="they said sorry")
    second = await guild.slash("max", "case note", number=1, text="and did it again")

    assert "Case 1: note 1 is added." in first.text
    assert "note 2" in second.text
    view = (await guild.slash("sam", "case view", number=1)).text
    assert f"by <@{guild.person('mia')}>: they said sorry" in view
    assert "and did it again" in view
    assert "spam" in (await guild.slash("max", "case list", text="SORRY")).text

    async def counted() -> bool:
        return any("Notes: 2" in post for post in await guild.log_posts())

    assert await until(counted)
    assert "sorry" not in (await guild.slash("ann", "record")).text


async def test_evidence_comes_back_with_its_hash(guild: Guild) -> None:
    await warned(guild, "spam", proof=upload("first.txt", b"first"))
    assert (
        "second.txt is kept"
        in (await guild.slash("mia", "case evidence", number=1, file=upload("second.txt", b"second"))).text
    )

    shown = await guild.click("sam", await guild.slash("sam", "case view", number=1), "Evidence (2)")

    assert hashlib.sha256(b"second").hexdigest() in shown.text
    assert shown.text.count("is what was added") == 2
    assert [await shown.file(at) for at in range(2)] == [b"first", b"second"]
    assert shown.messages[-1]["flags"] & 64, "only who asked sees it"


async def test_many_files_come_in_several_answers(guild: Guild) -> None:
    await warned(guild, "spam")
    for number in range(7):
        await guild.slash("max", "case evidence", number=1, file=upload(f"{number}.txt", b"%d" % number))
    first = await guild.click("max", await guild.slash("max", "case view", number=1), "Evidence")

    rest = await guild.click("max", first, "More evidence")

    assert "evidence 5 of 7" in first.text
    assert [each["filename"] for each in rest.messages[-1]["attachments"]] == ["5.txt", "6.txt"]


async def test_the_buttons_of_a_case_work_only_for_moderators(guild: Guild) -> None:
    await warned(guild, "spam", proof=upload("first.txt", b"first"))
    await guild.slash("max", "case edit", number=1, reason="other")
    view = await guild.slash("max", "case view", number=1)
    edits = await guild.slash("max", "case revisions", number=1)
    void = await guild.slash("max", "case void", number=1, reason="wrong")
    await guild.post("olga", "roles", user_id=guild.person("max"), remove=[guild.roles["moderator"]])

    for answer, label in ((view, "Evidence"), (edits, "Revert 1"), (void, "Tell the member")):
        assert "You need the permission Timeout Members" in (await guild.click("max", answer, label)).text
    await guild.post("olga", "roles", user_id=guild.person("max"), add=[guild.roles["moderator"]])


async def test_every_edit_is_shown_with_what_changed_and_taken_back_once(guild: Guild) -> None:
    await warned(guild, "spma in general")
    await guild.slash("mia", "case edit", number=1, reason="spam in general", why="a slip")
    edits = await guild.slash("max", "case revisions", number=1)
    assert "~~spma~~ **spam** in general" in edits.text
    assert "Why: a slip" in edits.text
    assert guild.person("mia") in edits.text

    shown_to_mia = await guild.slash("mia", "case revisions", number=1)

    done = await guild.click("max", edits, "Revert 1")
    again = await guild.click("mia", shown_to_mia, "Revert 1")

    assert "edit 1 is taken back (edit 2)" in done.text
    assert "was changed since that was shown" in again.text
    shown = (await guild.slash("max", "case revisions", number=1)).text
    assert "2 edits" in shown
    assert "edit 1 taken back" in shown
    assert "spma in general" in (await guild.slash("max", "case view", number=1)).text


async def test_edits_page(guild: Guild) -> None:
    await warned(guild, "reason 0")
    for number in range(1, 10):
        await guild.slash("max", "case edit", number=1, reason=f"reason {number}")
    first = await guild.slash("max", "case revisions", number=1)
    second = await guild.click("max", first, "Next")
    third = await guild.click("max", second, "Next")
    back = await guild.click("max", await guild.click("max", third, "Back"), "Back")
    assert [f"Edit {n}:" in second.text for n in (6, 5, 4, 3, 2)] == [False, True, True, True, True]
    assert third.button("Next")["disabled"]
    assert "Edit 1:" in third.text
    assert back.messages[-1]["embeds"] == first.messages[-1]["embeds"]


async def test_a_voided_case_counts_no_more_and_the_member_can_be_told(guild: Guild) -> None:
    await warned(guild, "spam", points=3)
    before = await guild.told_before("ann")

    answer = await guild.slash("mia", "case void", number=1, reason="it was ben")

    assert "Case 1 is void. Its weight of 3 does not count any more." in answer.text
    assert "Nothing stands" in (await guild.slash("ann", "record")).text
    assert "spam" in (await guild.slash("max", "history", user="ann")).text, "nothing is erased"
    told = await guild.click("mia", answer, "Tell the member")
    assert "is told that it is void" in told.text

    async def heard() -> bool:
        told = await guild.direct_messages("ann", besides=before)
        return len([each for each in told if "it was ben" in str(each)]) == 1

    assert await until(heard)
    again = await guild.click("mia", answer, "Tell the member")
    assert "already" in again.text

    async def post_follows() -> bool:
        return any("Warning · void" in post for post in await guild.log_posts())

    assert await until(post_follows)
    assert "void already" in (await guild.slash("max", "case void", number=1, reason="again")).text
    assert "counts again" in (await guild.slash("max", "case restore", number=1)).text
    assert "Warning: 1" in (await guild.slash("max", "history", user="ann")).text
    assert "is not void" in (await guild.slash("max", "case restore", number=1)).text


async def test_voiding_a_ban_offers_to_lift_it(guild: Guild, play: Play) -> None:
    await guild.slash("max", "ban", user="lou", reason="spam", duration="7d")
    answer = await guild.slash("mia", "case void", number=1, reason="wrong person")
    assert "The ban still stands until you lift it." in answer.text

    async def is_banned() -> bool:
        return guild.person("lou") in str(await play.get(f"/sandbox/guilds/{guild.guild_id}/bans"))

    assert await is_banned()
    assert "the ban is lifted" in (await guild.click("mia", answer, "Lift the ban")).text
    assert not await is_banned()
    assert "nothing stands because of it any more" in (await guild.click("mia", answer, "Lift the ban")).text
    assert "void" in (await guild.slash("max", "case view", number=1)).text
    assert "(over)" in (await guild.slash("max", "case restore", number=1)).text


async def test_what_a_restored_case_brought_about_is_not_lifted_by_an_old_button(
    guild: Guild, play: Play
) -> None:
    await guild.slash("max", "ban", user="lou", reason="spam", duration="7d")
    voided = await guild.slash("mia", "case void", number=1, reason="wrong person")
    await guild.slash("mia", "case restore", number=1)

    refused = await guild.click("mia", voided, "Lift the ban")

    assert refused.text.strip() == (
        "Case 1 counts again, so what it brought about stays: use /unban, /untimeout or /unlock to lift it."
    )
    assert guild.person("lou") in str(await play.get(f"/sandbox/guilds/{guild.guild_id}/bans"))
    await guild.slash("mia", "case void", number=1, reason="wrong after all")
    assert "the ban is lifted" in (await guild.click("mia", voided, "Lift the ban")).text


async def test_the_duration_of_a_timeout_changes_on_discord_too(guild: Guild, play: Play) -> None:
    await guild.slash("max", "timeout", member="ann", duration="1h", reason="spam")

    async def until_when() -> datetime:
        member = await play.get(f"/sandbox/guilds/{guild.guild_id}/members/{guild.person('ann')}")
        return datetime.fromisoformat(member["communication_disabled_until"])

    before = await until_when()
    answer = await guild.slash("mia", "case duration", number=1, duration="3h")
    assert "Case 1: the timeout ends <t:" in answer.text
    assert "does not have it yet" not in answer.text
    assert (
        timedelta(hours=2) - timedelta(seconds=30)
        < await until_when() - before
        < timedelta(hours=2, seconds=30)
    )
    assert "ends then already" in (await guild.slash("mia", "case duration", number=1, duration="3h")).text
    await play.post("/sandbox/clock", {"seconds": 60})
    assert "over already" in (await guild.slash("mia", "case duration", number=1, duration="10s")).text
    assert (
        "cannot last for ever"
        in (await guild.slash("mia", "case duration", number=1, duration="forever")).text
    )
    edits = (await guild.slash("mia", "case revisions", number=1)).text
    assert "Edit 1: the end" in edits
    assert "Revert" not in str(edits)


async def test_a_ban_can_be_made_to_last(guild: Guild) -> None:
    await guild.slash("max", "ban", user="ann", duration="1d", reason="spam")
    assert "never ends" in (await guild.slash("mia", "case duration", number=1, duration="forever")).text
    assert "for good" in (await guild.slash("mia", "history", user="ann")).text
    await guild.slash("max", "warn", member="ben", reason="spam")
    assert "no end to move" in (await guild.slash("mia", "case duration", number=2, duration="1d")).text


@pytest.mark.parametrize(
    ("language", "title", "warned"),
    [
        ("en", "Your timeout in {} ends at another time", "You were warned in {}"),
        ("de", "Deine Stummschaltung auf {} endet zu einer anderen Zeit", "Du wurdest auf {} verwarnt"),
        ("es", "Tu aislamiento en {} termina en otro momento", "Has recibido una advertencia en {}"),
    ],
)
async def test_whom_it_is_about_is_told_once_that_the_end_was_moved(
    bot: Bot, play: Play, language: str, title: str, warned: str
) -> None:
    guild = await play.new_guild(f"moved ends {language}")
    await guild.slash("olga", "config set language", value=language)
    await guild.slash("max", "timeout", member="ann", duration="1h", reason="spam")

    async def told(title: str) -> list[str]:
        found = [readable(each) for each in await guild.direct_messages("ann")]
        return [each for each in found if title.format(f"moved ends {language}") in each]

    await guild.slash("mia", "case duration", number=1, duration="3h")
    [moved] = await until(lambda: told(title))
    assert "<t:" in moved
    assert "3h" in moved
    await guild.slash("mia", "case void", number=1, reason="x")
    await guild.slash("mia", "case restore", number=1)
    await guild.slash("max", "warn", member="ann", reason="spam")
    assert await until(lambda: told(warned))
    assert len(await told(title)) == 1


async def test_who_was_not_told_of_it_is_not_told_that_its_end_was_moved(bot: Bot, play: Play) -> None:
    guild = await play.new_guild("moved unheard")
    await play.post("/sandbox/people/fay/preferences", {"dms_closed": True})
    try:
        answer = await guild.slash("max", "timeout", member="fay", duration="1d", reason="spam")

        async def is_noted() -> bool:
            return "not accepted" in (await guild.slash("mia", "case view", number=1)).text

        assert "Case 1" in answer.text
        assert await until(is_noted)
    finally:
        await play.post("/sandbox/people/fay/preferences", {"dms_closed": False})
    assert "ends <t:" in (await guild.slash("mia", "case duration", number=1, duration="2d")).text
    await guild.slash("max", "warn", member="fay", reason="spam")

    async def told() -> list[str]:
        found = [readable(each) for each in await guild.direct_messages("fay")]
        return [each for each in found if "moved unheard" in each]

    [only] = await until(told)
    assert only.startswith("You were warned")


async def test_nobody_works_on_a_case_about_themselves(guild: Guild) -> None:
    await guild.slash("sam", "warn", member="max", reason="late")
    for command, options in (
        ("case void", {"reason": "I am innocent"}), ("case restore", {}), ("case edit", {"reason": "x"}),
    ):  # fmt: skip
        assert "Case 1 is about you" in (await guild.slash("max", command, number=1, **options)).text


@pytest.mark.parametrize("link", ["{url}", "look: <{url}>, please.", "[proof]({url})"])
async def test_a_file_behind_a_link_that_will_end_is_kept(guild: Guild, link: str) -> None:
    said = await guild.post(
        "ben",
        "message",
        channel_id=guild.channels["general"],
        content="see",
        attachments=[upload("p.txt", b"proof")],
    )
    url = said["attachments"][0]["url"]
    await warned(guild, "spam")

    answer = await guild.slash("max", "case note", number=1, text=link.format(url=url))

    assert "The file behind the Discord link is kept as evidence" in answer.text
    shown = await guild.click("max", await guild.slash("max", "case view", number=1), "Evidence")
    assert await shown.file() == b"proof"


async def test_a_link_that_has_ended_or_leads_elsewhere_is_said_or_left_alone(
    guild: Guild, sandbox: Sandbox
) -> None:
    gone = f"{sandbox.url}/attachments/1/2/gone.png?ex=1&is=1&hm=1"
    answer = await guild.slash("max", "warn", member="ann", reason=f"see {gone}")
    assert "could not be kept (the link has ended, or the file is gone)" in answer.text
    for elsewhere in (
        f"{sandbox.url}/sandbox/world",
        "https://cdn.discordapp.com.evil.example/attachments/1/2/a.png",
    ):
        answer = await guild.slash("max", "case note", number=1, text=elsewhere)
        assert answer.text.strip() == answer.text.strip().partition("added.")[0] + "added."


async def test_a_deleted_post_is_made_again(guild: Guild, play: Play) -> None:
    await guild.slash("max", "note", user="ann", text="one")
    await until(guild.log_posts)
    [post] = await guild.messages("max", "mod-log")
    await play.post("/sandbox/clock", {"seconds": 120})
    await guild.post("olga", "delete-message", channel_id=guild.channels["mod-log"], message_id=post["id"])

    async def again() -> bool:
        posts = await guild.messages("max", "mod-log")
        return len(posts) == 1 and posts[0]["id"] != post["id"]

    assert await until(again)
    assert "Note: one" in (await guild.log_posts())[0]


async def test_an_edit_moves_the_post_to_where_the_log_is_now(guild: Guild) -> None:
    for text in ("one", "two"):
        await guild.slash("max", "note", user="ann", text=text)

    async def both() -> bool:
        return len(await guild.log_posts()) == 2

    assert await until(both)
    await guild.slash("olga", "config set log-channel", value="#staff")
    await guild.slash("max", "case edit", number=1, reason="one, corrected")

    async def moved() -> bool:
        there = await guild.messages("max", "staff")
        return any("one, corrected" in str(post) for post in there)

    assert await until(moved)
    [left] = await guild.log_posts()
    assert "Note: two" in left, "what did not change stays where it was"


async def test_an_export_can_be_calculated_with_kept_and_read(guild: Guild) -> None:
    await warned(guild, "=1+1", "plain <b>bold</b>", proof=upload("p.txt", b"proof"))
    await guild.slash("max", "case note", number=2, text="@SUM(A1)")
    await guild.slash("max", "case edit", number=2, reason="<b>bold</b> again")
    await guild.slash("max", "case void", number=1, reason="wrong")

    table = (await (await guild.slash("mia", "case export")).file()).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["number"] for row in rows] == ["2", "1"]
    assert rows[1]["reason"] == "'=1+1"
    assert rows[1]["state"] == "void"

    kept = json.loads(await (await guild.slash("mia", "case export", format="json", state="active")).file())
    [case] = kept["cases"]
    assert kept["state"] == "active"
    assert case["target_id"] == guild.person("ann")
    assert case["notes"][0]["text"] == "@SUM(A1)"
    assert case["evidence"][0]["sha256"] == hashlib.sha256(b"proof").hexdigest()
    assert (case["revisions"][0]["before"], case["reason"]) == ("plain <b>bold</b>", "<b>bold</b> again")

    page = (await (await guild.slash("mia", "case export", format="html")).file()).decode()
    assert "&lt;b&gt;bold&lt;/b&gt; again" in page
    assert "<b>" not in page
    assert "<script" not in page
    assert "No case fits" in (await guild.slash("mia", "case export", member="ben")).text


async def test_the_history_shows_what_is_in_force_and_a_chart(guild: Guild) -> None:
    await warned(guild, "spam")
    await guild.slash("max", "ban", user="ann", reason="spam", duration="7d")

    answer = await guild.slash("max", "history", user="ann")

    assert "🔨 banned until <t:" in answer.text
    assert "(case 2)" in answer.text
    [chart] = answer.messages[0]["attachments"]
    assert chart["filename"] == "record.png"
    assert "Bans 1" in chart["description"]


async def test_a_hidden_moderator_is_not_named_in_the_own_record(guild: Guild) -> None:
    await warned(guild, "spam")
    assert guild.person("max") in (await guild.slash("ann", "record")).text
    await guild.slash("olga", "config set hide-moderator", value=True)

    assert guild.person("max") not in (await guild.slash("ann", "record")).text


async def test_all_filters_of_a_list_at_once_page(guild: Guild) -> None:
    for number in range(10):
        await warned(guild, f"odd {number}", proof=upload("p.txt", b"x"))
    asked = {
        "member": "ann", "moderator": "max", "kind": "warn", "state": "active", "text": "odd ",
        "since": "1d", "until": "today", "evidence": True,
    }  # fmt: skip
    first = await guild.slash("mia", "case list", **asked)
    second = await guild.click("mia", first, "Next")
    assert "10 cases" in first.text
    assert "odd 1" in second.text
    assert "with evidence" in second.text


async def test_a_period_that_ends_before_it_begins_is_said_to_be_empty(guild: Guild) -> None:
    for period in ({"since": "1d", "until": "7d"}, {"since": "2026-11-02", "until": "2026-11-01"}):
        for command in ("case list", "case export"):
            answer = await guild.slash("max", command, **period)
            assert "is not before until (<t:" in answer.text, answer
    same_day = await guild.slash("max", "case list", since="2026-11-01", until="2026-11-01")
    assert "is not before" not in same_day.text
