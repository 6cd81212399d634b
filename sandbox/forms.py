"""Reading a JSON object field by field; what is wrong is collected in Discord's nested error shape (50035)."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any

from sandbox.errors import invalid_form

Path = tuple[str, ...]
WRITTEN = {"true": True, "false": False}
LEAST, MOST = -(2**63), 2**63 - 1


class Problems:
    def __init__(self) -> None:
        self._tree: dict[str, Any] = {}

    def add(self, path: Path, code: str, message: str) -> None:
        node = self._tree
        for key in path:
            node = node.setdefault(key, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def __bool__(self) -> bool:
        return bool(self._tree)

    def refuse_if_any(self) -> None:
        if self._tree:
            raise invalid_form(self._tree)


class Form:
    """`None` stands for absent and for null alike; ask `key in form` where the difference counts."""

    def __init__(self, body: object, path: Path = (), problems: Problems | None = None) -> None:
        self.problems = Problems() if problems is None else problems
        self.path = path
        self.body: dict[str, Any] = body if isinstance(body, dict) else {}
        if not isinstance(body, dict):
            self.problems.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")

    def __contains__(self, key: str) -> bool:
        return key in self.body

    def finish(self) -> None:
        self.problems.refuse_if_any()

    def wrong(self, key: str, code: str, message: str) -> None:
        self.problems.add((*self.path, key), code, message)

    def _value(self, key: str, *, required: bool) -> Any:
        value = self.body.get(key)
        if value is None and required:
            self.wrong(key, "BASE_TYPE_REQUIRED", "This field is required")
        return value

    def text(
        self, key: str, *, most: int, least: int = 0, required: bool = False, trimmed: bool = False
    ) -> str | None:
        value = self._value(key, required=required)
        if trimmed and isinstance(value, str):
            value = value.strip()
        if value is None:
            return None
        if not isinstance(value, str | int) or isinstance(value, bool):
            self.wrong(key, "STRING_TYPE_CONVERT", "Could not interpret string value.")
            return None
        if not least <= len(str(value)) <= most:
            self._length(key, least, most, len(str(value)))
        return str(value)

    def url(
        self, key: str, *, schemes: Collection[str], most: int = 2048, required: bool = False
    ) -> str | None:
        value = self.text(key, most=most, least=int(required), required=required)
        if not value:
            return None
        scheme, separator, rest = value.partition("://")
        if not separator or not rest.strip("/") or " " in value:
            self.wrong(key, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
        elif scheme.lower() not in schemes:
            supported = f"Scheme must be one of {tuple(schemes)}."
            self.wrong(key, "URL_TYPE_INVALID_SCHEME", f'Scheme "{scheme}" is not supported. {supported}')
        return value

    def _length(self, key: str, least: int, most: int, length: int) -> None:
        if least and length:
            self.wrong(key, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        elif length:
            self.wrong(key, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
        else:
            self.wrong(key, "BASE_TYPE_REQUIRED", "This field is required")

    def integer(
        self, key: str, *, least: int | None = None, most: int | None = None, required: bool = False
    ) -> int | None:
        value = self._value(key, required=required)
        if value is None:
            return None
        number = as_integer(value)
        if number is None:
            self.wrong(key, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        elif least is not None and number < least:
            self.wrong(key, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.")
        elif most is not None and number > most:
            self.wrong(key, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")
        return number

    def snowflake(self, key: str, *, required: bool = False) -> int | None:
        value = self._value(key, required=required)
        if value is None:
            return None
        number = as_integer(value)
        if number is None or not 0 <= number < 1 << 63:
            self.wrong(key, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
            return None
        return number

    def snowflakes(self, key: str, *, most: int | None = None) -> list[int] | None:
        values = self.array(key, most=most)
        if values is None:
            return None
        wanted = Form(dict(enumerate_text(values)), (*self.path, key), self.problems)
        found = (wanted.snowflake(place) for place in wanted.body)
        return [number for number in found if number is not None]

    def boolean(self, key: str) -> bool:
        """Also as text: discord.py asks so whether to count a prune, and Discord takes it."""
        value = WRITTEN.get(str(self.body.get(key)), self.body.get(key))
        if not isinstance(value, bool | None):
            self.wrong(key, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
        return bool(value)

    def choice(self, key: str, allowed: Collection[int], *, required: bool = False) -> int | None:
        value = self.integer(key, required=required)
        if value is not None and value not in allowed:
            self.wrong(key, "BASE_TYPE_CHOICES", f"Value must be one of {set(allowed)}.")
        return value

    def array(
        self, key: str, *, most: int | None = None, least: int = 0, required: bool = False
    ) -> list[Any] | None:
        value = self._value(key, required=required)
        if value is None:
            return None
        if not isinstance(value, list):
            self.wrong(key, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return None
        if len(value) < least or (most is not None and len(value) > most):
            bounds = f"between {least} and {most}" if most is not None else f"{least} or more"
            self.wrong(key, "BASE_TYPE_BAD_LENGTH", f"Must be {bounds} in length.")
        return value

    def forms(self, key: str, *, most: int | None = None) -> Iterator["Form"]:
        for place, item in enumerate_text(self.array(key, most=most) or []):
            yield Form(item, (*self.path, key, place), self.problems)

    def inner(self, key: str) -> "Form | None":
        value = self.body.get(key)
        return None if value is None else Form(value, (*self.path, key), self.problems)

    def moment(self, key: str) -> datetime | None:
        """Without an offset it is of UTC."""
        value = self.body.get(key)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (TypeError, ValueError, OverflowError):
            self.wrong(key, "DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601.")
            return None


def forms_in(body: object) -> list[Form]:
    """Of a body that is an array; what is wrong stands under the place in it."""
    problems = Problems()
    if not isinstance(body, list):
        problems.add((), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        problems.refuse_if_any()
        return []
    return [Form(item, (place,), problems) for place, item in enumerate_text(body)]


def as_integer(value: object) -> int | None:
    """Integers may come as text: snowflakes always may, and Discord coerces the rest. None has more than 64 bits."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = int(value)
    except (ValueError, OverflowError):
        return None
    fits = isinstance(value, str) or number == value
    return number if fits and LEAST <= number <= MOST else None


def enumerate_text(values: list[Any]) -> Iterator[tuple[str, Any]]:
    return ((str(place), value) for place, value in enumerate(values))
