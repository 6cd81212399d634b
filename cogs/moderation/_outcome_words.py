"""How a case came out: sentences that are kept in English, and read in the language of the server."""

import re

from database.models import FOLLOWED, REPLACED, Language

GONE = "They are no longer in the server."
NEVER_SENT = "Discord did not answer for a day, so it was given up: use the command again."
CANNOT_TELL = "Discord did not say whether it happened, and its audit log shows nothing: look at the member."

NUMBER = "{number}"
OUTCOMES = {
    Language.GERMAN: {
        FOLLOWED: "Abgelöst durch Fall {number}.",
        REPLACED: "Durch eine spätere Maßnahme ersetzt.",
        GONE: "Nicht mehr auf dem Server.",
        NEVER_SENT: "Discord hat einen Tag lang nicht geantwortet, daher wurde es aufgegeben: "
        "benutze den Befehl noch einmal.",
        CANNOT_TELL: "Discord hat nicht gesagt, ob es geschah, und das Audit-Log zeigt nichts: "
        "sieh dir das Mitglied an.",
    },
    Language.SPANISH: {
        FOLLOWED: "Seguido por el caso {number}.",
        REPLACED: "Reemplazado por una medida posterior.",
        GONE: "Ya no está en el servidor.",
        NEVER_SENT: "Discord no respondió durante un día, así que se abandonó: usa el comando otra vez.",
        CANNOT_TELL: "Discord no dijo si ocurrió, y su registro de auditoría no muestra nada: mira al miembro.",
    },
}
FOLLOWED_BY = re.compile(re.escape(FOLLOWED).replace(re.escape(NUMBER), "([0-9]+)"))


def outcome_in(language: Language, trouble: str) -> str:
    """What is no sentence of the table (a refusal of Discord's, say) stays as it was kept."""
    match = FOLLOWED_BY.fullmatch(trouble)
    kept = FOLLOWED if match else trouble
    return OUTCOMES.get(language, {}).get(kept, kept).replace(NUMBER, match[1] if match else NUMBER)
