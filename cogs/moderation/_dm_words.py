"""Reeve's own words for direct messages, in the languages that a server can choose."""

from collections.abc import Mapping
from typing import NamedTuple

from database.models import CaseKind, Language, TemplateKind

K = TemplateKind


class DmWords(NamedTuple):
    """Titles and texts are templates."""

    titles: Mapping[TemplateKind, str]
    texts: Mapping[TemplateKind, str]
    banned_for_good: str
    """Instead of the text of a ban, where it has no end."""
    case: str
    look_up: str
    """For who is still in the server."""
    the_staff: str
    """Instead of a name."""
    for_good: str
    """A duration that has no end."""
    further_notice: str
    """After "until", where there is no end."""
    appeal: str
    appeal_button: str
    did_not_happen: str
    nothing_changed: str
    end_moved: Mapping[CaseKind, str]
    """Titles of the word that it ends at another time."""
    ends_then: str
    ends_never: str


ENGLISH = DmWords(
    titles={
        K.WARN: "You were warned in {server}",
        K.TIMEOUT: "You were timed out in {server}",
        K.UNTIMEOUT: "Your timeout in {server} was lifted",
        K.KICK: "You were kicked from {server}",
        K.BAN: "You were banned from {server}",
        K.UNBAN: "You are no longer banned from {server}",
        K.SOFTBAN: "You were removed from {server}",
        K.VOID: "Case {case} in {server} is void",
        K.APPEAL: "Your appeal in {server} was answered",
    },
    texts={
        K.WARN: "**Reason:** {reason}\n**Moderator:** {moderator}\n{appeal}",
        K.TIMEOUT: "**Reason:** {reason}\n**Until:** {until} ({duration})\n**Moderator:** {moderator}\n{appeal}",
        K.UNTIMEOUT: "You can write again.\n**Reason:** {reason}\n**Moderator:** {moderator}",
        K.KICK: "**Reason:** {reason}\n**Moderator:** {moderator}\nYou may join again.\n{appeal}",
        K.BAN: "**Reason:** {reason}\n**Until:** {until} ({duration})\n**Moderator:** {moderator}\n{appeal}",
        K.UNBAN: "You may join again.\n**Reason:** {reason}\n**Moderator:** {moderator}",
        K.SOFTBAN: "**Reason:** {reason}\n**Moderator:** {moderator}\n"
        "Your recent messages were deleted. You may join again.\n{appeal}",
        K.VOID: "What it said against you no longer counts.\n**Reason:** {reason}",
        K.APPEAL: "{reason}",
    },
    banned_for_good="**Reason:** {reason}\n**Duration:** {duration}\n**Moderator:** {moderator}\n{appeal}",
    case="Case",
    look_up="/record in the server shows what stands against you.",
    the_staff="the staff",
    for_good="permanently",
    further_notice="further notice",
    appeal="If you think that this is wrong, you can appeal with the button below.",
    appeal_button="Appeal",
    did_not_happen="This did not happen",
    nothing_changed="What you read here was about to be done in {server}, and was not. "
    "Nothing has changed for you.",
    end_moved={
        CaseKind.TIMEOUT: "Your timeout in {server} ends at another time",
        CaseKind.BAN: "Your ban from {server} ends at another time",
    },
    ends_then="**Until:** {until} ({duration} in all)",
    ends_never="**Duration:** {duration}",
)
GERMAN = DmWords(
    titles={
        K.WARN: "Du wurdest auf {server} verwarnt",
        K.TIMEOUT: "Du bist auf {server} vorübergehend stummgeschaltet",
        K.UNTIMEOUT: "Deine Stummschaltung auf {server} ist aufgehoben",
        K.KICK: "Du wurdest von {server} entfernt",
        K.BAN: "Du wurdest von {server} gebannt",
        K.UNBAN: "Du bist nicht mehr von {server} gebannt",
        K.SOFTBAN: "Du wurdest von {server} entfernt",
        K.VOID: "Fall {case} auf {server} ist aufgehoben",
        K.APPEAL: "Dein Einspruch auf {server} wurde beantwortet",
    },
    texts={
        K.WARN: "**Grund:** {reason}\n**Moderator:** {moderator}\n{appeal}",
        K.TIMEOUT: "**Grund:** {reason}\n**Bis:** {until} ({duration})\n**Moderator:** {moderator}\n{appeal}",
        K.UNTIMEOUT: "Du kannst wieder schreiben.\n**Grund:** {reason}\n**Moderator:** {moderator}",
        K.KICK: "**Grund:** {reason}\n**Moderator:** {moderator}\nDu darfst wieder beitreten.\n{appeal}",
        K.BAN: "**Grund:** {reason}\n**Bis:** {until} ({duration})\n**Moderator:** {moderator}\n{appeal}",
        K.UNBAN: "Du darfst wieder beitreten.\n**Grund:** {reason}\n**Moderator:** {moderator}",
        K.SOFTBAN: "**Grund:** {reason}\n**Moderator:** {moderator}\n"
        "Deine letzten Nachrichten wurden gelöscht. Du darfst wieder beitreten.\n{appeal}",
        K.VOID: "Was darin gegen dich stand, zählt nicht mehr.\n**Grund:** {reason}",
        K.APPEAL: "{reason}",
    },
    banned_for_good="**Grund:** {reason}\n**Dauer:** {duration}\n**Moderator:** {moderator}\n{appeal}",
    case="Fall",
    look_up="/record auf dem Server zeigt, was gegen dich vorliegt.",
    the_staff="das Team",
    for_good="dauerhaft",
    further_notice="auf Weiteres",
    appeal="Wenn du das für falsch hältst, kannst du mit dem Knopf unten Einspruch einlegen.",
    appeal_button="Einspruch einlegen",
    did_not_happen="Das ist nicht geschehen",
    nothing_changed="Was hier stand, sollte auf {server} geschehen und ist nicht geschehen. "
    "Für dich hat sich nichts geändert.",
    end_moved={
        CaseKind.TIMEOUT: "Deine Stummschaltung auf {server} endet zu einer anderen Zeit",
        CaseKind.BAN: "Dein Bann von {server} endet zu einer anderen Zeit",
    },
    ends_then="**Bis:** {until} (insgesamt {duration})",
    ends_never="**Dauer:** {duration}",
)
SPANISH = DmWords(
    titles={
        K.WARN: "Has recibido una advertencia en {server}",
        K.TIMEOUT: "Estás aislado temporalmente en {server}",
        K.UNTIMEOUT: "Tu aislamiento en {server} ha terminado",
        K.KICK: "Has sido expulsado de {server}",
        K.BAN: "Has sido baneado de {server}",
        K.UNBAN: "Ya no estás baneado de {server}",
        K.SOFTBAN: "Has sido expulsado de {server}",
        K.VOID: "El caso {case} en {server} queda anulado",
        K.APPEAL: "Tu apelación en {server} tiene respuesta",
    },
    texts={
        K.WARN: "**Motivo:** {reason}\n**Moderador:** {moderator}\n{appeal}",
        K.TIMEOUT: "**Motivo:** {reason}\n**Hasta:** {until} ({duration})\n**Moderador:** {moderator}\n{appeal}",
        K.UNTIMEOUT: "Puedes volver a escribir.\n**Motivo:** {reason}\n**Moderador:** {moderator}",
        K.KICK: "**Motivo:** {reason}\n**Moderador:** {moderator}\nPuedes volver a unirte.\n{appeal}",
        K.BAN: "**Motivo:** {reason}\n**Hasta:** {until} ({duration})\n**Moderador:** {moderator}\n{appeal}",
        K.UNBAN: "Puedes volver a unirte.\n**Motivo:** {reason}\n**Moderador:** {moderator}",
        K.SOFTBAN: "**Motivo:** {reason}\n**Moderador:** {moderator}\n"
        "Tus mensajes recientes se han borrado. Puedes volver a unirte.\n{appeal}",
        K.VOID: "Lo que decía contra ti ya no cuenta.\n**Motivo:** {reason}",
        K.APPEAL: "{reason}",
    },
    banned_for_good="**Motivo:** {reason}\n**Duración:** {duration}\n**Moderador:** {moderator}\n{appeal}",
    case="Caso",
    look_up="/record en el servidor muestra lo que consta sobre ti.",
    the_staff="el equipo",
    for_good="de forma permanente",
    further_notice="nuevo aviso",
    appeal="Si crees que es un error, puedes apelar con el botón de abajo.",
    appeal_button="Apelar",
    did_not_happen="Esto no ha ocurrido",
    nothing_changed="Lo que se decía aquí iba a hacerse en {server} y no se hizo. Para ti no ha cambiado nada.",
    end_moved={
        CaseKind.TIMEOUT: "Tu aislamiento en {server} termina en otro momento",
        CaseKind.BAN: "Tu baneo de {server} termina en otro momento",
    },
    ends_then="**Hasta:** {until} ({duration} en total)",
    ends_never="**Duración:** {duration}",
)

DM_WORDS = {Language.ENGLISH: ENGLISH, Language.GERMAN: GERMAN, Language.SPANISH: SPANISH}
