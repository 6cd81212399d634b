"""The words of log posts and direct messages, in the languages that a server can choose."""

from typing import NamedTuple

from database.models import CaseKind, Language


class Words(NamedTuple):
    case: str
    warn: str
    note: str
    void: str
    member: str
    moderator: str
    reason: str
    points: str
    proof: str
    direct_message: str
    arrived: str
    refused: str
    on_its_way: str
    edited: str
    you_were_warned: str
    look_up: str

    def kind(self, kind: CaseKind) -> str:
        return {CaseKind.WARN: self.warn, CaseKind.NOTE: self.note}[kind]


ENGLISH = Words(
    case="Case",
    warn="Warning",
    note="Note",
    void="void",
    member="Member",
    moderator="Moderator",
    reason="Reason",
    points="Points",
    proof="Proof",
    direct_message="Direct message",
    arrived="delivered",
    refused="not accepted",
    on_its_way="on its way",
    edited="edited",
    you_were_warned="You were warned in {guild}",
    look_up="/record in the server shows what stands against you.",
)
GERMAN = Words(
    case="Fall",
    warn="Verwarnung",
    note="Notiz",
    void="aufgehoben",
    member="Mitglied",
    moderator="Moderator",
    reason="Grund",
    points="Punkte",
    proof="Beleg",
    direct_message="Direktnachricht",
    arrived="zugestellt",
    refused="nicht angenommen",
    on_its_way="unterwegs",
    edited="bearbeitet",
    you_were_warned="Du wurdest auf {guild} verwarnt",
    look_up="/record auf dem Server zeigt, was gegen dich vorliegt.",
)
SPANISH = Words(
    case="Caso",
    warn="Advertencia",
    note="Nota",
    void="anulado",
    member="Miembro",
    moderator="Moderador",
    reason="Motivo",
    points="Puntos",
    proof="Prueba",
    direct_message="Mensaje directo",
    arrived="entregado",
    refused="no aceptado",
    on_its_way="en camino",
    edited="editado",
    you_were_warned="Has recibido una advertencia en {guild}",
    look_up="/record en el servidor muestra lo que consta sobre ti.",
)

WORDS = {Language.ENGLISH: ENGLISH, Language.GERMAN: GERMAN, Language.SPANISH: SPANISH}
