"""Regular expressions in linear time, as Rust's crate matches them: Python's own could stand still on `(a+)+b`.

A pattern becomes a small automaton; all its threads walk over the text at once, so nothing is ever tried twice.
There are no look-arounds and no references back: Rust has none either. Letters match without regard to case.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

MOST_STATES = 2_000
MOST_STEPS = 500_000  # some tenths of a second
DEEPEST = 50  # groups in groups
MOST_REPEATS = 1_000
CLASSES = frozenset("dDwWsS")
ASSERTIONS = frozenset("bBAz")
CONTROLS = frozenset("nrtfv0")
GROUP_START = re.compile(r"\((?!\?)|\(\?:|\(\?P?<\w+>|\(\?[imsUux-]+:")
FLAGS = re.compile(r"\(\?[imsux-]+\)")
BOUNDS = re.compile(r"\{(\d{1,4})(,?)(\d{0,4})\}")
HEX = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})")

Test = Callable[[str], bool]


class BadPattern(ValueError):
    """Not a regular expression that Discord would take."""


class Span(NamedTuple):
    start: int
    end: int


class Effort:
    """What all patterns together may take of one text: the whole sandbox waits meanwhile."""

    def __init__(self) -> None:
        self._left = MOST_STEPS

    def allows(self, steps: int) -> bool:
        self._left -= steps
        return self._left >= 0


@dataclass
class State:
    """With a test it eats a character; with an assertion it asks where it is; else it is open to all that follow."""

    test: Test | None = None
    assertion: str | None = None
    follow: tuple[int, ...] = ()


class Pattern:
    def __init__(self, text: str) -> None:
        """Raises BadPattern."""
        self._states: list[State] = [State()]  # the first is the accepting one
        tree = _Parser(text).whole()
        self._first = self._build(tree, 0)

    def _add(self, state: State) -> int:
        if len(self._states) >= MOST_STATES:
            raise BadPattern("it is too large")
        self._states.append(state)
        return len(self._states) - 1

    def _build(self, node: Any, after: int) -> int:
        """The state in which to stand for `node` to match and go on at `after`."""
        kind, *parts = node
        if kind == "char":
            return self._add(State(test=parts[0], follow=(after,)))
        if kind == "assert":
            return self._add(State(assertion=parts[0], follow=(after,)))
        if kind == "any of":
            return self._add(State(follow=tuple(self._build(each, after) for each in parts[0])))
        if kind == "sequence":
            for each in reversed(parts[0]):
                after = self._build(each, after)
            return after
        inner, least, most = parts
        return self._repeat(inner, least, most, after)

    def _repeat(self, inner: Any, least: int, most: int | None, after: int) -> int:
        if most is None:
            loop = self._add(State())
            self._states[loop].follow = (self._build(inner, loop), after)
            after = loop
        for _ in range(0 if most is None else most - least):
            after = self._add(State(follow=(self._build(inner, after), after)))
        for _ in range(least):
            after = self._build(inner, after)
        return after

    def search(self, text: str, start: int = 0, effort: "Effort | None" = None) -> Span | None:
        """The leftmost match, and of those that begin there the longest; none too when the effort is too much."""
        threads: dict[int, int] = {}  # state -> where its match began
        best: Span | None = None
        for at in range(start, len(text) + 1):
            if best is None:
                threads[self._first] = min(threads.get(self._first, at), at)
            threads = self._open(threads, text, at)
            if effort and not effort.allows(len(threads)):
                return None
            if 0 in threads and (best is None or threads[0] <= best.start):
                best = Span(threads[0], at)
            threads = self._eat(threads, text[at : at + 1], best)
            if best and not threads:
                break
        return best

    def _open(self, threads: dict[int, int], text: str, at: int) -> dict[int, int]:
        """All states that can be reached without a character; the match that began first wins."""
        reached: dict[int, int] = {}
        for number, began in sorted(threads.items(), key=lambda each: each[1]):
            waiting = [number]
            while waiting:
                one = waiting.pop()
                if one in reached:
                    continue
                reached[one] = began
                state = self._states[one]
                if state.test is None and (state.assertion is None or _holds(state.assertion, text, at)):
                    waiting.extend(state.follow)
        return reached

    def _eat(self, threads: dict[int, int], character: str, best: Span | None) -> dict[int, int]:
        following: dict[int, int] = {}
        for number, began in threads.items():
            test = self._states[number].test
            if test and character and test(character) and (best is None or began <= best.start):
                for each in self._states[number].follow:
                    following[each] = min(following.get(each, began), began)
        return following


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = FLAGS.sub("", text)
        self._at = 0
        self._depth = 0

    def whole(self) -> Any:
        tree = self._any_of()
        if self._at < len(self._text):
            raise BadPattern("a group is closed that was not opened")
        return tree

    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _any_of(self) -> Any:
        branches = [self._sequence()]
        while self._next() == "|":
            self._at += 1
            branches.append(self._sequence())
        return ("any of", branches)

    def _sequence(self) -> Any:
        parts = []
        while self._next() not in ("", "|", ")"):
            parts.append(self._repeated(self._atom()))
        return ("sequence", parts)

    def _repeated(self, atom: Any) -> Any:
        while bounds := self._bounds():
            least, most = bounds
            if max(least, most or 0) > MOST_REPEATS or (most is not None and most < least):
                raise BadPattern("it repeats too often")
            atom = ("repeat", atom, least, most)
            if self._next() in ("?", "+") and self._next():  # lazy ones match the same texts
                self._at += 1
        return atom

    def _bounds(self) -> tuple[int, int | None] | None:
        simple: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        if self._next() in simple:
            self._at += 1
            return simple[self._text[self._at - 1]]
        counted = BOUNDS.match(self._text, self._at)
        if counted is None:
            return None
        self._at = counted.end()
        least = int(counted[1])
        if not counted[2]:
            return least, least
        return least, int(counted[3]) if counted[3] else None

    def _atom(self) -> Any:
        here = self._next()
        if here == "(":
            return self._group()
        if here == "[":
            return self._class()
        if here == "\\":
            return self._escape()
        if here in "*+?":
            raise BadPattern("it repeats nothing")
        self._at += 1
        if here in "^$":
            return ("assert", here)
        return ("char", _test("." if here == "." else re.escape(here)))

    def _group(self) -> Any:
        opening = GROUP_START.match(self._text, self._at)
        if opening is None:
            raise BadPattern("look-arounds are not supported")
        self._at = opening.end()
        self._depth += 1
        if self._depth > DEEPEST:
            raise BadPattern("its groups are nested too deeply")
        inner = self._any_of()
        self._depth -= 1
        if self._next() != ")":
            raise BadPattern("a group is not closed")
        self._at += 1
        return inner

    def _class(self) -> Any:
        end = self._at + 1
        if self._text[end : end + 1] == "^":
            end += 1
        end += 1  # a bracket that comes first stands for itself
        while self._text[end : end + 1] != "]":
            if end >= len(self._text):
                raise BadPattern("a class is not closed")
            end += 2 if self._text[end] == "\\" else 1
        written, self._at = self._text[self._at : end + 1], end + 1
        return ("char", _test(written))

    def _escape(self) -> Any:
        code = HEX.match(self._text, self._at)
        if code:
            self._at = code.end()
            return ("char", _test(code[0]))
        letter = self._text[self._at + 1 : self._at + 2]
        self._at += 2
        if letter in ASSERTIONS and letter:
            return ("assert", letter)
        if letter in CLASSES | CONTROLS or (letter and not letter.isalnum()):
            return ("char", _test("\\" + letter))
        raise BadPattern(f"there is no \\{letter}")


def _test(written: str) -> Test:
    """Whether one character fits: that much Python's own matcher decides."""
    try:
        one = re.compile(written, re.IGNORECASE)
    except re.error as wrong:
        raise BadPattern(str(wrong)) from wrong
    return lambda character: one.fullmatch(character) is not None


def _holds(assertion: str, text: str, at: int) -> bool:
    if assertion in "^A":
        return at == 0
    if assertion in "$z":
        return at == len(text)
    before, after = (_is_word(text[place]) if 0 <= place < len(text) else False for place in (at - 1, at))
    return (before != after) == (assertion == "b")


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
