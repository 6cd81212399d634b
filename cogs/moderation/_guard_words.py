"""What is said of a moderator who is paused, in the languages that a server can choose."""

from typing import NamedTuple

from database.models import Language


class GuardWords(NamedTuple):
    """Templates."""

    title: str
    text: str


ENGLISH = GuardWords(
    title="A moderator is paused",
    text="<@{moderator}> wanted to go beyond {most} kicks and bans within an hour. Through me they kick and ban nobody "
    "any more until an admin says `/config guard resume`. What they do by hand in Discord I cannot stop: look at their "
    "roles, and at `/case list moderator`.",
)
GERMAN = GuardWords(
    title="Ein Moderator ist angehalten",
    text="<@{moderator}> wollte über {most} Rauswürfe und Banne in einer Stunde hinaus. Über mich wirft er oder sie "
    "niemanden mehr hinaus, bis ein Admin `/config guard resume` sagt. Was von Hand in Discord geschieht, kann ich "
    "nicht aufhalten: sieh dir die Rollen an, und `/case list moderator`.",
)
SPANISH = GuardWords(
    title="Un moderador está en pausa",
    text="<@{moderator}> quiso pasar de {most} expulsiones y baneos en una hora. A través de mí no expulsa ni banea a "
    "nadie más hasta que un administrador diga `/config guard resume`. Lo que haga a mano en Discord no puedo "
    "impedirlo: mira sus roles y `/case list moderator`.",
)
GUARD_WORDS = {Language.ENGLISH: ENGLISH, Language.GERMAN: GERMAN, Language.SPANISH: SPANISH}
