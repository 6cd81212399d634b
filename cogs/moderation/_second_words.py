"""What a second moderator reads, in the languages that a server can choose."""

from typing import NamedTuple

from database.models import Language


class SecondWords(NamedTuple):
    """Templates."""

    title: str
    asks: str
    reason: str
    answered: str
    until: str
    approve: str
    refuse: str
    approved: str
    refused: str
    over: str


ENGLISH = SecondWords(
    title="A second moderator is needed",
    asks="<@{moderator}> asks for this: **{kind}**, {people}. This server wants two moderators for more than {most} "
    "people in one act.",
    reason="Reason", answered="Answer", until="Until", approve="Approve", refuse="Refuse",
    approved="approved by <@{who}>{case}", refused="refused by <@{who}>", over="nobody has answered in time",
)  # fmt: skip
GERMAN = SecondWords(
    title="Ein zweiter Moderator wird gebraucht",
    asks="<@{moderator}> möchte: **{kind}**, {people}. Dieser Server verlangt zwei Moderatoren für mehr als {most} "
    "Personen auf einmal.",
    reason="Grund", answered="Antwort", until="Bis", approve="Zustimmen", refuse="Ablehnen",
    approved="zugestimmt hat <@{who}>{case}", refused="abgelehnt hat <@{who}>",
    over="niemand hat rechtzeitig geantwortet",
)  # fmt: skip
SPANISH = SecondWords(
    title="Hace falta un segundo moderador",
    asks="<@{moderator}> pide esto: **{kind}**, {people}. Este servidor quiere dos moderadores para más de {most} "
    "personas a la vez.",
    reason="Motivo", answered="Respuesta", until="Hasta", approve="Aprobar", refuse="Rechazar",
    approved="aprobado por <@{who}>{case}", refused="rechazado por <@{who}>", over="nadie respondió a tiempo",
)  # fmt: skip
SECOND_WORDS = {Language.ENGLISH: ENGLISH, Language.GERMAN: GERMAN, Language.SPANISH: SPANISH}
