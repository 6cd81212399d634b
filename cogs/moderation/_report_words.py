"""The words of the staff's queue and of answers to reporters, in the languages that a server can choose."""

from collections.abc import Mapping
from typing import NamedTuple

from database.models import Language, ReportState

S = ReportState


class ReportWords(NamedTuple):
    report: str
    states: Mapping[ReportState, str]
    member: str
    channel: str
    message: str
    """The link to the message, in the post."""
    attachments: str
    nothing_seen: str
    """Of a message that was gone before it could be kept, or that is kept no longer."""
    edited_to: str
    reporters: str
    reporter: str
    """Instead of a name that is not shown here."""
    names_hidden: str
    more: str
    assignee: str
    outcome: str
    case: str
    answers: str
    arrived: str
    refused: str
    on_its_way: str
    take: str
    release: str
    warn: str
    moderate: str
    close: str
    answer: str
    jump: str
    title: str
    """Of an answer to a reporter: a template with {number} and {server}."""
    thanks: str
    """What reporters are told unless the moderator says something else."""


ENGLISH = ReportWords(
    report="Report", states={S.OPEN: "open", S.TAKEN: "taken", S.CLOSED: "closed"},
    member="Member", channel="Channel", message="the message", attachments="Attachments",
    nothing_seen="No copy of the message is kept.", edited_to="Later edited to",
    reporters="Reported by", reporter="somebody",
    names_hidden="Who reported is not shown where the reported or everybody can read: /reports view {number}.",
    more="and {count} more: /reports view {number}", assignee="With", outcome="Outcome", case="Case",
    answers="Answers", arrived="delivered", refused="not accepted", on_its_way="on their way",
    take="Take", release="Release", warn="Warn", moderate="Moderate", close="Close",
    answer="Reply to reporters", jump="Jump",
    title="Your report {number} in {server}",
    thanks="Thank you for your report. Something was done about it.",
)  # fmt: skip
GERMAN = ReportWords(
    report="Meldung", states={S.OPEN: "offen", S.TAKEN: "übernommen", S.CLOSED: "erledigt"},
    member="Mitglied", channel="Kanal", message="die Nachricht", attachments="Anhänge",
    nothing_seen="Von der Nachricht gibt es keine Kopie.", edited_to="Später geändert zu",
    reporters="Gemeldet von", reporter="jemand",
    names_hidden="Wer gemeldet hat, steht nicht, wo die gemeldete Person oder alle mitlesen: /reports view {number}.",
    more="und {count} weitere: /reports view {number}", assignee="Bei", outcome="Ergebnis", case="Fall",
    answers="Antworten", arrived="zugestellt", refused="nicht angenommen", on_its_way="unterwegs",
    take="Übernehmen", release="Freigeben", warn="Verwarnen", moderate="Moderieren", close="Schließen",
    answer="Den Meldenden antworten", jump="Hinspringen",
    title="Deine Meldung {number} auf {server}",
    thanks="Danke für deine Meldung. Es wurde etwas unternommen.",
)  # fmt: skip
SPANISH = ReportWords(
    report="Reporte", states={S.OPEN: "abierto", S.TAKEN: "asignado", S.CLOSED: "cerrado"},
    member="Miembro", channel="Canal", message="el mensaje", attachments="Adjuntos",
    nothing_seen="No se conserva ninguna copia del mensaje.", edited_to="Editado después a",
    reporters="Reportado por", reporter="alguien",
    names_hidden="Quién reportó no se muestra donde la persona reportada o todos pueden leer: /reports view {number}.",
    more="y {count} más: /reports view {number}", assignee="A cargo de", outcome="Resultado", case="Caso",
    answers="Respuestas", arrived="entregadas", refused="no aceptadas", on_its_way="en camino",
    take="Asignarme", release="Liberar", warn="Advertir", moderate="Moderar", close="Cerrar",
    answer="Responder a quienes reportaron", jump="Ir al mensaje",
    title="Tu reporte {number} en {server}",
    thanks="Gracias por tu reporte. Se ha hecho algo al respecto.",
)  # fmt: skip

REPORT_WORDS = {Language.ENGLISH: ENGLISH, Language.GERMAN: GERMAN, Language.SPANISH: SPANISH}
