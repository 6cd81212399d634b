"""Where what passes over the wire is not as described, and why that is right: this list, and nothing else.

`where` is a pattern of what is looked at ("POST /channels/* response", "GUILD_CREATE event"), `what` a regular
expression for the whole of what is wrong there ("path: sentence"). One that matched nothing in a run of the whole suite
is reported.
"""

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase


@dataclass
class Allowed:
    where: str
    what: str
    because: str
    times: int = field(default=0, compare=False)

    def covers(self, where: str, what: str) -> bool:
        return bool(re.fullmatch(self.what, what)) and fnmatchcase(where, self.where)


REAL = "the real wire has it, as clients' models and recordings show; neither the tables nor the description list it"
ONLY_DESCRIBED = "Discord's API description has it, the documentation's table does not"
ONLY_DOCUMENTED = "the documentation's table has it, Discord's API description does not"
FOR_CLIENTS = "real READYs carry it for people's clients; the documentation leaves out what bots do not need"
FORWARDS = "forwards (type 1) are documented; the description's references are of type 0, of replies, alone"
COERCED = "libraries write snowflakes as numbers in requests, and Discord takes both"

DOCUMENTATION = [
    Allowed("* object", r"(\d+/)?guild: 'nsfw' of a guild is not documented", ONLY_DESCRIBED),
    Allowed("*invites* object", r".*'guild_id' of a invite is not documented", ONLY_DESCRIBED),
    Allowed("GUILD_* event", r".*'(home_header|nsfw)' of a \w+ is not documented", ONLY_DESCRIBED),
    Allowed(
        "* /guilds/{guild_id} object", r".*'(home_header|nsfw)' of a \w+ is not documented", ONLY_DESCRIBED
    ),
    Allowed(
        "READY event",
        r"all of it: '(user_settings|session_type|relationships|private_channels|presences|guild_join_requests"
        r"|geo_ordered_rtc_regions|auth|_trace)' of a READY is not documented",
        FOR_CLIENTS,
    ),
    Allowed("GUILD_MEMBER_UPDATE event", r"all of it: 'flags' of a \w+ is not documented", REAL),
    Allowed("*", r".*'default_tag_setting' of a \w+ is not documented", ONLY_DESCRIBED),
    Allowed("INTERACTION_CREATE event", r"all of it: 'entitlement_sku_ids' of a \w+ is not documented", REAL),
    Allowed("INTERACTION_CREATE event", r"guild: 'locale' of a guild is not documented", REAL),
    Allowed("INTERACTION_CREATE event", r"data: 'id' of a pressed_data is not documented", REAL),
    Allowed("*", r".*/media: 'id' of a media_item is not documented", ONLY_DESCRIBED),
    Allowed("*", r".*'(name|command_type)' of a interaction_metadata is not documented", REAL),
]
DESCRIPTION = [
    Allowed(
        "POST /attachments/refresh-urls",
        "is not in Discord's description",
        "clients and bots refresh links to attachments with it, and Discord answers; it never described it",
    ),
    Allowed("*", r"(.*/)?(triggering_)?interaction_metadata: '(name|command_type)' is not described", REAL),
    Allowed("*", r"(.*/)?components/\d+: 'required' is not described", ONLY_DOCUMENTED),
    Allowed(
        "*",
        r"errors/.*_errors/\d+/code: '[A-Z0-9_]+' is not of type 'integer'",
        "a field's error has a text as code (the reference shows BASE_TYPE_REQUIRED), the description says a number",
    ),
    Allowed(
        "* request",
        r"(.*/)?(\w*id|messages/\d+|users/\d+|user_ids/\d+|roles/\d+): \d{15,} is not of type 'string'",
        COERCED,
    ),
    Allowed("* request", r"(data/)?attachments/\d+/id: \d is not of type 'string'", COERCED),
    Allowed(
        "PUT /channels/{channel_id}/permissions/* request",
        r"(allow|deny): '\d+' is not of type 'integer'.*",
        "permission bits travel as text (the reference says so), the description says a number",
    ),
    Allowed(
        "* /guilds/{guild_id}/roles* request",
        r"permissions: '\d+' is not of type 'integer'.*",
        "permission bits travel as text (the reference says so), the description says a number",
    ),
    Allowed(
        "POST /guilds/{guild_id}/prune request",
        "compute_prune_count: '(true|false)' is not of type 'boolean'.*",
        "discord.py writes it so, and Discord takes it",
    ),
    Allowed(
        "* query",
        r"(with_response|wait|with_components|with_localizations|with_counts): '[01]' is not as described",
        "libraries say yes and no in a query as 1 and 0, and Discord takes that",
    ),
    Allowed(
        "* /guilds/{guild_id}/bans/{user_id} request",
        "no body",
        "discord.py bans without a body; an unban has nothing that a body could say",
    ),
    Allowed(
        "PUT /guilds/{guild_id}/bans/{user_id} query",
        "'delete_message_seconds' is not described",
        "discord.py says so in the query instead, and Discord takes it",
    ),
    Allowed("POST /channels/{channel_id}/threads response", ": 'message' is not described", ONLY_DOCUMENTED),
    Allowed("PATCH /guilds/*/members/@me/nick", "is not in Discord's description", ONLY_DOCUMENTED),
    Allowed("* response", "(.*/)?message_reference/type: 0 was expected", FORWARDS),
    Allowed(
        "POST /channels/{channel_id}/messages request",
        r"message_reference: \{'type': 1, .*\} is not of type 'null'",
        FORWARDS,
    ),
    Allowed(
        "POST /channels/{channel_id}/threads query",
        "'use_nested_fields' is not described",
        "discord.py still says it when it posts in a forum, and Discord takes it",
    ),
]
ALLOWED = DOCUMENTATION + DESCRIPTION


class Exceptions:
    def __init__(self, allowed: list[Allowed]) -> None:
        self.all = allowed

    def allow(self, where: str, what: str) -> bool:
        for each in self.all:
            if each.covers(where, what):
                each.times += 1
                return True
        return False

    def unused(self) -> list[Allowed]:
        return [each for each in self.all if not each.times]
