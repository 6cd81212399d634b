"""Charts: readable by everybody, and drawn where they hold nobody up."""

import asyncio
import io
import itertools
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from matplotlib.text import Text
from PIL import Image

from bot import painter as painter_module
from bot.charts import (
    FAMILIES,
    PALETTE,
    Chart,
    acts_per_day,
    bars,
    by_moderator,
    days_from,
    lines,
    record_chart,
    times,
)
from bot.drawing import CARD, GRID, QUIET, _Painter
from bot.painter import PROJECT, NoPicture, Painter
from database.models import CaseKind

LARGEST = 60 * 1024
SMALL = bars("Points", ["a", "b"], {"earned": [1, 2]}, unit="points")
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
    "one moderator": by_moderator(["max"], [1], [3]),
    "times": times(days_from(TODAY, 30), [None if day % 3 == 0 else day * 977.0 for day in range(30)]),
    "two lines": lines(
        "Supply", [str(day) for day in range(400)], {"in": [day**3 for day in range(400)]}, unit="points"
    ),
}


@pytest.fixture(scope="module")
async def painter(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Painter]:
    painter = Painter(tmp_path_factory.mktemp("charts"))
    yield painter
    await painter.close()


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
        ("\U00013000\U00013001", "…0042"),
        ("", "…0042"),
        ("a" * 40, "a" * 17 + "…"),
    ],
)
def test_a_name_is_shown_as_far_as_fonts_go(drawing: _Painter, name: str, shown: str) -> None:
    assert drawing.readable(name, 18, spare="…0042") == shown


def test_a_long_time_is_drawn_by_weeks_that_add_up() -> None:
    counts = {CaseKind.WARN: list(range(365))}

    chart = acts_per_day(days_from(date(2025, 11, 22), 365), counts)

    [series] = chart.series
    assert sum(filter(None, series.values)) == sum(range(365))
    assert list(series.values)[-1] == sum(range(358, 365))
    assert len(chart.labels) == len(series.values) == 53


async def test_a_picture_is_drawn_by_another_process(painter: Painter) -> None:
    picture = await painter.picture(SMALL, "points")

    assert picture.file is not None
    assert picture.file.filename == "points.png"
    assert picture.file.description == "Points (points): earned 3"
    assert painter._process is not None
    assert painter._process.pid != os.getpid()


async def test_who_draws_has_no_secret_and_steps_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "canary")
    monkeypatch.setenv("DATABASE_URL", "postgresql://canary@127.0.0.1/x")
    broken = tmp_path / "a file"
    broken.touch()
    painter = Painter(broken / "charts")  # cannot be made: a folder for temporary files does as well

    await painter.draw(SMALL)

    assert painter._process is not None
    child = psutil.Process(painter._process.pid)
    assert "canary" not in str(child.environ()) + str(child.cmdline())
    assert child.nice() > psutil.Process().nice()
    await painter.close()
    assert not child.is_running()


def name_of_font_list(folder: Path) -> str:
    [fonts] = folder.glob("fontlist-*.json")
    return fonts.name


async def test_a_broken_list_of_fonts_is_made_anew(painter: Painter, tmp_path: Path) -> None:
    await painter.draw(SMALL)
    fonts = tmp_path / name_of_font_list(painter._folder)
    lock = tmp_path / f"{fonts.name}.matplotlib-lock"
    fonts.write_text("{torn")
    lock.touch()

    second = Painter(tmp_path)
    assert await second.draw(SMALL)
    await second.close()

    assert json.loads(fonts.read_text())
    assert not lock.exists()


async def test_a_drawer_that_was_killed_is_started_again(painter: Painter) -> None:
    await painter.draw(SMALL)
    assert painter._process is not None
    painter._process.send_signal(signal.SIGKILL)
    with pytest.raises(NoPicture):  # nobody has told us yet
        await painter.draw(SMALL)

    assert await painter.draw(SMALL)


async def test_a_drawer_that_hangs_costs_the_picture_and_not_the_answer(
    painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await painter.draw(SMALL)
    assert painter._process is not None
    hanging = psutil.Process(painter._process.pid)
    hanging.suspend()
    monkeypatch.setattr(painter_module, "DRAW_SECONDS", 0.2)

    picture = await painter.picture(SMALL, "points")

    assert picture.file is None
    assert picture.trouble == " The chart could not be drawn this time."
    monkeypatch.undo()
    assert await painter.draw(SMALL)
    assert painter._process.pid != hanging.pid


async def test_who_gives_up_while_it_starts_leaves_the_start_to_who_comes_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    painter = Painter(tmp_path)
    monkeypatch.setattr(painter_module, "DRAW_SECONDS", 0)
    with pytest.raises(NoPicture):
        await painter.draw(SMALL)
    while painter._process is None:  # noqa: ASYNC110  # it is there, and has not said yet that it can draw
        await asyncio.sleep(0)
    with pytest.raises(NoPicture):
        await painter.draw(SMALL)
    monkeypatch.undo()

    await painter.ready()
    started = painter._process
    assert await painter.draw(SMALL)
    assert painter._process is started
    await painter.close()


async def test_who_gives_up_does_not_get_the_next_one_a_wrong_picture(painter: Painter) -> None:
    wanted = await painter.draw(SMALL)
    given_up = asyncio.create_task(painter.draw(CHARTS["a year"]))
    await asyncio.sleep(0)  # it has asked
    await asyncio.sleep(0)
    given_up.cancel()

    assert await painter.draw(SMALL) == wanted


async def test_nobody_waits_in_a_long_line(painter: Painter) -> None:
    drawn = await asyncio.gather(*(painter.draw(SMALL) for _ in range(20)), return_exceptions=True)

    assert sum(isinstance(each, bytes) for each in drawn) == painter_module.MOST_WAITING
    assert sum(isinstance(each, NoPicture) for each in drawn) == 20 - painter_module.MOST_WAITING


async def test_the_drawer_ends_when_nobody_needs_it(
    painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painter_module, "IDLE_SECONDS", 0)
    await painter.draw(SMALL)
    process = painter._process
    assert process is not None

    assert await asyncio.wait_for(process.wait(), 60) == 0
    assert painter._process is None


async def test_the_drawer_ends_with_a_reeve_that_was_killed_and_never_was_part_of_it(tmp_path: Path) -> None:
    program = (
        "import asyncio, importlib, sys\nfrom pathlib import Path\nimport bot.running\n"
        "from bot.extensions import EXTENSIONS\nfrom bot.painter import Painter\n"
        "[importlib.import_module(name) for name in EXTENSIONS]\n"
        "async def main():\n painter = Painter(Path(sys.argv[1]))\n"
        " print((await painter._running()).pid, *{'matplotlib', 'numpy', 'PIL'} & {*sys.modules}, flush=True)\n"
        " await asyncio.sleep(600)\nasyncio.run(main())"
    )
    reeve = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(tmp_path), cwd=PROJECT, stdout=asyncio.subprocess.PIPE
    )
    assert reeve.stdout is not None
    pid, *loaded = (await asyncio.wait_for(reeve.stdout.readline(), 60)).split()
    child = psutil.Process(int(pid))

    reeve.kill()
    await reeve.wait()

    await asyncio.to_thread(psutil.wait_procs, [child], 60)
    assert not child.is_running()
    assert loaded == []
