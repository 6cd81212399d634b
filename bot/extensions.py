"""The table of contents of all features: what is not listed is not loaded."""

EXTENSIONS: tuple[str, ...] = (
    "cogs.moderation.warn",
    "cogs.moderation.note",
    "cogs.moderation.ban",
    "cogs.moderation.drafts",
    "cogs.moderation.acting",
    "cogs.moderation.cases",
    "cogs.moderation.history",
    "cogs.moderation.record",
    "cogs.moderation.mod_log",
    "cogs.moderation.report",
    "cogs.moderation.reports",
    "cogs.moderation.report_queue",
    "cogs.moderation.modstats",
    "cogs.points.commands",
    "cogs.points.talking",
    "cogs.config.commands",
    "cogs.moderation.templates",
    "cogs.people",
    "cogs.owner",
)
