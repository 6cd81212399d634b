"""What a person reads on a terminal."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.shell.legend import Legend
from sandbox.shell.rendering import Rendering

NOW = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
WORLD = {
    "people": [{"id": "7", "name": "ann"}, {"id": "8", "name": "max"}],
    "guilds": [
        {
            "roles": [{"id": "1", "name": "@everyone"}, {"id": "5", "name": "moderator"}],
            "channels": [{"id": "3", "name": "mod-log"}],
        }
    ],
}
LEGEND = Legend(WORLD, NOW)


def at(style="", **ago):
    return f"<t:{int((NOW - timedelta(**ago)).timestamp())}{style}>"


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("@ann hi @MAX, and (@ann)", "<@7> hi <@8>, and (@ann)"),
        ("@annabel, ann@max, @everyone, @", "@annabel, ann@max, @everyone, @"),
        ("<@7> @c.d", "<@7> @c.d"),
    ],
)
def test_a_name_after_an_at_becomes_a_mention(typed, sent):
    assert LEGEND.written(typed) == sent


@pytest.mark.parametrize(
    ("marked", "said"),
    [
        ("<@7> and <@!8>", "@ann and @max"),
        ("<@&5> in <#3>", "@moderator in #mod-log"),
        ("<@&1>", "@everyone"),
        ("<@99>, <#99>", "<@99>, <#99>"),
        ("</points give:44>", "/points give"),
        ("<a:party:44> <:point:44>", ":party: :point:"),
        (at(":R", minutes=3, seconds=5), "3 minutes ago"),
        (at(":R", hours=-1), "in 1 hour"),
        (at(":R"), "now"),
        (at(":t"), "12:30 UTC"),
        (at(":d"), "01/05/2026"),
        (at(), "01 May 2026 12:30 UTC"),
        ("<t:99999999999999:R>", "an impossible time"),
    ],
)
def test_marks_are_read(marked, said):
    assert LEGEND.read(marked) == said


def message(**changed):
    return {
        "id": "44",
        "type": 20,
        "author": {"username": "Reeve", "bot": True},
        "flags": 64,
        "timestamp": NOW.isoformat(),
        "edited_timestamp": NOW.isoformat(),
        "content": "",
        "embeds": [],
        "attachments": [],
        "components": [],
        "interaction": {"name": "points give", "user": {"username": "ann"}},
        **changed,
    }


def lines(rendering, one, **more):
    return list(rendering.message(one, **more))


def test_an_answer_is_read_without_ids_and_a_message_among_others_says_what_it_answers():
    one = message(content="Gave <@8> **3** points.\n-# Quietly.")
    expected = ["Reeve (bot, only you can see this)", "  Gave @max 3 points.", "  Quietly."]
    assert lines(Rendering(LEGEND), one) == expected
    heading = lines(Rendering(LEGEND), one, in_passing=True)[0]
    assert heading.endswith(" Reeve (bot, only you can see this) answers ann's /points give")


def test_with_ids_everything_can_be_pointed_at():
    one = message(
        components=[
            {
                "type": 1,
                "components": [
                    {"type": 2, "style": 1, "label": "Undo", "custom_id": "undo:1"},
                    {"type": 2, "style": 1, "emoji": {"name": "▶"}, "custom_id": "next", "disabled": True},
                ],
            },
            {
                "type": 1,
                "components": [
                    {"type": 3, "custom_id": "kind", "options": [{"label": "Formal", "value": "f"}]}
                ],
            },
        ]
    )
    assert lines(Rendering(LEGEND), one)[1:] == ["  [Undo] [▶, disabled]", "  <kind: Formal>"]
    assert lines(Rendering(LEGEND, with_ids=True), one) == [
        "Reeve (bot, only you can see this, edited) id 44",
        "  [Undo](undo:1) [▶, disabled](next)",
        "  <kind: Formal=f>(kind)",
    ]


def test_the_fields_of_an_embed_stand_in_two_columns_and_say_nobody_twice():
    fields = [
        {"name": "Member", "value": "<@7>\nann\n`7`", "inline": True},
        {"name": "⚠️ Kind", "value": "Warning", "inline": True},
        {"name": "Reason", "value": "spam\n-# in <#3>", "inline": False},
    ]
    one = message(embeds=[{"title": "Case 1", "fields": fields, "footer": {"text": "Page 1"}}])
    assert lines(Rendering(LEGEND), one)[1:] == [
        "  │ Case 1",
        "  │ Member   @ann",
        "  │ ⚠️ Kind  Warning",
        "  │ Reason   spam",
        "  │          in #mod-log",
        "  │ — Page 1",
    ]
    assert "  │          `7`" in lines(Rendering(LEGEND, with_ids=True), one)


def test_a_terminal_gets_bold_and_dim_but_nothing_that_a_member_wrote_to_steer_it():
    one = message(content="**now** \x1b[2J\x07\n-# later")
    assert lines(Rendering(LEGEND, styled=True), one)[1:] == [
        "  \x1b[1mnow\x1b[22m [2J",
        "  \x1b[2mlater\x1b[22m",
    ]
