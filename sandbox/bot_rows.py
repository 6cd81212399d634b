"""What bots bring along, as plain rows: applications, commands, webhooks."""

from dataclasses import dataclass

from sandbox.rows import Json


@dataclass(slots=True)
class Application:
    id: int
    name: str
    bot_user_id: int
    owner_id: int
    token: str
    intents: int  # the privileged ones that it was granted, as gateway bits
    description: str = ""
    permissions: int | None = None  # of its role where it is installed; else those of the cast's bot


@dataclass(slots=True)
class Command:
    """`spec` is what Discord would answer, with localisations, without id and version."""

    id: int
    application_id: int
    guild_id: int | None
    version: int
    spec: Json

    @property
    def name(self) -> str:
        return str(self.spec["name"])

    @property
    def type(self) -> int:
        return int(self.spec["type"])


@dataclass(slots=True)
class Webhook:
    id: int
    guild_id: int
    channel_id: int
    application_id: int
    user_id: int
    name: str
    token: str
    avatar: str | None = None
