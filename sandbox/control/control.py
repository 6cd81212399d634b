"""The control interface: the people, over HTTP. It adds no rule of its own (its words: INTERFACES.md)."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any

from aiohttp import web

from sandbox.control import index
from sandbox.control.queries import limit, number
from sandbox.control.timekeeping import Timekeeping
from sandbox.control.writing import told, written_in_pieces
from sandbox.core import Core
from sandbox.errors import Refused, UnknownName
from sandbox.fitting import Unfit, fitting
from sandbox.guilds import audit_listing, payloads
from sandbox.intake import parsed, refuse_unsendable
from sandbox.interactions import commands
from sandbox.interactions.options import Unacceptable
from sandbox.message_rows import Message
from sandbox.names import Names
from sandbox.outgoing import in_pieces
from sandbox.people.people import People
from sandbox.people.places import Answer
from sandbox.people.storm import Storm
from sandbox.recorder import KEPT
from sandbox.rest.rest import Reply, as_reply
from sandbox.rows import Json
from sandbox.seeds.growth import Growth, applications_entry, guild_entry, world_entry

log = logging.getLogger(__name__)

LARGEST_BODY = 50 * 1024 * 1024  # bytes: three files of the permitted size, in base64
Serve = Callable[[web.Request], Awaitable[Any]]
Row = tuple[str, str, Serve]


class Control:
    def __init__(self, core: Core, people: People, more: Iterable[Row] = ()) -> None:
        self._core = core
        self._people = people
        self._more = tuple(more)
        self._names = Names(core.world)
        self._time = Timekeeping(core)

    def add_to(self, app: web.Application) -> None:
        person = "/sandbox/people/{user}"
        table: list[Row] = [
            *self._more,
            ("GET", "/sandbox", index.tell),
            ("GET", "/sandbox/world", self._world),
            ("GET", "/sandbox/applications", self._applications),
            ("POST", "/sandbox/guilds", self._new_guild),
            ("POST", "/sandbox/storm", self._storm),
            ("GET", "/sandbox/guilds/{guild}/audit-log", self._audit_log),
            ("GET", "/sandbox/guilds/{guild}/bans", self._bans),
            ("GET", "/sandbox/guilds/{guild}/members/{user}", self._member),
            ("GET", "/sandbox/exchanges", self._exchanges),
            ("GET", "/sandbox/clock", self._clock),
            ("POST", "/sandbox/clock", self._advance),
            ("GET", person + "/channels/{channel}/messages", self._messages),
            ("GET", person + "/channels/{channel}/pins", self._pins),
            ("GET", person + "/dms", self._direct_messages),
            ("GET", person + "/commands", self._offered),
            ("GET", person + "/channels", self._channels),
            ("GET", person + "/place", self._place),
        ]
        for verb, act in self._verbs().items():
            table.append(("POST", f"{person}/{verb}", act))
        for method, path, serve in table:
            app.router.add_route(method, path, self._serving(serve))
        app.router.add_get("/sandbox/clock/stream", self._time.follow)
        app.router.add_route("*", "/sandbox/{unknown:.*}", self._serving(index.missing))

    def _verbs(self) -> dict[str, Serve]:
        people = self._people
        return {
            "slash": self._answering(people.slash),
            "context": self._answering(people.context),
            "click": self._answering(people.click),
            "select": self._answering(people.select),
            "submit": self._answering(people.submit),
            "autocomplete": self._autocomplete,
            "message": self._message,
            "delete-message": self._doing(people.delete_message),
            "edit": self._showing(people.edit),
            "react": self._showing(people.react),
            "unreact": self._showing(people.unreact),
            "pin": self._showing(people.pin),
            "unpin": self._showing(people.unpin),
            "thread": self._telling(people.thread),
            "join": self._join,
            "leave": self._doing(people.leave),
            "invite": self._telling(people.invite),
            "moderate": self._telling(people.moderate),
            "roles": self._telling(people.change_roles),
            "command-permissions": self._telling(people.set_command_permissions),
            "channel-permissions": self._doing(people.set_channel_permissions),
            "preferences": self._telling(people.set_preferences),
            "voice": self._telling(people.voice),
            "voice-moderate": self._doing(people.voice_moderate),
            "presence": self._telling(people.presence),
            "typing": self._doing(people.typing),
            "automod": self._telling(people.automod),
            "channel": self._telling(people.manage_channel),
            "role": self._telling(people.manage_role),
        }

    def _serving(self, serve: Serve) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                _refuse_unsendable_address(request)
                reply = as_reply(await serve(request))
                if request.method != "GET":
                    self._core.touch()
                if isinstance(reply.body, Iterator):
                    return await written_in_pieces(request, reply.body)
                return told(reply.status, reply.body, reply.headers)
            except ConnectionError:
                raise  # who asked is gone
            except Refused as refused:
                status, body = 403, {"error": f"Discord refuses that: {refused.sentence()}"}
            except (UnknownName, Unacceptable, Unfit) as wrong:
                status, body = 400, {"error": str(wrong)}
            except web.RequestPayloadError:
                status, body = 400, {"error": "The body is not what its headers say."}
            except web.HTTPRequestEntityTooLarge:
                status, body = 413, {"error": f"The body is larger than {LARGEST_BODY // 2**20} MB."}
            except Exception:  # a bug of ours: an answer for whoever asked, and a word in the log
                log.exception("The sandbox failed at %s %s", request.method, request.path)
                status, body = 500, {"error": "The sandbox failed at that: its log says why."}
            return told(status, body)

        answer.__doc__ = serve.__doc__
        return answer

    def _answering(self, act: Callable[..., Awaitable[Answer]]) -> Serve:
        async def serve(request: web.Request) -> Json:
            return (await act(request.match_info["user"], **await _body(request, act, beside=1))).as_json()

        serve.__doc__ = act.__doc__
        return serve

    def _telling(self, act: Callable[..., Any]) -> Serve:
        async def serve(request: web.Request) -> Any:
            return act(request.match_info["user"], **await _body(request, act, beside=1))

        serve.__doc__ = act.__doc__
        return serve

    def _doing(self, act: Callable[..., Any]) -> Serve:
        async def serve(request: web.Request) -> Json:
            act(request.match_info["user"], **await _body(request, act, beside=1))
            return {}

        serve.__doc__ = act.__doc__
        return serve

    async def _autocomplete(self, request: web.Request) -> Json:
        """The choices that the bot offers for the option that is being typed."""
        body = await _body(request, self._people.autocomplete, beside=1)
        return {"choices": await self._people.autocomplete(request.match_info["user"], **body)}

    async def _message(self, request: web.Request) -> Json:
        """Write into a channel, or to a bot."""
        body = await _body(request, self._people.message, beside=1)
        one = self._people.message(request.match_info["user"], **body)
        seen = self._people.sees(request.match_info["user"], one.channel_id, limit=1)
        return seen[0]

    def _showing(self, act: Callable[..., Message]) -> Serve:
        """The message, as this person then sees it."""

        async def serve(request: web.Request) -> Json:
            user = request.match_info["user"]
            return self._people.seen(user, act(user, **await _body(request, act, beside=1)))

        serve.__doc__ = act.__doc__
        return serve

    async def _join(self, request: web.Request) -> Json:
        """Come into a server, also as somebody new."""
        body = await _body(request, self._people.join, beside=1)
        return payloads.member(self._core.world, self._people.join(request.match_info["user"], **body))

    async def _messages(self, request: web.Request) -> list[Json]:
        """What this person sees in a channel, oldest first."""
        where, guild = request.match_info["channel"], request.query.get("guild")
        return self._people.sees(request.match_info["user"], where, guild_id=guild, limit=limit(request))

    async def _pins(self, request: web.Request) -> list[Json]:
        """What is pinned in a channel, pinned last first."""
        where, guild = request.match_info["channel"], request.query.get("guild")
        return self._people.pinned(request.match_info["user"], where, guild_id=guild)

    async def _direct_messages(self, request: web.Request) -> list[Json]:
        """What this person reads in direct channels, oldest first."""
        return self._people.direct_messages(request.match_info["user"], limit=limit(request))

    async def _offered(self, request: web.Request) -> list[Json]:
        """What this person's client lists: the registered commands, whole."""
        query = request.query
        found = self._people.offered(
            request.match_info["user"], guild_id=query.get("guild_id"), channel_id=query.get("channel_id")
        )
        return [commands.payload(each) for each in found]

    async def _place(self, request: web.Request) -> Json:
        """Where an act of this person with these names would land."""
        query = request.query
        return self._people.place(
            request.match_info["user"], guild_id=query.get("guild_id"), channel_id=query.get("channel_id")
        )

    async def _channels(self, request: web.Request) -> list[Json]:
        """The channels and active threads that this person sees, whole; those that were joined say so."""
        user = self._names.user(request.match_info["user"])
        found = self._people.visible_channels(user.id, guild_id=request.query.get("guild_id"))
        return [payloads.channel(self._core.world, each, user.id) for each in found]

    async def _world(self, request: web.Request) -> Iterator[str]:
        """Servers, channels, roles, members, people and applications."""
        most = number(request, "most", 0) if "most" in request.query else None
        return in_pieces(world_entry(self._core.world, None if most is None else max(0, most)))

    async def _applications(self, _request: web.Request) -> Json:
        """What a bot needs to know, however large the world is."""
        return {"applications": applications_entry(self._core.world)}

    async def _storm(self, request: web.Request) -> Json:
        """Many people act at once."""
        storm = Storm(self._core, self._people)
        return await storm.run(**await _body(request, storm.run))

    async def _new_guild(self, request: web.Request) -> Iterator[str]:
        """A new server, with the bot in it."""
        new_guild = Growth(self._core).new_guild
        guild = await new_guild(**await _body(request, new_guild))
        return in_pieces(guild_entry(self._core.world, guild))

    async def _audit_log(self, request: web.Request) -> Json:
        """The newest entries of a server's audit log."""
        return audit_listing.payload(
            self._core, self._names.guild(request.match_info["guild"]), limit=limit(request)
        )

    async def _bans(self, request: web.Request) -> list[Json]:
        """Who is banned from a server."""
        guild = self._names.guild(request.match_info["guild"])
        return [payloads.ban(self._core.world, each) for each in guild.bans.values()]

    async def _member(self, request: web.Request) -> Any:
        """A member of a server."""
        guild, user = (
            self._names.guild(request.match_info["guild"]),
            self._names.user(request.match_info["user"]),
        )
        if user.id not in guild.members:
            return Reply(404, {"error": f"{user.username} is not in {guild.name}."})
        return payloads.member(self._core.world, guild.members[user.id])

    async def _exchanges(self, request: web.Request) -> Json:
        """What went over the wire, from number `since` on."""
        recorder = self._core.recorder
        found = list(recorder.since(number(request, "since", 0)))[-limit(request, KEPT) :]
        return {"exchanges": [each.as_json() for each in found], "last": recorder.last_number}

    async def _clock(self, _request: web.Request) -> Json:
        """What time it is, and how far ahead of real time."""
        return self._time.reading()

    async def _advance(self, request: web.Request) -> Json:
        """Move time on."""
        return await self._time.advance(**await _body(request, self._time.advance))


async def _body(request: web.Request, act: Callable[..., Any], *, beside: int = 0) -> Json:
    """What the body asks of `act`; every text that a person gives comes in here. Raises Unfit."""
    raw = await request.clone(client_max_size=LARGEST_BODY).read()
    return fitting(act, parsed(raw or b"{}"), beside=beside)


def _refuse_unsendable_address(request: web.Request) -> None:
    for key, given in (*request.match_info.items(), *request.query.items()):
        refuse_unsendable(f"{key!r} in the address", given)
