"""/case, /history, /record, /note: what is written can be found, and by whom."""

from e2e_play import Answer, Guild, until


async def warned(guild: Guild, *reasons: str, member: str = "ann") -> None:
    for reason in reasons:
        assert "Case" in (await guild.slash("max", "warn", member=member, reason=reason)).text


async def test_a_case_can_be_viewed(guild: Guild) -> None:
    await warned(guild, "spam")

    answer = await guild.slash("mia", "case view", number=1)

    assert "Case 1 · Warning" in answer.text
    assert "spam" in answer.text
    assert answer.ephemeral


async def test_a_case_that_is_not_there_is_said_in_one_sentence(guild: Guild) -> None:
    answer = await guild.slash("max", "case view", number=77)

    assert answer.text.strip() == "There is no case 77 here: /case list shows the cases of this server."


async def test_the_list_shows_the_newest_first(guild: Guild) -> None:
    await warned(guild, "first", "second", "third")

    text = (await guild.slash("max", "case list")).text

    assert text.index("third") < text.index("second") < text.index("first")


async def test_filters_combine(guild: Guild) -> None:
    await warned(guild, "spam in general", "shouting")
    await warned(guild, "spam in staff", member="ben")
    await guild.slash("mia", "note", user="ann", text="spam is their habit")

    found = await guild.slash("max", "case list", member="ann", kind="warn", text="SPAM")
    by_mia = await guild.slash("max", "case list", moderator="mia")
    recent = await guild.slash("max", "case list", since="1h", member="ben")
    older = await guild.slash("max", "case list", until="1h")

    assert "spam in general" in found.text
    assert "shouting" not in found.text
    assert "staff" not in found.text
    assert "habit" not in found.text
    assert "habit" in by_mia.text
    assert "spam in staff" in recent.text
    assert "No case fits" in older.text


async def test_a_moment_that_is_not_understood_names_the_forms(guild: Guild) -> None:
    assert "is not a point in time" in (await guild.slash("max", "case list", since="whenever")).text


async def test_the_list_pages_with_buttons(guild: Guild) -> None:
    await warned(guild, *(f"reason {number:02}" for number in range(1, 20)))
    first = await guild.slash("max", "case list")

    second = await guild.click("max", first, "Next")
    third = await guild.click("max", second, "Next")
    back = await guild.click("max", third, "Back")

    assert "19 cases" in first.text
    assert "reason 19" in first.text
    assert "reason 11" in second.text
    assert "reason 12" not in second.text
    assert "reason 01" in third.text
    assert third.button("Next")["disabled"]
    assert shown(back) == shown(second)


async def test_a_list_with_filters_keeps_them_on_every_page(guild: Guild) -> None:
    for number in range(10):
        await warned(guild, f"odd. {number}", member="ann")
        await warned(guild, f"even {number}", member="ben")
    first = await guild.slash("max", "case list", member="ann", text="odd.", since="1d")

    second = await guild.click("max", first, "Next")

    assert "odd. 1" in second.text
    assert "even" not in second.text


async def test_the_buttons_of_a_list_work_only_for_moderators(guild: Guild) -> None:
    await warned(guild, *(f"reason {number}" for number in range(9)))
    first = await guild.slash("max", "case list")
    await guild.post("olga", "roles", user_id=guild.person("max"), remove=[guild.roles["moderator"]])

    answer = await guild.click("max", first, "Next")

    assert "You need the permission Timeout Members" in answer.text
    await guild.post("olga", "roles", user_id=guild.person("max"), add=[guild.roles["moderator"]])


async def test_an_edit_changes_the_case_and_its_post_and_keeps_the_old_reason(guild: Guild) -> None:
    await warned(guild, "spma")
    await until(guild.log_posts)

    answer = await guild.slash("mia", "case edit", number=1, reason="spam")

    async def post_follows() -> bool:
        posts = await guild.log_posts()
        return len(posts) == 1 and "Reason: spam" in posts[0] and "edited: 1 × (<@" in posts[0]

    assert "the reason is changed" in answer.text
    assert await until(post_follows)
    shown_case = (await guild.slash("max", "case view", number=1)).text
    assert "the reason was “spma”" in shown_case
    assert guild.person("mia") in shown_case


async def test_nobody_edits_a_case_about_themselves(guild: Guild) -> None:
    await guild.slash("sam", "warn", member="max", reason="late")

    answer = await guild.slash("max", "case edit", number=1, reason="I am innocent")

    assert "Case 1 is about you" in answer.text
    assert "late" in (await guild.slash("mia", "case view", number=1)).text


async def test_the_same_reason_is_no_edit(guild: Guild) -> None:
    await warned(guild, "spam")

    assert "already has that reason" in (await guild.slash("mia", "case edit", number=1, reason="spam")).text


async def test_until_today_includes_today(guild: Guild) -> None:
    await warned(guild, "just now")

    assert "just now" in (await guild.slash("max", "case list", since="today", until="today")).text


