"""REST as a route sees it: the call that comes in, the reply that goes out, the table of routes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from sandbox.bot_rows import Application
from sandbox.core import Core
from sandbox.errors import invalid_form, unauthorized
from sandbox.files import Upload
from sandbox.forms import Form
from sandbox.gateway.gateway import Gateway
from sandbox.interactions.interactions import Interactions
from sandbox.rows import Json

MOST_REASON = 512


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any = None  # a text goes out as it is, anything else as JSON
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Call:
    core: Core
    gateway: Gateway
    interactions: Interactions
    method: str
    path: str
    parts: dict[str, str]
    query: dict[str, str]
    headers: dict[str, str]
    ids: dict[str, int] = field(default_factory=dict)  # of the parts, once they are read
    body: Any = None
    files: dict[str, Upload] | None = None
    text: str | None = None  # the body's
    caller: Application | None = None
    after: Callable[[], None] | None = None  # once the answer is on its way

    @property
    def application(self) -> Application:
        if self.caller is None:
            raise unauthorized()
        return self.caller

    @property
    def actor_id(self) -> int:
        return self.application.bot_user_id

    @property
    def uploads(self) -> dict[str, Upload]:
        return self.files or {}

    @property
    def json(self) -> Json:
        """A missing body is an empty one."""
        return Form({} if self.body is None else self.body).body

    @property
    def reason(self) -> str | None:
        reason = unquote(self.headers.get("X-Audit-Log-Reason", ""))
        if len(reason) > MOST_REASON:
            problem = {
                "code": "BASE_TYPE_MAX_LENGTH",
                "message": f"Must be {MOST_REASON} or fewer in length.",
            }
            raise invalid_form({"reason": {"_errors": [problem]}})
        return reason or None

    def limit(self, most: int, usual: int) -> int:
        form = Form(self.query)
        limit = form.integer("limit", least=1, most=most)
        form.finish()
        return usual if limit is None else limit

    def number(self, key: str) -> int | None:
        form = Form(self.query)
        number = form.integer(key)
        form.finish()
        return number


Handler = Callable[[Call], Any]


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    handler: Handler
    public: bool  # needs no bot token: the interaction's own token is the key


class Routes:
    """A page of the route table: `@routes.get("/channels/{channel_id}")`."""

    def __init__(self) -> None:
        self.table: list[Route] = []

    def on(self, method: str, path: str, *, public: bool = False) -> Callable[[Handler], Handler]:
        def keep(handler: Handler) -> Handler:
            self.table.append(Route(method, path, handler, public))
            return handler

        return keep


def as_reply(returned: Any) -> Reply:
    if isinstance(returned, Reply):
        return returned
    return Reply(204) if returned is None else Reply(200, returned)
