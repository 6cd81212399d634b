"""The words of figures and of the weekly digest, in the languages that a server can choose."""

from collections.abc import Mapping
from typing import NamedTuple

from database.models import Language


class FigureWords(NamedTuple):
    acts: str
    act_unit: str
    by_moderator: str
    others: str
    beside: str
    """What is no act of a moderator."""
    notes: str
    automatic: str
    reports: str
    answered: str
    no_reports: str
    time_to_act: str
    time_units: tuple[str, str, str]
    voided: str
    overturned: str
    repeated: str
    share: str
    people: str
    digest: str
    quiet: str
    against_before: str
    no_picture: str
    day: str
    """Of a date, for str.format."""
    families: Mapping[str, str]


ENGLISH = FigureWords(
    acts="Acts",
    act_unit="acts",
    by_moderator="By moderator",
    others="others",
    beside="Beside that",
    notes="Notes: {}",
    automatic="Acts of Reeve by rule: {}",
    reports="Reports",
    answered="{reports}, of which {answered} were taken up, half of them within {median}",
    no_reports="{reports}, none of them taken up yet",
    time_to_act="Median time from report to act",
    time_units=("days", "hours", "minutes"),
    voided="Voided",
    overturned="Overturned on appeal",
    repeated="Repeated",
    share="{part} of {whole} ({percent} %)",
    people="{part} of {whole} people ({percent} %) were acted against more than once",
    digest="The week in {guild}",
    quiet="A quiet week: nobody had to act, and nobody reported anything.",
    against_before="{} than the week before",
    no_picture="The chart could not be drawn this time.",
    day="{0.day} {0:%b}",
    families={},
)
GERMAN = FigureWords(
    acts="Maßnahmen",
    act_unit="Maßnahmen",
    by_moderator="Nach Moderator",
    others="weitere",
    beside="Außerdem",
    notes="Notizen: {}",
    automatic="Maßnahmen von Reeve nach Regel: {}",
    reports="Meldungen",
    answered="{reports}, davon {answered} aufgegriffen, die Hälfte binnen {median}",
    no_reports="{reports}, noch keine davon aufgegriffen",
    time_to_act="Mittlere Zeit von Meldung bis Maßnahme",
    time_units=("Tage", "Stunden", "Minuten"),
    voided="Aufgehoben",
    overturned="Nach Einspruch aufgehoben",
    repeated="Wiederholt",
    share="{part} von {whole} ({percent} %)",
    people="{part} von {whole} Personen ({percent} %) mehr als einmal",
    digest="Die Woche auf {guild}",
    quiet="Eine ruhige Woche: niemand musste eingreifen, und niemand hat etwas gemeldet.",
    against_before="{} gegenüber der Vorwoche",
    no_picture="Das Diagramm konnte diesmal nicht gezeichnet werden.",
    day="{0.day}.{0.month}.",
    families={
        "Bans": "Banne", "Kicks": "Rauswürfe", "Timeouts": "Auszeiten", "Warnings": "Verwarnungen",
        "Channels": "Kanäle", "Lifted": "Aufhebungen", "Notes": "Notizen",
    },
)  # fmt: skip
SPANISH = FigureWords(
    acts="Medidas",
    act_unit="medidas",
    by_moderator="Por moderador",
    others="más",
    beside="Además",
    notes="Notas: {}",
    automatic="Medidas de Reeve por regla: {}",
    reports="Reportes",
    answered="{reports}, de los que {answered} fueron atendidos, la mitad en {median}",
    no_reports="{reports}, ninguno atendido aún",
    time_to_act="Tiempo mediano del reporte a la medida",
    time_units=("días", "horas", "minutos"),
    voided="Anuladas",
    overturned="Revocadas tras apelación",
    repeated="Repetidas",
    share="{part} de {whole} ({percent} %)",
    people="{part} de {whole} personas ({percent} %) más de una vez",
    digest="La semana en {guild}",
    quiet="Una semana tranquila: nadie tuvo que actuar y nadie reportó nada.",
    against_before="{} que la semana anterior",
    no_picture="El gráfico no se pudo dibujar esta vez.",
    day="{0.day}/{0.month}",
    families={
        "Bans": "Baneos", "Kicks": "Expulsiones", "Timeouts": "Aislamientos", "Warnings": "Advertencias",
        "Channels": "Canales", "Lifted": "Levantadas", "Notes": "Notas",
    },
)  # fmt: skip

FIGURE_WORDS = {Language.ENGLISH: ENGLISH, Language.GERMAN: GERMAN, Language.SPANISH: SPANISH}
