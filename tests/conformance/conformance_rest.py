"""Discord's OpenAPI description, asked about single REST exchanges: path, query, request, status, response."""

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from conformance_facts import is_snowflake, is_timestamp
from conformance_wire import Seen
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

BESIDE = Path(__file__).parents[3] / "shared" / "discord" / "openapi.json"
DESCRIPTION = Path(os.environ.get("DISCORD_OPENAPI") or BESIDE)
MISSING = f"NOTHING WAS HELD AGAINST DISCORD'S OWN DESCRIPTION: {DESCRIPTION} is missing (DISCORD_OPENAPI)."
Allow = Callable[[str, str], bool]

FORMATS = FormatChecker(formats=())
FORMATS.checks("date-time")(lambda value: not isinstance(value, str) or is_timestamp(value))
FORMATS.checks("snowflake")(lambda value: not isinstance(value, str) or is_snowflake(value))
FORMATS.checks("uri")(
    lambda value: not isinstance(value, str) or re.match(r"[a-z][a-z+.-]*:", value) is not None
)
FORMATS.checks("int32")(lambda value: not isinstance(value, int) or -(1 << 31) <= value < 1 << 31)


def nothing_else(
    validator: Any, properties: dict[str, Any], instance: Any, schema: dict[str, Any]
) -> Iterator[ValidationError]:
    """Discord's description never says that an object has no other keys; what the sandbox sends has none."""
    yield from Draft202012Validator.VALIDATORS["properties"](validator, properties, instance, schema)
    if isinstance(instance, dict) and "additionalProperties" not in schema:
        for key in instance.keys() - properties.keys():
            yield ValidationError(f"{key!r} is not described")


@dataclass(frozen=True)
class Operation:
    path: str
    pattern: re.Pattern[str]
    described: dict[str, Any]
    parameters: list[dict[str, Any]]


