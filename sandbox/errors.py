"""Refusals with Discord's numbers and sentences (its reference, "Opcodes and Status Codes")."""

from typing import Any

UNKNOWN = {
    "application": 10002,
    "channel": 10003,
    "guild": 10004,
    "invite": 10006,
    "member": 10007,
    "message": 10008,
    "permission overwrite": 10009,
    "role": 10011,
    "user": 10013,
    "emoji": 10014,
    "webhook": 10015,
    "ban": 10026,
    "interaction": 10062,
    "application command": 10063,
    "voice state": 10065,
    "application command permissions": 10066,
    "tag": 10087,
}


class Refused(Exception):
    """What Discord answers instead of doing it."""

    def __init__(self, status: int, code: int, message: str, errors: dict[str, Any] | None = None) -> None:
        super().__init__(status, code, message, errors)
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def __str__(self) -> str:
        """With the first of the form's problems, if it is about a form."""
        told = f"{self.message} ({self.code})"
        if self.errors:
            place, problem = first_problem(self.errors)
            told = ": ".join(filter(None, (told, ".".join(place), problem)))
        return told

    def sentence(self) -> str:
        return f"{self}".rstrip(".") + "."

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body


def first_problem(errors: dict[str, Any]) -> tuple[list[str], str]:
    place: list[str] = []
    while "_errors" not in errors:
        key, errors = next(iter(errors.items()))
        place.append(key)
    return place, str(errors["_errors"][0]["message"])


class UnknownName(LookupError):
    """A person typed a name or an id that is not in this world."""


def unknown(what: str) -> Refused:
    return Refused(404, UNKNOWN[what], f"Unknown {what.title()}")


def unauthorized() -> Refused:
    return Refused(401, 0, "401: Unauthorized")


def not_in_direct_messages() -> Refused:
    return Refused(403, 50003, "Cannot execute action on a DM channel")


def wrong_channel_type() -> Refused:
    return Refused(400, 50024, "Cannot execute action on this channel type")


def invalid_role() -> Refused:
    return Refused(400, 50028, "Invalid Role")


def system_message() -> Refused:
    return Refused(400, 50021, "Cannot execute action on a system message")


def thread_archived() -> Refused:
    return Refused(400, 50083, "Thread is archived")


def thread_locked() -> Refused:
    return Refused(403, 160005, "Thread is locked")


def boosts_needed() -> Refused:
    return Refused(403, 50101, "This server needs more boosts to perform this action")


class SlowMode(Refused):
    """A 429 of its own, and like any it says how long to wait. Bots never meet it."""

    def __init__(self, sentence: str, retry_after: float) -> None:
        super().__init__(429, 20016, f"Slow mode: {sentence}")
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        return {**super().body(), "retry_after": self.retry_after}


def not_found() -> Refused:
    return Refused(404, 0, "404: Not Found")


def method_not_allowed() -> Refused:
    return Refused(405, 0, "405: Method Not Allowed")


def entity_too_large() -> Refused:
    return Refused(413, 40005, "Request entity too large")


def blocked_by_cloudflare() -> Refused:
    """Without a User-Agent (reference, "User Agent"); the sentence is not Discord's documentation's."""
    return Refused(403, 40333, "internal network error")


def missing_access() -> Refused:
    return Refused(403, 50001, "Missing Access")


def missing_permissions() -> Refused:
    return Refused(403, 50013, "Missing Permissions")


def direct_messages_closed() -> Refused:
    return Refused(403, 50007, "Cannot send messages to this user")


def others_message() -> Refused:
    return Refused(403, 50005, "Cannot edit a message authored by another user")


def wrong_application() -> Refused:
    return Refused(403, 20012, "You are not authorized to perform this action on this application")


def already_acknowledged() -> Refused:
    return Refused(400, 40060, "Interaction has already been acknowledged.")


def empty_message() -> Refused:
    return Refused(400, 50006, "Cannot send an empty message")


def bad_bulk_count() -> Refused:
    return Refused(
        400,
        50016,
        "Provided too few or too many messages to delete. Must provide at least 2 and fewer than 100",
    )


def too_old_to_bulk_delete() -> Refused:
    return Refused(400, 50034, "You can only bulk delete messages that are under 14 days old.")


def bad_webhook_token() -> Refused:
    return Refused(401, 50027, "Invalid Webhook Token")


def too_many(code: int, what: str, most: int) -> Refused:
    return Refused(400, code, f"Maximum number of {what} reached ({most})")


def bad_json() -> Refused:
    return Refused(400, 50109, "The request body contains invalid JSON.")


def invalid_form(errors: dict[str, Any]) -> Refused:
    return Refused(400, 50035, "Invalid Form Body", errors)


def wrong_field(key: str, code: str, message: str) -> Refused:
    return invalid_form({key: {"_errors": [{"code": code, "message": message}]}})
