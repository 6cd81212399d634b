"""What a seed file may say (docs/sandbox-scripting.md, "Another world")."""

from typing import Annotated, Required, TypedDict

from sandbox.fitting import Digits, Within
from sandbox.seeds.crowd import MOST_GUILDS, MOST_MEMBERS

Identity = int | Annotated[str, Digits()]


class SeededPerson(TypedDict, total=False):
    name: Required[str]
    id: Identity
    global_name: str
    locale: str
    dms_closed: bool


class SeededApplication(TypedDict, total=False):
    name: Required[str]
    id: Identity
    owner: str
    token: str
    intents: list[str] | None
    description: str
    permissions: list[str] | int | str


class SeededRole(TypedDict, total=False):
    name: Required[str]
    id: Identity
    permissions: list[str] | int | str
    color: int


class SeededChannel(TypedDict, total=False):
    name: Required[str]
    id: Identity
    type: int
    topic: str | None
    private: bool


class SeededGuild(TypedDict, total=False):
    name: Required[str]
    owner: Required[str]
    id: Identity
    members: list[str] | dict[str, list[str]]
    channels: list[SeededChannel]
    roles: list[SeededRole]
    preferred_locale: str
    emojis: list[str]
    more_members: Annotated[int, Within(0, MOST_MEMBERS)]


class Seed(TypedDict, total=False):
    people: list[SeededPerson]
    applications: list[SeededApplication]
    guilds: list[SeededGuild]
    more_guilds: Annotated[int, Within(0, MOST_GUILDS)]
