"""What a case does to somebody's points, in the languages that a server can choose."""

from typing import NamedTuple

from database.models import Case, CaseState, FineState, Language


class FineWords(NamedTuple):
    """Templates. `short`: less was there than was asked for."""

    fine: str
    one: str
    many: str
    short: str
    held: str
    dropped: str
    returned: str
    frozen: str
    meanwhile: str
    thawed: str


ENGLISH = FineWords(
    fine="Fine", one="{points} point", many="{points} points", short="{taken} of {points} points: there were no more",
    held="{fine} (taken once it is done)", dropped="{fine} (not taken)", returned="{fine} (given back)",
    frozen="Points frozen", meanwhile="for as long as this stands",
    thawed="no longer by this: they move again, unless something else stops them",
)  # fmt: skip
GERMAN = FineWords(
    fine="Punktestrafe", one="{points} Punkt", many="{points} Punkte",
    short="{taken} von {points} Punkten: mehr war nicht da",
    held="{fine} (sobald es geschehen ist)", dropped="{fine} (nicht genommen)", returned="{fine} (zurückgegeben)",
    frozen="Punkte eingefroren", meanwhile="solange dies gilt",
    thawed="hierdurch nicht mehr: sie sind wieder frei, wenn nichts anderes sie sperrt",
)  # fmt: skip
SPANISH = FineWords(
    fine="Multa", one="{points} punto", many="{points} puntos", short="{taken} de {points} puntos: no había más",
    held="{fine} (cuando se haya hecho)", dropped="{fine} (no se cobró)", returned="{fine} (devuelta)",
    frozen="Puntos congelados", meanwhile="mientras esto siga en pie",
    thawed="ya no por esto: vuelven a moverse, si nada más lo impide",
)  # fmt: skip
FINE_WORDS = {Language.ENGLISH: ENGLISH, Language.GERMAN: GERMAN, Language.SPANISH: SPANISH}


def fine_in_words(case: Case, words: FineWords = ENGLISH) -> str | None:
    """As `20 of 50 points: there were no more (given back)`; None without a fine."""
    if case.fine_state is FineState.NONE:
        return None
    is_short = case.fined < case.fine and case.fine_state is not FineState.DROPPED
    template = words.short if is_short else words.one if case.fine == 1 else words.many
    fine = template.format(taken=f"{case.fined:,}", points=f"{case.fine:,}")
    ended = {
        FineState.HELD: words.held,
        FineState.DROPPED: words.dropped,
        FineState.RETURNED: words.returned,
    }
    return ended.get(case.fine_state, "{fine}").format(fine=fine)


def points_lines(case: Case, words: FineWords = ENGLISH) -> list[tuple[str, str]]:
    """What there is to be said of the target's points, each with its name."""
    lines = []
    if (fine := fine_in_words(case, words)) is not None:
        lines.append((words.fine, fine))
    if case.freezes_points:
        stands = case.state in (CaseState.PENDING, CaseState.ACTIVE)
        lines.append((words.frozen, words.meanwhile if stands else words.thawed))
    return lines


def points_sentences(case: Case) -> str:
    """For the answer to a moderator, each with a space before it."""
    return "".join(f" {name}: {said}." for name, said in points_lines(case))