async def test_a_deleted_post_is_made_again_when_the_case_changes(guild: Guild) -> None:
    await warned(guild, "one")
    await until(guild.log_posts)
    [post] = await guild.messages("max", "mod-log")
    await guild.post("olga", "delete-message", channel_id=guild.channels["mod-log"], message_id=post["id"])

    await guild.slash("max", "case edit", number=1, reason="two")

    async def again() -> bool:
        return any("Reason: two" in text for text in await guild.log_posts())

    assert await until(again)
    assert len(await guild.log_posts()) == 1


async def test_a_refusal_is_told_in_the_language_of_the_server(guild: Guild) -> None:
    await guild.slash("olga", "config set language", value="de")
    may = ["VIEW_CHANNEL", "SEND_MESSAGES", "EMBED_LINKS", "VIEW_AUDIT_LOG"]
    await guild.post("olga", "role", action="edit", role_id="Reeve", permissions=may)

    answer = await guild.slash("max", "ban", user="ann", reason="spam")

    assert "nothing was changed. Give the role Reeve the permission Ban Members first." in answer.text

    async def posted() -> list[str]:
        return [post for post in await guild.log_posts() if "Ausgang: " in post]

    [post] = await until(posted)
    assert "Ausgang: Gib der Rolle Reeve zuerst das Recht „Mitglieder bannen“." in post
    shown = (await guild.slash("max", "case view", number=1)).text
    assert "Outcome: Give the role Reeve the permission Ban Members first." in shown
    for kind in ("csv", "json", "html"):
        exported = await (await guild.slash("max", "case export", format=kind)).file()
        assert b"Give the role Reeve the permission Ban Members first." in exported


async def test_case_numbers_complete(guild: Guild) -> None:
    await warned(guild, "spam", "shouting")

    everything = await guild.autocomplete("max", "case view", "number", number="")
    shouting = await guild.autocomplete("max", "case view", "number", number="2")

    assert [choice["value"] for choice in everything] == [2, 1]
    assert "shouting" in everything[0]["name"]
    assert [choice["value"] for choice in shouting] == [2]


async def test_reasons_complete_with_what_was_used(guild: Guild) -> None:
    await warned(guild, "spam", "spam", "shouting")

    choices = await guild.autocomplete("max", "warn", "reason", member="ben", reason="s")

    assert [choice["value"] for choice in choices] == ["spam", "shouting"]


async def test_the_history_of_a_person(guild: Guild) -> None:
    await warned(guild, "spam", "more spam")
    await guild.slash("mia", "note", user="ann", text="asked to stop")

    answer = await guild.slash("max", "history", user="ann")

    assert "Warning: 2" in answer.text
    assert "Note: 1" in answer.text
    assert "asked to stop" in answer.text
    assert "Points: 0" in answer.text
    assert answer.ephemeral


async def test_the_history_opens_from_the_menu_of_a_person(guild: Guild) -> None:
    await warned(guild, "spam")

    answer = await guild.context("max", "History", guild.person("ann"))

    assert "History of" in answer.text
    assert "spam" in answer.text


async def test_a_member_cannot_look_at_histories(guild: Guild) -> None:
    assert (await guild.slash("ann", "history", user="ben")).failed
    assert (await guild.context("ann", "History", guild.person("ben"))).failed


async def test_a_member_sees_the_own_record_without_notes(guild: Guild) -> None:
    await warned(guild, "spam")
    await guild.slash("mia", "note", user="ann", text="secret")

    answer = await guild.slash("ann", "record")

    assert "spam" in answer.text
    assert "secret" not in answer.text
    assert answer.ephemeral
    assert "Nothing stands against you" in (await guild.slash("ben", "record")).text
    nothing = (await guild.slash("max", "history", user="ben")).text
    assert "Nothing stands against them. No cases." in nothing
    assert "No case fits" not in nothing


async def test_a_member_pages_through_the_own_record(guild: Guild) -> None:
    await warned(guild, *(f"reason {number}" for number in range(9)))
    first = await guild.slash("ann", "record")

    assert "reason 0" in (await guild.click("ann", first, "Next")).text


async def test_a_note_is_a_case_that_only_staff_sees(guild: Guild) -> None:
    before = await guild.told_before("ann")
    answer = await guild.slash("max", "note", user="ann", text="talked to them")

    [post] = await until(guild.log_posts)
    assert "Case 1: noted about" in answer.text
    assert "Note" in post
    assert "talked" not in str(await guild.direct_messages("ann", besides=before))


async def test_a_note_about_somebody_who_left(guild: Guild) -> None:
    await guild.post("lou", "leave")

    answer = await guild.slash("max", "note", user="lou", text="left in anger")

    assert "Case 1" in answer.text
    assert "not in the server" in (await guild.slash("max", "history", user="lou")).text
    await guild.post("lou", "join")


def shown(answer: Answer) -> str:
    return answer.messages[-1]["embeds"][0]["description"]