class Description:
    def __init__(self, spec: dict[str, Any]) -> None:
        self._spec = spec
        for schema in spec["components"]["schemas"].values():
            if len(schema.get("allOf", ())) > 1:
                self._merge(schema)
        self._operations = [
            Operation(path, pattern_of(path), item[method], item.get("parameters", []))
            for path, item in sorted(spec["paths"].items(), key=lambda each: each[0].count("{"))
            for method in item
            if method != "parameters"
        ]
        self._by_method = {
            (method, path): operation
            for operation in self._operations
            for path in [operation.path]
            for method, described in spec["paths"][path].items()
            if described is operation.described
        }
        self._kinds = {strict: self._kind(strict=strict) for strict in (False, True)}
        self._validators: dict[tuple[int, bool], Any] = {}

    def _kind(self, *, strict: bool) -> Any:
        """A class of validators that makes one for each schema; jsonschema's own makes one for each value it meets."""
        kind: Any = extend(
            Draft202012Validator,
            {"$ref": self._follow, **({"properties": nothing_else} if strict else {})},
        )

        def descend(
            _: Any,
            instance: Any,
            schema: Any,
            path: Any = None,
            schema_path: Any = None,
            resolver: Any = None,
        ) -> Iterator[ValidationError]:
            for error in self._validator(schema, strict=strict).iter_errors(instance):
                if path is not None:
                    error.path.appendleft(path)
                if schema_path is not None:
                    error.schema_path.appendleft(schema_path)
                yield error

        kind.descend = descend
        return kind

    def _follow(self, validator: Any, ref: str, instance: Any, _: Any) -> Iterator[ValidationError]:
        return validator.descend(instance, self._at(ref))  # type: ignore[no-any-return]  # jsonschema has no types

    def _merge(self, schema: dict[str, Any]) -> None:
        """One object out of several, so that what is no key of any of them can be told."""
        parts = [self._referred(each) for each in schema.pop("allOf")]
        schema["properties"] = {key: value for part in parts for key, value in part["properties"].items()}
        schema["required"] = [key for part in parts for key in part.get("required", ())]

    def _referred(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = self._at(schema["$ref"])
        return schema

    def _at(self, ref: str) -> Any:
        found: Any = self._spec
        for step in ref.removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/")]
        return found

    def operation(self, method: str, path: str) -> Operation | None:
        for (known, _), operation in self._by_method.items():
            if known == method.lower() and operation.pattern.fullmatch(path):
                return operation
        return None

    def problems(self, exchange: Seen, allow: Allow) -> Iterator[str]:
        """One line for each place where the exchange is not as described, and is not allowed."""
        operation = self.operation(exchange.method, exchange.path)
        if exchange.unknown:
            yield from self._error_problems(exchange, allow)
            return
        if operation is None:
            what = "is not in Discord's description"
            if not allow(f"{exchange.method} {exchange.path}", what):
                yield f"{exchange.method} {exchange.path} {what}"
            return
        where = f"{exchange.method} {operation.path}"
        yield from self._response_problems(exchange, operation.described, f"{where} response", allow)
        if exchange.status < 300:
            yield from self._parameter_problems(exchange, operation, f"{where} query", allow)
            yield from self._request_problems(exchange, operation.described, f"{where} request", allow)

    def _error_problems(self, exchange: Seen, allow: Allow) -> Iterator[str]:
        """What the sandbox has no route for, or what is no id in an address, is an error like Discord's."""
        where = f"{exchange.method} (no such route) response"
        if exchange.status not in (400, 404, 405):
            yield f"{where}: status {exchange.status} for what is not there"
        schema = self._spec["components"]["schemas"]["ErrorResponse"]
        yield from self._body_problems(schema, exchange.response, where, allow, strict=True)

    def _response_problems(
        self, exchange: Seen, described: dict[str, Any], where: str, allow: Allow
    ) -> Iterator[str]:
        status, responses = str(exchange.status), described["responses"]
        answer = responses.get(status) or responses.get(f"{status[0]}XX")
        if answer is None:
            what = f"status {status} is not described"
            if not allow(where, what):
                yield f"{where}: {what}"
            return
        content = self._referred(answer).get("content", {}).get("application/json")
        if content is None:
            if exchange.response is not None:
                yield f"{where}: {status} has a body"
            return
        yield from self._body_problems(content["schema"], exchange.response, where, allow, strict=True)

    def _request_problems(
        self, exchange: Seen, described: dict[str, Any], where: str, allow: Allow
    ) -> Iterator[str]:
        body = described.get("requestBody")
        if body is None or exchange.request is None:
            what = "a body that is not described" if body is None else "no body"
            wrong = exchange.request is not None if body is None else body.get("required", False)
            if wrong and not allow(where, what):
                yield f"{where}: {what}"
            return
        content = body["content"].get("application/json") or next(iter(body["content"].values()))
        yield from self._body_problems(content["schema"], exchange.request, where, allow, strict=False)

    def _parameter_problems(
        self, exchange: Seen, operation: Operation, where: str, allow: Allow
    ) -> Iterator[str]:
        given = dict(exchange.query)
        found = operation.pattern.fullmatch(exchange.path)
        assert found
        path = dict(zip(names_in(operation.path), found.groups(), strict=True))
        for parameter in map(
            self._referred, operation.parameters + operation.described.get("parameters", [])
        ):
            source = {"path": path, "query": given}.get(parameter["in"])
            if source is None:
                continue
            name, value = parameter["name"], source.pop(parameter["name"], None)
            if value is None:
                what = f"{name} is missing" if parameter.get("required") else None
            else:
                readings = (self._fits(parameter["schema"], each) for each in readings_of(value))
                what = None if any(readings) else f"{name}: {value!r} is not as described"
            if what and not allow(where, what):
                yield f"{where}: {what}"
        yield from (
            f"{where}: {key!r} is not described"
            for key in given
            if not allow(where, f"{key!r} is not described")
        )

    def _fits(self, schema: dict[str, Any], value: Any) -> bool:
        return bool(self._validator(schema, strict=False).is_valid(value))

    def _validator(self, schema: dict[str, Any], *, strict: bool) -> Any:
        key = id(schema), strict
        if key not in self._validators:
            self._validators[key] = self._kinds[strict](schema, format_checker=FORMATS)
        return self._validators[key]

    def _body_problems(
        self, schema: dict[str, Any], body: Any, where: str, allow: Allow, *, strict: bool
    ) -> Iterator[str]:
        for error in self._validator(schema, strict=strict).iter_errors(body):
            for what in remaining(error, lambda what: allow(where, what)):
                yield f"{where}: {what}"


def pattern_of(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{[^}]+\\}", "([^/]+)", re.escape(path)))


def names_in(path: str) -> list[str]:
    return re.findall(r"{([^}]+)}", path)


def readings_of(text: str) -> Iterator[Any]:
    """A query knows texts alone: 5 may be the number, and a,b a list."""
    yield text
    if re.fullmatch(r"-?\d+", text):
        yield int(text)
    if text.lower() in ("true", "false"):
        yield text.lower() == "true"
    yield text.split(",")
    if re.fullmatch(r"\d+(,\d+)*", text):
        yield [int(each) for each in text.split(",")]


def remaining(error: ValidationError, allowed: Callable[[str], bool]) -> list[str]:
    """Of an anyOf's branches: what is wrong in the one that fits best: it is nearly always meant."""
    if not error.context:
        what = f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
        return [] if allowed(what) else [what]
    branches = [list(each) for _, each in groupby(error.context, key=lambda one: one.schema_path[0])]
    likely = [each for each in branches if not any(map(is_of_another_type, each))]
    left = ([what for each in branch for what in remaining(each, allowed)] for branch in likely or branches)
    return min(left, key=len)


def is_of_another_type(error: ValidationError) -> bool:
    itself = not error.path and error.validator == "type"
    is_kind = list(error.path) == ["type"] and not isinstance(
        error.instance, dict
    )  # a form may err in its type
    return itself or (is_kind and error.validator in ("const", "enum", "oneOf"))


@cache
def description() -> Description | None:
    """None when it is not there: the run says so loudly."""
    return Description(json.loads(DESCRIPTION.read_text())) if DESCRIPTION.exists() else None
