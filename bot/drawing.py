"""The program that draws charts: `python -m bot.drawing`. bot/painter.py starts it, feeds it and ends it.

A line of JSON in (the fields of bot.charts.Chart), a line with the number of bytes and so many bytes of PNG out. It is
a process of its own because drawing holds the GIL for a fifth of a second and the library takes 70 MB.
"""

import io
import json
import math
import os
import signal
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot import card_drawing

LONGEST_SECONDS = 30
"""Whoever asked has given up long before: what takes so long is ended by the kernel."""
WIDTH, HEIGHT, LOW = 840, 480, 330
"""Pixels. A phone shows 840 of them in about 330 points: text of 22 pixels is as high there as that of a message."""
DPI = 100
TEXT, TITLE = 16, 18
"""Points at that resolution: 22 and 25 pixels."""
CARD, INK, QUIET, GRID = "#1E1F22", "#F2F3F5", "#B5BAC1", "#3A3C43"
"""A card of its own colour reads the same on Discord's dark and light ground."""
CORNER = 18
MOST_LABELS = 7
FEWEST_BARS = 5
"""There is room for so many, also where there are fewer: one bar is no wall."""
LONGEST_NAME = 18
FONTS = (
    "DejaVu Sans",  # comes with matplotlib: Latin, Greek, Cyrillic, Arabic, Hebrew and more
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "WenQuanYi Micro Hei", "Droid Sans Fallback",
    "Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Tamil", "Noto Sans Thai", "Unifont",
)  # fmt: skip
"""What else is installed is used for the scripts that the first lacks."""


def serve() -> None:
    """Draw what is asked for until standard input ends: then whoever asked is gone."""
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr  # no word of a library may get between the answers
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for Reeve, which ends us
    os.nice(10)
    _forget_old_locks()
    painter = _Painter()
    answers.write(b"ready\n")
    answers.flush()
    for line in sys.stdin.buffer:
        signal.alarm(LONGEST_SECONDS)
        png = painter.draw(json.loads(line))
        signal.alarm(0)
        answers.write(b"%d\n" % len(png) + png)
        answers.flush()


def _forget_old_locks() -> None:
    """A process that was killed while it wrote the list of fonts leaves one, and each later start would wait for it."""
    folder = Path(os.environ.get("MPLCONFIGDIR", ""))
    for lock in folder.glob("*.matplotlib-lock"):
        lock.unlink(missing_ok=True)


