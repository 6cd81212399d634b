"""What happens on that day, as tables: method, path, body, and under what name the answer's id is kept."""

from typing import Any

APP, GUILD, GENERAL = "/applications/{app}", "/guilds/{guild}", "/channels/{#general}"
MESSAGE = GENERAL + "/messages/{message}"
OWN = {"name": "made", "type": 1, "description": "Made here"}
RULE: dict[str, Any] = {
    "name": "no ducks",
    "event_type": 1,
    "trigger_type": 1,
    "trigger_metadata": {"keyword_filter": ["duck"]},
    "actions": [
        {"type": 1, "metadata": {"custom_message": "No ducks."}},
        {"type": 2, "metadata": {"channel_id": "{#mod-log}"}},
    ],
    "enabled": True,
}

ONESELF = [
    ("GET", "/users/@me"),
    ("PATCH", "/users/@me", {"username": "Reeve"}),
    ("GET", "/users/{ann}"),
    ("GET", "/users/@me/guilds"),
    ("GET", "/oauth2/applications/@me"),
    ("GET", "/applications/@me"),
    ("GET", "/gateway"),
    ("GET", "/gateway/bot"),
    ("GET", "/voice/regions"),
]
COMMANDS = [
    step
    for where in (APP, APP + "/guilds/{guild}")
    for step in [
        ("PUT", where + "/commands", [OWN | {"name": "ping"}]),
        ("POST", where + "/commands", OWN, "command"),
        ("GET", where + "/commands"),
        ("GET", where + "/commands/{command}"),
        ("PATCH", where + "/commands/{command}", {"description": "Changed"}),
    ]
]
GUILD_ITSELF = [
    ("GET", GUILD),
    ("GET", GUILD + "/preview"),
    ("PATCH", GUILD, {"name": "Green", "verification_level": 2}),
    ("GET", GUILD + "/regions"),
    ("GET", GUILD + "/prune"),
    ("POST", GUILD + "/prune", {"days": 7, "compute_prune_count": True}),
    ("GET", GUILD + "/emojis"),
    ("GET", GUILD + "/emojis/{emoji}"),
    ("GET", GUILD + "/audit-logs"),
]
CHANNELS = [
    ("GET", GUILD + "/channels"),
    ("POST", GUILD + "/channels", {"name": "annex", "type": 0, "topic": "More"}, "annex"),
    ("POST", GUILD + "/channels", {"name": "hall", "type": 2}, "hall"),
    ("POST", GUILD + "/channels", {"name": "stage", "type": 13}, "stage"),
    ("PATCH", GUILD + "/channels", [{"id": "{annex}", "position": 9}]),
    ("GET", "/channels/{annex}"),
    ("PATCH", "/channels/{annex}", {"rate_limit_per_user": 5}),
    ("PUT", "/channels/{annex}/permissions/{role member}", {"type": 0, "allow": "0", "deny": "2048"}),
    ("DELETE", "/channels/{annex}/permissions/{role member}"),
    ("DELETE", "/channels/{annex}"),
]
ROLES = [
    ("GET", GUILD + "/roles"),
    ("GET", GUILD + "/roles/member-counts"),
    ("POST", GUILD + "/roles", {"name": "guest", "permissions": "0"}, "guest"),
    ("GET", GUILD + "/roles/{guest}"),
    ("PATCH", GUILD + "/roles", [{"id": "{guest}", "position": 1}]),
    ("PATCH", GUILD + "/roles/{guest}", {"name": "visitor"}),
    ("PUT", GUILD + "/members/{ann}/roles/{guest}"),
    ("DELETE", GUILD + "/members/{ann}/roles/{guest}"),
    ("DELETE", GUILD + "/roles/{guest}"),
]
MESSAGES = [
    ("POST", GENERAL + "/messages", {"content": "hello <@{ann}>", "embeds": [{"title": "T"}]}, "message"),
    ("GET", GENERAL + "/messages"),
    ("GET", MESSAGE),
    ("PATCH", MESSAGE, {"content": "changed"}),
    ("POST", GENERAL + "/typing"),
    *[
        step
        for pins in ("/pins", "/messages/pins")
        for step in [
            ("PUT", GENERAL + pins + "/{message}"),
            ("GET", GENERAL + pins),
            ("DELETE", GENERAL + pins + "/{message}"),
        ]
    ],
    ("PUT", MESSAGE + "/reactions/{👍}/@me"),
    ("GET", MESSAGE + "/reactions/{👍}"),
    ("DELETE", MESSAGE + "/reactions/{👍}/@me"),
    ("PUT", MESSAGE + "/reactions/{👍}/@me"),
    ("DELETE", MESSAGE + "/reactions/{👍}/{app}"),
    ("PUT", MESSAGE + "/reactions/{👍}/@me"),
    ("DELETE", MESSAGE + "/reactions/{👍}"),
    ("PUT", MESSAGE + "/reactions/{👍}/@me"),
    ("DELETE", MESSAGE + "/reactions"),
    ("POST", GENERAL + "/messages", {"content": "a", "message_reference": {"message_id": "{message}"}}, "a"),
    ("POST", GENERAL + "/messages", {"content": "b"}, "b"),
    ("POST", GENERAL + "/messages", {"content": "c"}, "c"),
    ("DELETE", GENERAL + "/messages/{c}"),
    ("POST", GENERAL + "/messages/bulk-delete", {"messages": ["{a}", "{b}"]}),
    ("POST", "/attachments/refresh-urls", {"attachment_urls": ["{link}"]}),
    ("POST", "/users/@me/channels", {"recipient_id": "{ann}"}, "direct"),
    ("POST", "/channels/{direct}/messages", {"content": "between us"}),
]
THREADS = [
    ("POST", MESSAGE + "/threads", {"name": "About it"}, "thread"),
    ("POST", GENERAL + "/threads", {"name": "Quiet", "type": 12}, "private"),
    ("PUT", "/channels/{thread}/thread-members/{ann}"),
    ("GET", "/channels/{thread}/thread-members/{ann}"),
    ("GET", "/channels/{thread}/thread-members"),
    ("DELETE", "/channels/{thread}/thread-members/{ann}"),
    ("DELETE", "/channels/{thread}/thread-members/@me"),
    ("PUT", "/channels/{thread}/thread-members/@me"),
    ("GET", GUILD + "/threads/active"),
    ("PATCH", "/channels/{thread}", {"archived": True}),
    ("PATCH", "/channels/{private}", {"archived": True}),
    ("GET", GENERAL + "/threads/archived/public"),
    ("GET", GENERAL + "/threads/archived/private"),
    ("GET", GENERAL + "/users/@me/threads/archived/private"),
    ("POST", "/channels/{thread}/messages", {"content": "awake again"}),
]
WEBHOOKS_AND_INVITES = [
    ("POST", GENERAL + "/webhooks", {"name": "Herald"}, "hook"),
    ("GET", GENERAL + "/webhooks"),
    ("GET", GUILD + "/webhooks"),
    ("GET", "/webhooks/{hook}"),
    ("PATCH", "/webhooks/{hook}", {"name": "Crier"}),
    ("GET", "/webhooks/{hook}/{hook's token}"),
    ("PATCH", "/webhooks/{hook}/{hook's token}", {"name": "Bell"}),
    ("POST", "/webhooks/{hook}/{hook's token}?wait=true", {"content": "hear"}, "said"),
    ("GET", "/webhooks/{hook}/{hook's token}/messages/{said}"),
    ("PATCH", "/webhooks/{hook}/{hook's token}/messages/{said}", {"content": "hear!"}),
    ("DELETE", "/webhooks/{hook}/{hook's token}/messages/{said}"),
    ("DELETE", "/webhooks/{hook}/{hook's token}"),
    ("POST", GENERAL + "/webhooks", {"name": "Herald"}, "hook"),
    ("DELETE", "/webhooks/{hook}"),
    ("POST", GENERAL + "/invites", {"max_age": 600}, "invite"),
    ("GET", GENERAL + "/invites"),
    ("GET", GUILD + "/invites"),
    ("GET", "/invites/{invite}"),
    ("DELETE", "/invites/{invite}"),
]
MEMBERS = [
    ("GET", GUILD + "/members?limit=5"),
    ("GET", GUILD + "/members/{ann}"),
    ("GET", GUILD + "/members/search?query=an"),
    ("PATCH", GUILD + "/members/{ann}", {"nick": "Annie"}),
    ("PATCH", GUILD + "/members/@me", {"nick": "The Reeve"}),
    ("PATCH", GUILD + "/members/@me/nick", {"nick": "Reeve"}),
    ("DELETE", GUILD + "/members/{dia}"),
    ("PUT", GUILD + "/bans/{eli}", {"delete_message_seconds": 60}),
    ("GET", GUILD + "/bans"),
    ("GET", GUILD + "/bans/{eli}"),
    ("DELETE", GUILD + "/bans/{eli}"),
    ("POST", GUILD + "/bulk-ban", {"user_ids": ["{fay}", "{gus}"]}),
]
AUTOMOD = [
    ("POST", GUILD + "/auto-moderation/rules", RULE, "rule"),
    ("GET", GUILD + "/auto-moderation/rules"),
    ("GET", GUILD + "/auto-moderation/rules/{rule}"),
    ("PATCH", GUILD + "/auto-moderation/rules/{rule}", {"name": "no ducks at all"}),
]
VOICE = [
    ("GET", GUILD + "/voice-states/{ann}"),
    ("GET", GUILD + "/voice-states/@me"),
]
ON_STAGE = [
    ("PATCH", GUILD + "/voice-states/@me", {"channel_id": "{stage}", "suppress": False}),
    ("PATCH", GUILD + "/voice-states/{ann}", {"channel_id": "{stage}", "suppress": False}),
]
IN_THE_EVENING = [
    ("DELETE", "/channels/{thread}"),
    ("GET", GUILD + "/audit-logs"),
    ("DELETE", GUILD + "/auto-moderation/rules/{rule}"),
    ("DELETE", APP + "/commands/{command}"),
    ("DELETE", APP + "/guilds/{guild}/commands/{own command}"),
    ("DELETE", "/users/@me/guilds/{hill}"),
]
