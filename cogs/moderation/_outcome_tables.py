"""The sentences of `_outcome_words` in each language, and Discord's names of permissions."""

from collections.abc import Mapping

from bot.errors import GONE as DISCORD_HAS_NOT
from bot.errors import REFUSED as DISCORD_REFUSED
from bot.errors import CannotTargetOwner, CannotTargetReeve, CannotTargetYourself
from cogs.moderation._obstacles import (
    AdministratorsTakeNoTimeout,
    ChannelGone,
    ModeratorGone,
    NobodyToKick,
    NotForThreads,
)
from database.models import FOLLOWED, NEVER_BEGUN, OVER_MEANWHILE, REPLACED, Language

GONE = "They are no longer in the server."
NEVER_SENT = "Discord did not answer for a day, so it was given up: use the command again."
CANNOT_TELL = "Discord did not say whether it happened, and its audit log shows nothing: look at the member."
TIME_OVER = "Its time was already over."
NO_CHANNEL = "The channel no longer exists."

FIXED: Mapping[Language, Mapping[str, str]] = {
    Language.GERMAN: {
        FOLLOWED: "Abgelöst durch Fall {number}.",
        REPLACED: "Durch eine spätere Maßnahme ersetzt.",
        NEVER_BEGUN: "Die Zeit war um, bevor es geschehen konnte.",
        OVER_MEANWHILE: "Die Zeit war um, bevor Discord es bestätigt hat.",
        GONE: "Nicht mehr auf dem Server.",
        NEVER_SENT: "Discord hat einen Tag lang nicht geantwortet, daher wurde es aufgegeben: "
        "benutze den Befehl noch einmal.",
        CANNOT_TELL: "Discord hat nicht gesagt, ob es geschah, und das Audit-Log zeigt nichts: "
        "sieh dir das Mitglied an.",
        TIME_OVER: "Die Zeit war schon um.",
        NO_CHANNEL: "Den Kanal gibt es nicht mehr.",
        str(AdministratorsTakeNoTimeout()): "Discord lässt niemanden einem Administrator eine Auszeit geben: "
        "nimm zuerst die Rolle weg, die dazu macht.",
        str(
            ModeratorGone()
        ): "Wer darum gebeten hat, ist nicht mehr auf dem Server: jemand anderes muss es tun.",
        str(NobodyToKick()): "Nicht auf diesem Server: es gibt niemanden hinauszuwerfen.",
        str(ChannelGone()): "Den Kanal gibt es nicht mehr, oder ich sehe ihn nicht: wähle einen anderen.",
        str(NotForThreads()): "Ein Thread hat keine eigenen Rechte: wähle den Kanal, in dem er ist.",
        str(CannotTargetYourself()): "Das kannst du nicht mit dir selbst tun: wähle jemand anderen.",
        str(CannotTargetReeve()): "Das kann ich nicht mit mir selbst tun: wähle jemand anderen.",
        str(
            CannotTargetOwner()
        ): "Das kann niemand mit dem Eigentümer des Servers tun: wähle jemand anderen.",
        DISCORD_HAS_NOT[10003]: "Den Kanal gibt es auf Discord nicht mehr.",
        DISCORD_HAS_NOT[10004]: "Den Server gibt es auf Discord nicht mehr.",
        DISCORD_HAS_NOT[10007]: "Nicht auf diesem Server.",
        DISCORD_HAS_NOT[10008]: "Die Nachricht gibt es auf Discord nicht mehr.",
        DISCORD_HAS_NOT[10011]: "Die Rolle gibt es auf Discord nicht mehr.",
        DISCORD_HAS_NOT[10013]: "Diese Person gibt es auf Discord nicht mehr.",
        DISCORD_HAS_NOT[10026]: "Diesen Bann gibt es auf Discord nicht mehr.",
        DISCORD_REFUSED[
            50001
        ]: "Ich sehe den Kanal nicht: gib der Rolle Reeve dort das Recht „Kanäle ansehen“.",
        DISCORD_REFUSED[50007]: "Diese Person nimmt keine Direktnachrichten an.",
        DISCORD_REFUSED[
            50013
        ]: "Discord hat mich nicht gelassen: gib der Rolle Reeve das fehlende Recht und schiebe "
        "sie über die Rollen, auf die sie wirken soll (Servereinstellungen, Rollen).",
    },
    Language.SPANISH: {
        FOLLOWED: "Seguido por el caso {number}.",
        REPLACED: "Reemplazado por una medida posterior.",
        NEVER_BEGUN: "Su tiempo terminó antes de que pudiera hacerse.",
        OVER_MEANWHILE: "Su tiempo terminó antes de que Discord lo confirmara.",
        GONE: "Ya no está en el servidor.",
        NEVER_SENT: "Discord no respondió durante un día, así que se abandonó: usa el comando otra vez.",
        CANNOT_TELL: "Discord no dijo si ocurrió, y su registro de auditoría no muestra nada: mira al miembro.",
        TIME_OVER: "Su tiempo ya había terminado.",
        NO_CHANNEL: "El canal ya no existe.",
        str(AdministratorsTakeNoTimeout()): "Discord no deja que nadie aísle a un administrador: "
        "quítale primero el rol que lo hace serlo.",
        str(ModeratorGone()): "Quien lo pidió ya no está en el servidor: tiene que hacerlo otra persona.",
        str(NobodyToKick()): "No está en este servidor: no hay nadie a quien expulsar.",
        str(ChannelGone()): "Ese canal ya no existe, o no puedo verlo: elige otro.",
        str(NotForThreads()): "Un hilo no tiene permisos propios: elige el canal en el que está.",
        str(CannotTargetYourself()): "No puedes hacerte eso a ti mismo: elige a otra persona.",
        str(CannotTargetReeve()): "No puedo hacerme eso a mí mismo: elige a otra persona.",
        str(CannotTargetOwner()): "Nadie puede hacerle eso al dueño del servidor: elige a otra persona.",
        DISCORD_HAS_NOT[10003]: "Ese canal ya no existe en Discord.",
        DISCORD_HAS_NOT[10004]: "Ese servidor ya no existe en Discord.",
        DISCORD_HAS_NOT[10007]: "No está en este servidor.",
        DISCORD_HAS_NOT[10008]: "Ese mensaje ya no existe en Discord.",
        DISCORD_HAS_NOT[10011]: "Ese rol ya no existe en Discord.",
        DISCORD_HAS_NOT[10013]: "Esa persona ya no existe en Discord.",
        DISCORD_HAS_NOT[10026]: "Ese baneo ya no existe en Discord.",
        DISCORD_REFUSED[50001]: "No puedo ver ese canal: da allí al rol Reeve el permiso «Ver canales».",
        DISCORD_REFUSED[50007]: "Esa persona no acepta mensajes directos.",
        DISCORD_REFUSED[
            50013
        ]: "Discord no me dejó: da al rol Reeve el permiso que falta y ponlo por encima de "
        "los roles sobre los que debe actuar (Ajustes del servidor, Roles).",
    },
}
"""By the English sentence that is kept."""