class _Painter:
    def __init__(self) -> None:
        import matplotlib as mpl  # noqa: PLC0415  # only after the locks are gone
        from matplotlib import font_manager  # noqa: PLC0415  # likewise

        installed = {font.name for font in font_manager.fontManager.ttflist}
        self._fonts = [name for name in FONTS if name in installed]
        self._coverage = [
            font_manager.get_font(font_manager.findfont(name)).get_charmap() for name in self._fonts
        ]
        mpl.rcParams.update(
            {
                "font.family": self._fonts,
                "font.size": TEXT,
                "text.parse_math": False,  # a name may hold dollar signs
                "axes.unicode_minus": True,
                "axes.edgecolor": GRID,
                "axes.labelcolor": QUIET,
                "xtick.color": QUIET,
                "ytick.color": QUIET,
                "text.color": INK,
            }
        )

    def draw(self, chart: dict[str, Any]) -> bytes:
        drawn = io.BytesIO()
        self.figure(chart).savefig(drawn, format="png", pil_kwargs={"optimize": True})
        return drawn.getvalue()

    def figure(self, asked: dict[str, Any]) -> Any:
        if asked["shape"] != "rank":
            return self._chart(asked)
        figure = self._card(card_drawing.HEIGHT)
        card_drawing.draw_rank(figure, asked, self.readable)
        return figure

    @staticmethod
    def _card(height: int) -> Any:
        """An empty one, of WIDTH and so many pixels."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  # likewise
        from matplotlib.figure import Figure  # noqa: PLC0415  # likewise
        from matplotlib.patches import FancyBboxPatch  # noqa: PLC0415  # likewise

        figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor="none", layout="constrained")
        FigureCanvasAgg(figure)
        figure.add_artist(
            FancyBboxPatch(
                (CORNER / WIDTH, CORNER / height),
                1 - 2 * CORNER / WIDTH,
                1 - 2 * CORNER / height,
                boxstyle=f"round,pad={CORNER / WIDTH},rounding_size={CORNER / WIDTH}",
                mutation_aspect=WIDTH / height,
                transform=figure.transFigure,
                facecolor=CARD,
                edgecolor="none",
                zorder=-1,
            )
        )
        return figure

    def _chart(self, chart: dict[str, Any]) -> Any:
        figure = self._card(LOW if chart["is_low"] else HEIGHT)
        figure.get_layout_engine().set(w_pad=0.22, h_pad=0.16)
        axes = figure.subplots()
        axes.set_facecolor("none")
        figure.suptitle(
            self.readable(chart["title"], 56), x=0.024, ha="left", fontsize=TITLE, fontweight="bold"
        )
        {"bars": self._bars, "rows": self._rows, "lines": self._lines}[chart["shape"]](axes, chart)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.tick_params(length=0, pad=7)
        axes.set_axisbelow(True)
        if len(chart["series"]) > 1:
            figure.legend(
                *axes.get_legend_handles_labels(),
                loc="outside lower left",
                ncols=4,
                frameon=False,
                handlelength=1,
                handleheight=1,
                handletextpad=0.4,
                columnspacing=1.2,
                fontsize=TEXT - 1,
            )
        return figure

    def _bars(self, axes: Any, chart: dict[str, Any]) -> None:
        """Upright, one above the other where there are several series."""
        places = range(len(chart["labels"]))
        floor = [0.0] * len(places)
        width = 0.82 if len(places) < 40 else 0.9
        for name, values, colour in _series(chart):
            axes.bar(
                places, values, width, bottom=floor, color=colour, label=self.readable(name, LONGEST_NAME),
                edgecolor=CARD, linewidth=1.2 if len(places) < 40 else 0.5,
            )  # fmt: skip
            floor = [below + value for below, value in zip(floor, values, strict=True)]
        spread = max(len(places), FEWEST_BARS) / 2
        axes.set_xlim((len(places) - 1) / 2 - spread - 0.1, (len(places) - 1) / 2 + spread + 0.1)
        self._upright(axes, chart, max(floor, default=0))

    def _lines(self, axes: Any, chart: dict[str, Any]) -> None:
        """One line for each series; nothing where there is no value."""
        places, most = range(len(chart["labels"])), 0.0
        for name, values, colour in _series(chart):
            known = [math.nan if value is None else value for value in values]
            lonely = len(places) <= 31  # then each value is a point to be seen, also one without neighbours
            axes.plot(
                places, known, color=colour, linewidth=3, marker="o" if lonely else "", markersize=8,
                label=self.readable(name, LONGEST_NAME), clip_on=False, solid_capstyle="round",
            )  # fmt: skip
            most = max([most, *(value for value in known if not math.isnan(value))])
        axes.set_xlim(-0.3, max(len(places) - 0.7, 0.3))
        self._upright(axes, chart, most)

    def _upright(self, axes: Any, chart: dict[str, Any], most: float) -> None:
        from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: PLC0415  # likewise

        shown = _thinned(len(chart["labels"]))
        axes.set_xticks(shown, [self.readable(chart["labels"][place], 12) for place in shown])
        axes.set_ylim(0, max(most * 1.06, 1))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=chart["is_whole"], min_n_ticks=2))
        axes.yaxis.set_major_formatter(FuncFormatter(_number))
        axes.set_ylabel(self.readable(chart["unit"], 24), labelpad=8)
        axes.grid(axis="y", color=GRID, linewidth=1)

    def _rows(self, axes: Any, chart: dict[str, Any]) -> None:
        """Lying bars, the first on top, each with its sum beside it: for names, which are long."""
        places = range(len(chart["labels"]))
        floor = [0.0] * len(places)
        for name, values, colour in _series(chart):
            axes.barh(
                places, values, 0.72, left=floor, color=colour, label=self.readable(name, LONGEST_NAME),
                edgecolor=CARD, linewidth=1.2,
            )  # fmt: skip
            floor = [before + value for before, value in zip(floor, values, strict=True)]
        most = max(floor, default=0) or 1
        for place, total in zip(places, floor, strict=True):
            axes.text(total + most * 0.015, place, _number(total), va="center", color=INK)
        spare = chart["spare_labels"] or chart["labels"]
        names = [
            self.readable(label, LONGEST_NAME, spare=other)
            for label, other in zip(chart["labels"], spare, strict=True)
        ]
        if chart["places"]:
            names = [f"{LEFT_TO_RIGHT}{at} {name}" for at, name in zip(chart["places"], names, strict=True)]
        axes.set_yticks(places, names, color=INK)
        axes.set_ylim(max(len(places), 4) - 0.4, -0.6)
        axes.set_xlim(0, most * 1.12)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        axes.set_xlabel(self.readable(chart["unit"], 40), labelpad=4)

    def readable(self, text: str, most: int, *, spare: str = "") -> str:
        """What the fonts can show of it, in one line of at most so many characters.

        Mathematical and other fancy letters become plain ones. `spare` is taken where half of it or more cannot
        be shown.
        """
        plain = " ".join(unicodedata.normalize("NFKC", text).split())
        seen = [
            letter
            for letter in plain
            if unicodedata.category(letter) not in UNSEEN and letter not in EMOJI_STYLES
        ]
        kept = [letter for letter in seen if any(ord(letter) in font for font in self._coverage)]
        words = " ".join("".join(kept).split())
        if spare and sum(not letter.isspace() for letter in kept) * 2 <= len("".join(seen).replace(" ", "")):
            words = spare
        return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


LEFT_TO_RIGHT = "\u200e"
"""The mark for a line that begins with a number: else a name in Arabic or Hebrew would pull that to its other end."""
UNSEEN = {"Cc", "Cf", "Co", "Cs", "Cn"}
"""Controls, also those that turn the direction of writing, and what no font has."""
EMOJI_STYLES = "\ufe0e\ufe0f"
"""Whether the sign before is text or a picture. DejaVu has them, so they would stay when that sign is gone."""


def _series(chart: dict[str, Any]) -> list[tuple[str, Sequence[Any], str]]:
    return [(each["name"], each["values"], each["colour"]) for each in chart["series"]]


def _thinned(number: int) -> list[int]:
    """The places that get a label: evenly far apart, the last one among them."""
    step = max(1, math.ceil(number / MOST_LABELS))
    return list(range((number - 1) % step, number, step))


def _number(value: float, _: object = None) -> str:
    """1,500 and 12.5k and 3M: at most five characters."""
    for size, sign in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            short = value / (1e3 if sign == "k" else size)
            return f"{short:.0f}{sign}" if short == int(short) or short >= 100 else f"{short:.1f}{sign}"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


if __name__ == "__main__":
    serve()
