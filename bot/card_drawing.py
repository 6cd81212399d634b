"""How a rank card looks: drawn on the figure that bot/drawing.py gives, by its process."""

import io
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from typing import Any

HEIGHT = 240
INK, QUIET, TRACK, FILL, FACE = "#F2F3F5", "#B5BAC1", "#3A3C43", "#35B8FF", "#2A8562"
LARGEST_SIDE = 1_024
"""Pixels of a picture that is looked at; Reeve asks for 128."""
LONGEST_NAME = 24
CENTRE, RADIUS = (120, 120), 76
LEFT, RIGHT = 230, 800
BAR, BAR_HEIGHT = 96, 22
Readable = Callable[..., str]


def draw_rank(figure: Any, card: dict[str, Any], readable: Readable) -> None:
    """`figure` is as wide and high as its pixels say; all below counts pixels from its lower left."""
    from matplotlib.patches import Circle, FancyBboxPatch  # noqa: PLC0415  # only after the locks are gone
    from matplotlib.transforms import IdentityTransform  # noqa: PLC0415  # likewise

    pixels: dict[str, Any] = {"transform": IdentityTransform()}
    name = readable(card["name"], LONGEST_NAME, spare=card["spare_name"])
    picture = _picture(card["avatar"])
    face = Circle(CENTRE, RADIUS, facecolor=FACE, edgecolor="none", **pixels)
    figure.add_artist(face)
    if picture is not None:
        image = figure.figimage(picture, CENTRE[0] - RADIUS, CENTRE[1] - RADIUS, zorder=2, origin="upper")
        image.set_clip_path(face)
    else:
        figure.text(
            *CENTRE,
            next(filter(str.isalnum, name), "").upper(),
            fontsize=52,
            color=INK,
            ha="center",
            va="center_baseline",
            **pixels,
        )
    title = figure.text(LEFT, 184, name, fontsize=24, fontweight="bold", color=INK, va="center", **pixels)
    figure.text(LEFT, 140, card["level"], fontsize=18, color=FILL, fontweight="bold", va="center", **pixels)
    figure.text(RIGHT, 140, card["standing"], fontsize=16, color=INK, ha="right", va="center", **pixels)
    width = RIGHT - LEFT
    for colour, part in ((TRACK, 1.0), (FILL, card["progress"])):
        if part > 0:
            length = max(BAR_HEIGHT, width * part)
            figure.add_artist(
                FancyBboxPatch(
                    (LEFT, BAR), length, BAR_HEIGHT,
                    boxstyle=f"round,pad=0,rounding_size={BAR_HEIGHT / 2}", mutation_aspect=1,
                    facecolor=colour, edgecolor="none", **pixels,
                )
            )  # fmt: skip
    way = figure.text(LEFT, 64, card["way"], fontsize=16, color=QUIET, va="center", **pixels)
    for text in (title, way):
        text.set_fontsize(text.get_fontsize() / max(1.0, text.get_window_extent().width / width))


def _picture(encoded: str | None) -> Any:
    """As an array of the circle's size; None where it is no picture that can be read."""
    import numpy as np  # noqa: PLC0415  # only whoever draws has it in memory
    from PIL import Image  # noqa: PLC0415  # likewise

    if encoded is None:
        return None
    with suppress(OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        picture = Image.open(io.BytesIO(b64decode(encoded)))
        if max(picture.size) <= LARGEST_SIDE:
            return np.asarray(picture.convert("RGBA").resize((2 * RADIUS, 2 * RADIUS)))
    return None