CODED: Mapping[Language, Mapping[str, str]] = {
    Language.ENGLISH: {
        "lacks": "Give the role Reeve {permissions} first.",
        "lacks_there": "Give the role Reeve {permissions} in {where} first.",
        "not_above": "Move the role Reeve above {role} first (Server Settings, Roles): "
        "Discord lets me act only on members below it.",
        "outranked": "Their highest role ({theirs}) is not below yours ({own}): ask somebody with a higher role.",
        "refused": "Discord refused that: {said}",
        "in_part": "{gone} of {wanted} messages are gone. {rest}",
        "roles_left": "Some roles were left as they are:{too_high}{managed}{missing}",
        "too_high": " move the role Reeve above {names} first.",
        "managed": " {names} belongs to Discord or to an app.",
        "missing_one": " One no longer exists.",
        "missing": " {count} no longer exist.",
    },
    Language.GERMAN: {
        "lacks": "Gib der Rolle Reeve zuerst {permissions}.",
        "lacks_there": "Gib der Rolle Reeve zuerst in {where} {permissions}.",
        "not_above": "Schiebe zuerst die Rolle Reeve über {role} (Servereinstellungen, Rollen): "
        "Discord lässt mich nur auf Mitglieder unter ihr wirken.",
        "outranked": "Ihre höchste Rolle ({theirs}) steht nicht unter deiner ({own}): "
        "bitte jemanden mit höherer Rolle.",
        "refused": "Discord hat das abgelehnt: {said}",
        "in_part": "{gone} von {wanted} Nachrichten sind weg. {rest}",
        "roles_left": "Einige Rollen blieben, wie sie sind:{too_high}{managed}{missing}",
        "too_high": " schiebe zuerst die Rolle Reeve über {names}.",
        "managed": " {names} gehört Discord oder einer App.",
        "missing_one": " Eine gibt es nicht mehr.",
        "missing": " {count} gibt es nicht mehr.",
    },
    Language.SPANISH: {
        "lacks": "Da primero al rol Reeve {permissions}.",
        "lacks_there": "Da primero al rol Reeve {permissions} en {where}.",
        "not_above": "Pon primero el rol Reeve por encima de {role} (Ajustes del servidor, Roles): "
        "Discord solo me deja actuar sobre miembros que estén por debajo.",
        "outranked": "Su rol más alto ({theirs}) no está por debajo del tuyo ({own}): pídeselo a alguien con un rol "
        "más alto.",
        "refused": "Discord lo rechazó: {said}",
        "in_part": "{gone} de {wanted} mensajes han desaparecido. {rest}",
        "roles_left": "Algunos roles quedaron como están:{too_high}{managed}{missing}",
        "too_high": " pon primero el rol Reeve por encima de {names}.",
        "managed": " {names} pertenece a Discord o a una aplicación.",
        "missing_one": " Uno ya no existe.",
        "missing": " {count} ya no existen.",
    },
}
PERMISSION = {Language.GERMAN: "das Recht", Language.SPANISH: "el permiso"}
PERMISSIONS = {Language.GERMAN: "die Rechte", Language.SPANISH: "los permisos"}
AND = {Language.GERMAN: "und", Language.SPANISH: "y"}
PERMISSION_NAMES: Mapping[Language, Mapping[str, str]] = {
    Language.GERMAN: {
        "ban_members": "Mitglieder bannen", "kick_members": "Mitglieder kicken",
        "moderate_members": "Timeout für Mitglieder", "manage_roles": "Rollen verwalten",
        "manage_channels": "Kanäle verwalten", "view_channel": "Kanäle ansehen",
        "manage_messages": "Nachrichten verwalten", "read_message_history": "Nachrichtenverlauf anzeigen",
        "manage_threads": "Threads verwalten", "send_messages": "Nachrichten senden",
        "send_messages_in_threads": "Nachrichten in Threads senden",
        "create_public_threads": "Öffentliche Threads erstellen",
        "create_private_threads": "Private Threads erstellen", "add_reactions": "Reaktionen hinzufügen",
    },
    Language.SPANISH: {
        "ban_members": "Banear a miembros", "kick_members": "Expulsar a miembros",
        "moderate_members": "Aislar temporalmente a miembros", "manage_roles": "Gestionar roles",
        "manage_channels": "Gestionar canales", "view_channel": "Ver canales",
        "manage_messages": "Gestionar mensajes", "read_message_history": "Leer el historial de mensajes",
        "manage_threads": "Gestionar hilos", "send_messages": "Enviar mensajes",
        "send_messages_in_threads": "Enviar mensajes en hilos", "create_public_threads": "Crear hilos públicos",
        "create_private_threads": "Crear hilos privados", "add_reactions": "Añadir reacciones",
    },
}  # fmt: skip
