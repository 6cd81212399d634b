"""Whatever overwrites a channel has: a lock sets its own bits, its end restores them, and nothing else is touched."""

from collections.abc import Mapping
from typing import Any

from discord import Permissions
from hypothesis import given
from hypothesis import strategies as st

from cogs.moderation._overwrites import SPEAKING, Saved, locked, shows, unlocked

ALL = Permissions.all().value
IDS = st.integers(1, 12).map(str)


@st.composite
def pairs(draw: st.DrawFn, within: int = ALL) -> tuple[int, int]:
    """What is allowed and what is denied: never the same."""
    deny = draw(st.integers(0, ALL)) & within
    return draw(st.integers(0, ALL)) & within & ~deny, deny


@st.composite
def channels(draw: st.DrawFn) -> list[dict[str, Any]]:
    """As Discord describes them."""
    found = draw(st.dictionaries(IDS, st.tuples(st.sampled_from([0, 1]), pairs()), max_size=10))
    return [
        {"id": key, "type": kind, "allow": str(allow), "deny": str(deny)}
        for key, (kind, (allow, deny)) in found.items()
    ]


@st.composite
def locks(draw: st.DrawFn, now: list[dict[str, Any]]) -> Saved:
    """Of some of those that are there, and of some that are not yet."""
    there = {each["id"]: each for each in now}
    bits = draw(st.integers(0, ALL)) & SPEAKING
    saved: Saved = {}
    for key in draw(st.sets(IDS)):
        old: Mapping[str, Any] = there.get(
            key, {"type": draw(st.sampled_from([0, 1])), "allow": 0, "deny": 0}
        )
        saved[key] = {
            "type": old["type"],
            "existed": key in there,
            "bits": bits,
            "before": [int(old["allow"]) & bits, int(old["deny"]) & bits],
            "locked": list(draw(pairs(within=bits))),
        }
    return saved


def by_id(overwrites: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in overwrites}


@given(st.data())
def test_what_is_locked_and_unlocked_is_as_it_was(data: st.DataObject) -> None:
    now = data.draw(channels())
    saved = data.draw(locks(now))
    under_lock = locked(now, saved)
    assert shows(under_lock, saved, "locked")
    assert by_id(locked(under_lock, saved)) == by_id(under_lock), "twice is once"
    after = unlocked(under_lock, saved)
    assert by_id(after) == by_id(now)
    assert shows(after, saved, "before")
    assert by_id(unlocked(now, saved)) == by_id(now), "what somebody unlocked by hand"


@given(st.data())
def test_what_people_change_meanwhile_stays_but_for_the_bits_of_the_lock(data: st.DataObject) -> None:
    now = data.draw(channels())
    saved = data.draw(locks(now))
    locked(now, saved)
    changed = data.draw(channels())
    after = by_id(unlocked(changed, saved))
    meanwhile = by_id(changed)
    for key in after.keys() | meanwhile.keys():
        bits = saved[key]["bits"] if key in saved else 0
        is_now, was = (each.get(key, {"allow": 0, "deny": 0}) for each in (after, meanwhile))
        assert [int(is_now[name]) & ~bits for name in ("allow", "deny")] == [
            int(was[name]) & ~bits for name in ("allow", "deny")
        ]
        if key in saved:
            assert [int(is_now[name]) & bits for name in ("allow", "deny")] == saved[key]["before"]
