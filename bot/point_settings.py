"""The settings of points, by their page in `/points rules`; `/config` shows them, too."""

from typing import NamedTuple

from bot.setting_words import Setting, channel, cooldown, days, number, points, yes_or_no


class SettingsPage(NamedTuple):
    """`name` is in custom ids."""

    name: str
    title: str
    settings: tuple[Setting, ...]


PAGES = (
    SettingsPage(
        "earning",
        "What earns",
        (
            Setting("points-per-message", "points_per_message", "Points that a message earns", str),
            Setting(
                "message-cooldown",
                "message_cooldown_seconds",
                "Seconds until the next message earns",
                cooldown,
            ),
            Setting(
                "message-least-length",
                "message_least_length",
                "Characters below which a message earns nothing",
                number("character", "characters", "any length"),
            ),
            Setting(
                "message-repeats",
                "message_repeats_earn",
                "Whether a message earns that repeats the one before",
                yes_or_no,
            ),
            Setting(
                "voice-points", "voice_points", "What a minute with others in voice earns", points("nothing")
            ),
            Setting(
                "earned-per-day", "earned_per_day", "Most that messages and voice earn a day", points("any")
            ),
            Setting("daily-points", "daily_points", "What /points daily gives", points("no daily")),
            Setting(
                "daily-streak-points",
                "daily_streak_points",
                "More for each day in a row",
                points("nothing more"),
            ),
            Setting("daily-streak-days", "daily_streak_days", "Days in a row that count", days("none")),
            Setting("thanks-points", "thanks_points", "What /points thank gives", points("no thanks")),
            Setting(
                "thanks-per-day",
                "thanks_per_day",
                "Thanks of one member a day",
                number("time", "times", "none"),
            ),
        ),
    ),
    SettingsPage(
        "giving",
        "What members may give each other",
        (
            Setting("transfer-most", "transfer_most", "Most in one gift", points("any")),
            Setting("sent-per-day", "sent_per_day", "Most that a member gives a day", points("any")),
            Setting(
                "received-per-day", "received_per_day", "Most that a member is given a day", points("any")
            ),
            Setting(
                "transfer-account-age",
                "transfer_account_days",
                "Age of the Discord account of who gives, in days",
                days("any"),
            ),
            Setting(
                "transfer-tax",
                "transfer_tax_percent",
                "Percent of a gift that does not arrive",
                lambda value: f"{value} %" if value else "none",
            ),
            Setting(
                "tax-to-treasury",
                "tax_to_treasury",
                "Whether the tax is kept in the treasury, not burnt",
                yes_or_no,
            ),
            Setting(
                "restricted-may-transfer",
                "restricted_may_transfer",
                "Whether who is timed out may give and be thanked",
                yes_or_no,
            ),
        ),
    ),
    SettingsPage(
        "levels",
        "How levels grow",
        (
            Setting("level-base", "level_base", "Points of the first level", points("none")),
            Setting("level-linear", "level_linear", "Points that each level takes more", points("none")),
            Setting("level-square", "level_square", "Points more, times the level squared", points("none")),
            Setting(
                "level-roles-stack", "level_roles_stack", "Whether roles of lower levels stay", yes_or_no
            ),
            Setting(
                "level-channel", "level_channel_id", "Where new levels are announced", channel("nowhere")
            ),
        ),
    ),
)

BY_COMMAND = {"points_per_message", "message_cooldown_seconds"}
"""These have a command of `/config set`, too."""
POINT_SETTINGS = {setting.column: setting for page in PAGES for setting in page.settings}
