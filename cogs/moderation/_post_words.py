"""The words of the posts in the mod log, in the languages that a server can choose."""

from collections.abc import Mapping
from typing import NamedTuple

from database.models import CaseKind, CaseOrigin, CaseState, Language


class PostWords(NamedTuple):
    case: str
    kinds: Mapping[CaseKind, str]
    states: Mapping[CaseState, str]
    """Of what is neither active nor over as it should be."""
    origins: Mapping[CaseOrigin, str]
    """Where it was not simply a command."""
    language: Language
    member: str
    people: str
    """Those of a batch."""
    progress: str
    channel: str
    moderator: str
    reason: str
    points: str
    """What a case weighs, which are not the points that members hold."""
    expires: str
    expired: str
    trouble: str
    proof: str
    gone: str
    notes: str
    because_of: str
    led_to: str
    edited: str
    direct_message: str
    refused: str


ENGLISH = PostWords(
    case="Case",
    kinds={
        CaseKind.WARN: "Warning", CaseKind.NOTE: "Note", CaseKind.TIMEOUT: "Timeout",
        CaseKind.UNTIMEOUT: "Timeout lifted", CaseKind.KICK: "Kick", CaseKind.BAN: "Ban",
        CaseKind.UNBAN: "Unban", CaseKind.SOFTBAN: "Softban", CaseKind.MASSBAN: "Massban",
        CaseKind.PURGE: "Purge", CaseKind.SLOWMODE: "Slowmode", CaseKind.LOCK: "Lock", CaseKind.UNLOCK: "Unlock",
    },
    states={
        CaseState.PENDING: "on its way", CaseState.ENDED: "over", CaseState.REFUSED: "did not happen",
        CaseState.UNKNOWN: "not known whether it happened", CaseState.VOID: "void",
    },
    origins={
        CaseOrigin.BY_HAND: "by hand", CaseOrigin.LADDER: "by the ladder", CaseOrigin.AUTOMOD: "by AutoMod",
        CaseOrigin.APPEAL: "after an appeal", CaseOrigin.REPORT: "after a report", CaseOrigin.MASS: "of a batch",
    },
    language=Language.ENGLISH, member="Member", people="People",
    progress="Progress", channel="Channel", moderator="Moderator", reason="Reason", points="Weight",
    expires="Ends", expired="Ended", trouble="Outcome", proof="Proof", gone="no longer kept", notes="Notes",
    because_of="Because of", led_to="Led to", edited="edited", direct_message="Direct message",
    refused="not accepted",
)  # fmt: skip
GERMAN = PostWords(
    case="Fall",
    kinds={
        CaseKind.WARN: "Verwarnung", CaseKind.NOTE: "Notiz", CaseKind.TIMEOUT: "Auszeit",
        CaseKind.UNTIMEOUT: "Auszeit aufgehoben", CaseKind.KICK: "Rauswurf", CaseKind.BAN: "Bann",
        CaseKind.UNBAN: "Bann aufgehoben", CaseKind.SOFTBAN: "Softbann", CaseKind.MASSBAN: "Massenbann",
        CaseKind.PURGE: "Nachrichten gelöscht", CaseKind.SLOWMODE: "Langsammodus",
        CaseKind.LOCK: "Kanal gesperrt", CaseKind.UNLOCK: "Kanal entsperrt",
    },
    states={
        CaseState.PENDING: "unterwegs", CaseState.ENDED: "vorbei", CaseState.REFUSED: "nicht geschehen",
        CaseState.UNKNOWN: "unbekannt, ob es geschah", CaseState.VOID: "aufgehoben",
    },
    origins={
        CaseOrigin.BY_HAND: "von Hand", CaseOrigin.LADDER: "durch die Leiter", CaseOrigin.AUTOMOD: "durch AutoMod",
        CaseOrigin.APPEAL: "nach Einspruch", CaseOrigin.REPORT: "nach einer Meldung",
        CaseOrigin.MASS: "aus einem Stapel",
    },
    language=Language.GERMAN, member="Mitglied", people="Personen",
    progress="Fortschritt", channel="Kanal", moderator="Moderator", reason="Grund", points="Gewicht",
    expires="Endet", expired="Endete", trouble="Ausgang", proof="Beleg", gone="nicht mehr aufbewahrt",
    notes="Notizen", because_of="Wegen", led_to="Führte zu", edited="bearbeitet",
    direct_message="Direktnachricht", refused="nicht angenommen",
)  # fmt: skip
SPANISH = PostWords(
    case="Caso",
    kinds={
        CaseKind.WARN: "Advertencia", CaseKind.NOTE: "Nota", CaseKind.TIMEOUT: "Aislamiento",
        CaseKind.UNTIMEOUT: "Aislamiento levantado", CaseKind.KICK: "Expulsión", CaseKind.BAN: "Baneo",
        CaseKind.UNBAN: "Baneo levantado", CaseKind.SOFTBAN: "Baneo breve", CaseKind.MASSBAN: "Baneo masivo",
        CaseKind.PURGE: "Mensajes borrados", CaseKind.SLOWMODE: "Modo lento", CaseKind.LOCK: "Canal cerrado",
        CaseKind.UNLOCK: "Canal abierto",
    },
    states={
        CaseState.PENDING: "en camino", CaseState.ENDED: "terminado", CaseState.REFUSED: "no ocurrió",
        CaseState.UNKNOWN: "no se sabe si ocurrió", CaseState.VOID: "anulado",
    },
    origins={
        CaseOrigin.BY_HAND: "a mano", CaseOrigin.LADDER: "por la escala", CaseOrigin.AUTOMOD: "por AutoMod",
        CaseOrigin.APPEAL: "tras una apelación", CaseOrigin.REPORT: "tras un reporte", CaseOrigin.MASS: "de un lote",
    },
    language=Language.SPANISH, member="Miembro", people="Personas",
    progress="Progreso", channel="Canal", moderator="Moderador", reason="Motivo", points="Peso",
    expires="Termina", expired="Terminó", trouble="Resultado", proof="Prueba", gone="ya no se conserva",
    notes="Notas", because_of="A causa de", led_to="Llevó a", edited="editado",
    direct_message="Mensaje directo", refused="no aceptado",
)  # fmt: skip

POST_WORDS = {Language.ENGLISH: ENGLISH, Language.GERMAN: GERMAN, Language.SPANISH: SPANISH}
