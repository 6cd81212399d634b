"""The rank card: what it says to who cannot see it, and that no picture of anybody's keeps it from being drawn."""

import io
import itertools

import pytest
from matplotlib.text import Text
from PIL import Image

from bot.card_drawing import RIGHT
from bot.cards import RankCard
from bot.drawing import _Painter

HINTING = 8
"""Pixels by which letters that are drawn smaller are wider than their share."""
CARD = RankCard("Ann", "…0001", 7, 1_234, 1_100, 1_500, 12, 340)


def png(side: int) -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (side, side), "red").save(picture, "png")
    return picture.getvalue()


@pytest.fixture(scope="module")
def drawing() -> _Painter:
    return _Painter()


def test_it_says_what_it_shows() -> None:
    assert CARD.described == "Ann: level 7. Place 12 of 340. 1,234 points earned, 266 to level 8."
    assert CARD.progress == pytest.approx(134 / 400)
    top = CARD._replace(level=1_000, until=None, place=None)
    assert top.described == "Ann: level 1,000. No place yet. 1,234 points earned, the highest level."
    assert top.progress == 1
    assert CARD._replace(earned=-5, since=0, until=100).progress == 0


@pytest.mark.parametrize("name", ["Ann", "W" * 32, "iiiiiiii" * 4, "مرحبا بالعالم كيف الحال", "a b " * 8])
def test_nothing_leaves_it_and_no_text_overlaps_another(drawing: _Painter, name: str) -> None:
    rich = {"level": 999, "earned": 900_000_000_000, "since": 0, "until": 999_999_999_999}
    figure = drawing.figure(CARD._replace(name=name, place=999_999, people=1_000_000, **rich).asked())
    boxes = {text.get_text(): text.get_window_extent() for text in figure.findobj(Text) if text.get_text()}

    assert len(boxes) == 5
    for text, box in boxes.items():
        assert box.x0 >= 0, text
        assert box.x1 <= RIGHT + HINTING, text
    for (one, box), (other, other_box) in itertools.combinations(boxes.items(), 2):
        assert not box.overlaps(other_box), (one, other)


def test_a_picture_of_somebody_is_in_it(drawing: _Painter) -> None:
    with_face, without = (
        Image.open(io.BytesIO(drawing.draw(CARD._replace(avatar=each).asked()))) for each in (png(128), None)
    )
    assert with_face.size == without.size == (840, 240)
    assert with_face.getpixel((120, 120)) == (255, 0, 0, 255)
    corner = (120 - 70, 120 - 70)
    assert with_face.getpixel(corner) == without.getpixel(corner), "it is round"


@pytest.mark.parametrize(
    "avatar",
    [b"", b"no picture", png(128)[:60], png(1_025), b"GIF89a" + bytes(20)],
    ids=["empty", "text", "cut", "large", "gif"],
)
def test_what_is_no_picture_becomes_a_letter(drawing: _Painter, avatar: bytes) -> None:
    assert drawing.draw(CARD._replace(avatar=avatar).asked()) == drawing.draw(CARD.asked())
