"""Charts: readable by everybody."""

import io
import itertools
import json
from datetime import date
from typing import Any

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from bot import painter as painter_module
from bot.charts import (
    FAMILIES,
    PALETTE,
    Chart,
    Series,
    acts_per_day,
    by_moderator,
    days_from,
    lines,
    record_chart,
    times,
)
from bot.drawing import CARD, GRID, LEFT_TO_RIGHT, QUIET, _Painter
from database.models import CaseKind

LARGEST = 60 * 1024
TODAY = date(2026, 11, 21)
KINDS = list(CaseKind)


def counted(number: int) -> dict[CaseKind, list[int]]:
    """As many kinds and acts as can be, each day another number."""
    return {kind: [(day * 7 + place * 3) % 11 for day in range(number)] for place, kind in enumerate(KINDS)}


NAMES = [
    "max",
    "x" * 32,
    "W" * 32,
    "𝓜𝓲𝓪",
    "田中太郎",
    "مرحبا بالعالم",
    "$x^2$ \u202eevil",
    "🎉🎉",
    "_",
    "a\nb",
]
CHARTS = {
    "a year of a person": record_chart(
        [date(2025 + month // 12, month % 12 + 1, 1) for month in range(11, 23)], counted(12)
    ),
    "nothing": record_chart([TODAY], {}),
    "a day": acts_per_day([TODAY], counted(1)),
    "30 days": acts_per_day(days_from(date(2026, 10, 23), 30), counted(30)),
    "a year": acts_per_day(days_from(date(2025, 11, 22), 365), counted(365)),
    "ten moderators": by_moderator(NAMES, list(range(10)), [1_000_000, *range(9, 0, -1)]),
    "a leaderboard far down": Chart(
        "rows",
        "Most points",
        "points",
        NAMES,
        [Series("points", [10**12 - place * 10**11 for place in range(10)], PALETTE[1])],
        [f"…{place:04}" for place in range(10)],
        [f"{999_991 + place:,}." for place in range(10)],
        told="Most points",
    ),
    "one moderator": by_moderator(["max"], [1], [3]),
    "times": times(days_from(TODAY, 30), [None if day % 3 == 0 else day * 977.0 for day in range(30)]),
    "two lines": lines(
        "Supply", [str(day) for day in range(400)], {"in": [day**3 for day in range(400)]}, unit="points"
    ),
}


@pytest.fixture(scope="module")
def drawing() -> _Painter:
    return _Painter()


def said(chart: Chart) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(painter_module._line(chart))
    return fields


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_a_picture_is_small_and_no_text_overlaps_another_or_leaves_it(
    drawing: _Painter, chart: Chart
) -> None:
    figure = drawing.figure(said(chart))
    written = io.BytesIO()
    figure.savefig(written, format="png", pil_kwargs={"optimize": True})
    image = Image.open(written)

    assert len(written.getvalue()) <= LARGEST
    assert image.width == 840
    assert image.getpixel((0, 0))[3] == 0, "around the card the ground of Discord's theme shows"
    assert image.getpixel((420, 12)) == (*bytes.fromhex(CARD[1:]), 255)
    assert 0 < len(chart.described) <= 1000
    assert chart.title in chart.described
    beyond = [
        label
        for axis in (figure.axes[0].xaxis, figure.axes[0].yaxis)
        for tick in axis.get_major_ticks()
        if not axis.get_view_interval()[0] <= tick.get_loc() <= axis.get_view_interval()[1]
        for label in tick.findobj(Text)
    ]
    texts = [each for each in figure.findobj(Text) if each.get_visible() and each not in beyond]
    texts = [each for each in texts if each.get_text().strip()]
    boxes = {text: text.get_window_extent() for text in texts}
    width, height = figure.canvas.get_width_height()

    assert len(boxes) >= 3, "a title, and axes with labels"
    for text, box in boxes.items():
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= width, text
        assert box.y1 <= height, text
    for (one, box), (other, other_box) in itertools.combinations(boxes.items(), 2):
        assert not box.overlaps(other_box), (one, other)


SIGHTS = {
    "usual": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}  # fmt: skip
"""Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB."""


def linear(colour: str) -> Any:
    sampled = np.frombuffer(bytes.fromhex(colour[1:]), np.uint8) / 255
    return np.where(sampled <= 0.04045, sampled / 12.92, ((sampled + 0.055) / 1.055) ** 2.4)


def lab(rgb: Any) -> Any:
    """CIE L*a*b*, D65."""
    to_xyz = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.072175],
        [0.0193339, 0.119192, 0.9503041],
    ]
    xyz = np.array(to_xyz) @ np.clip(rgb, 0, 1) / [0.95047, 1, 1.08883]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one: str, other: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    dark, light = sorted(float(np.array([0.2126, 0.7152, 0.0722]) @ linear(each)) for each in (one, other))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_colours_are_told_apart_with_every_kind_of_sight(sight: str) -> None:
    seen = {colour: lab(np.array(SIGHTS[sight]) @ linear(colour)) for colour in PALETTE}

    assert len(seen) == 7
    for one, other in itertools.combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 25, (one, other)  # 2.3 can just be told apart


def test_the_colours_stand_out_from_the_card() -> None:
    assert min(contrast(colour, CARD) for colour in PALETTE) >= 3
    assert contrast(QUIET, CARD) >= 7
    assert contrast(GRID, CARD) < 2, "the grid stays behind"


def test_every_kind_has_a_family() -> None:
    assert {family.colour for family in FAMILIES} == set(PALETTE)
    known = [kind for family in FAMILIES for kind in family.kinds]
    assert sorted(known) == sorted(set(known))
    assert {str(kind) for kind in CaseKind} <= set(known)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("𝓜𝓪𝔁", "Max"),
        ("max\u202e\u200bmia", "maxmia"),
        ("two\nlines\there", "two lines here"),
        ("$\\frac{1}{2}$", "$\\frac{1}{2}$"),
        ("olga \U0001fae8", "olga"),
        ("\U0001f98a Fox \U0001f3f3\ufe0f\u200d\U0001f308 the 1st", "Fox the 1st"),
        ("\U00013000\U00013001", "…0042"),
        ("", "…0042"),
        ("a" * 40, "a" * 17 + "…"),
    ],
)
def test_a_name_is_shown_as_far_as_fonts_go(drawing: _Painter, name: str, shown: str) -> None:
    assert drawing.readable(name, 18, spare="…0042") == shown


def test_a_place_stays_on_the_left_whole_whatever_the_name_is(drawing: _Painter) -> None:
    figure = drawing.figure(said(CHARTS["a leaderboard far down"]))
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]

    assert labels[0] == f"{LEFT_TO_RIGHT}999,991. max"
    assert labels[5] == f"{LEFT_TO_RIGHT}999,996. مرحبا بالعالم"
    assert labels[7] == f"{LEFT_TO_RIGHT}999,998. …0007", "the place is no part of a name that can be drawn"
    assert figure.axes[0].texts[0].get_text() == "1T"


def test_a_long_time_is_drawn_by_weeks_that_add_up() -> None:
    counts = {CaseKind.WARN: list(range(365))}

    chart = acts_per_day(days_from(date(2025, 11, 22), 365), counts)

    [series] = chart.series
    assert sum(filter(None, series.values)) == sum(range(365))
    assert list(series.values)[-1] == sum(range(358, 365))
    assert len(chart.labels) == len(series.values) == 53
