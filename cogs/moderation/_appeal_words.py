"""The words of appeals: the staff's queue, and what who appealed is told, in the languages that a server can choose."""

from collections.abc import Mapping
from typing import NamedTuple

from database.models import AppealState, Language

S = AppealState


class AppealWords(NamedTuple):
    appeal: str
    states: Mapping[AppealState, str]
    member: str
    case: str
    reason: str
    record: str
    earlier: str
    answer: str
    arrived: str
    refused: str
    on_its_way: str
    approve: str
    approve_and_void: str
    deny: str
    look: str
    told: Mapping[AppealState, str]
    """What who appealed reads: templates with {case}."""


ENGLISH = AppealWords(
    appeal="Appeal", states={S.OPEN: "open", S.APPROVED: "approved", S.DENIED: "denied"},
    member="Member", case="Case", reason="Reason", record="Record", earlier="Earlier appeals of this case",
    answer="Answer", arrived="told", refused="could not be told", on_its_way="being told",
    approve="Approve", approve_and_void="Approve and void", deny="Deny", look="Case",
    told={
        S.APPROVED: "Your appeal against case {case} was approved.",
        S.DENIED: "Your appeal against case {case} was denied.",
    },
)  # fmt: skip
GERMAN = AppealWords(
    appeal="Einspruch", states={S.OPEN: "offen", S.APPROVED: "stattgegeben", S.DENIED: "abgelehnt"},
    member="Mitglied", case="Fall", reason="Grund", record="Bisher", earlier="Frühere Einsprüche gegen diesen Fall",
    answer="Antwort", arrived="mitgeteilt", refused="konnte nicht mitgeteilt werden", on_its_way="unterwegs",
    approve="Stattgeben", approve_and_void="Stattgeben und aufheben", deny="Ablehnen", look="Fall",
    told={
        S.APPROVED: "Deinem Einspruch gegen Fall {case} wurde stattgegeben.",
        S.DENIED: "Dein Einspruch gegen Fall {case} wurde abgelehnt.",
    },
)  # fmt: skip
SPANISH = AppealWords(
    appeal="Apelación", states={S.OPEN: "abierta", S.APPROVED: "aprobada", S.DENIED: "denegada"},
    member="Miembro", case="Caso", reason="Motivo", record="Historial", earlier="Apelaciones anteriores de este caso",
    answer="Respuesta", arrived="comunicada", refused="no se pudo comunicar", on_its_way="en camino",
    approve="Aprobar", approve_and_void="Aprobar y anular", deny="Denegar", look="Caso",
    told={
        S.APPROVED: "Tu apelación contra el caso {case} fue aprobada.",
        S.DENIED: "Tu apelación contra el caso {case} fue denegada.",
    },
)  # fmt: skip

APPEAL_WORDS = {Language.ENGLISH: ENGLISH, Language.GERMAN: GERMAN, Language.SPANISH: SPANISH}
