"""What Reeve says by itself about levels, in the language of the server."""

from typing import NamedTuple

from database.models import Language


class LevelWords(NamedTuple):
    reached: str
    alert: str


LEVEL_WORDS = {
    Language.ENGLISH: LevelWords(
        reached="{who} has reached level {level}!",
        alert="I cannot give the role of level {level}, {role}. {trouble} Who has that level gets it as soon as I can.",
    ),
    Language.GERMAN: LevelWords(
        reached="{who} hat Level {level} erreicht!",
        alert="Die Rolle von Level {level}, {role}, kann ich nicht vergeben. {trouble} "
        "Wer das Level hat, bekommt sie, sobald ich kann.",
    ),
    Language.SPANISH: LevelWords(
        reached="¡{who} ha alcanzado el nivel {level}!",
        alert="No puedo dar el rol del nivel {level}, {role}. {trouble} "
        "Quien tenga ese nivel lo recibirá en cuanto pueda.",
    ),
}
