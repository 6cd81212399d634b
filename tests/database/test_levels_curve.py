"""The curve of levels is exact in both directions, for every curve that a server may choose."""

from hypothesis import given
from hypothesis import strategies as st

from database.levels import HIGHEST_LEVEL, Curve
from database.models.guild_config import BOUNDS
from database.models.points import LARGEST_BALANCE


def within(name: str) -> st.SearchStrategy[int]:
    return st.integers(BOUNDS[name].least, BOUNDS[name].most)


CURVES = st.builds(Curve, within("level_base"), within("level_linear"), within("level_square"))


@given(curve=CURVES, level=st.integers(1, HIGHEST_LEVEL))
def test_a_level_begins_with_the_point_that_it_takes(curve: Curve, level: int) -> None:
    assert curve.level_of(curve.points_for(level)) == level
    assert curve.level_of(curve.points_for(level) - 1) == level - 1


@given(curve=CURVES, level=st.integers(0, 200))
def test_the_sum_in_one_step_is_the_sum_of_the_steps(curve: Curve, level: int) -> None:
    steps = (curve.base + curve.linear * n + curve.square * n * n for n in range(level))
    assert curve.points_for(level) == sum(steps)


@given(curve=CURVES, earned=st.integers(-LARGEST_BALANCE, LARGEST_BALANCE), more=st.integers(0, 10**6))
def test_more_points_are_never_a_lower_level(curve: Curve, earned: int, more: int) -> None:
    assert 0 <= curve.level_of(earned) <= curve.level_of(earned + more) <= HIGHEST_LEVEL


def test_the_curve_that_servers_begin_with() -> None:
    curve = Curve(100, 50, 5)
    assert [curve.points_for(level) for level in range(5)] == [0, 100, 255, 475, 770]
    assert (curve.level_of(-1), curve.level_of(99), curve.level_of(100), curve.level_of(10**15)) == (
        0,
        0,
        1,
        1000,
    )
