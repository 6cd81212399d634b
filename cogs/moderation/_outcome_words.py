"""How a case came out: kept as a code with its facts, or as a fixed English sentence; read in the server's language."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.errors import TargetOutranksModerator, the_permissions
from bot.outcomes import Refused
from cogs.moderation._obstacles import ReeveLacks, ReeveNotAbove
from cogs.moderation._outcome_tables import (
    AND,
    CODED,
    FIXED,
    PERMISSION,
    PERMISSION_NAMES,
    PERMISSIONS,
)
from database.errors import ActionRefused
from database.models import FOLLOWED, Language

NUMBER = "{number}"
FOLLOWED_BY = re.compile(re.escape(FOLLOWED).replace(re.escape(NUMBER), "([0-9]+)"))
LONGEST_FACT = 150
LONGEST_KEPT = 500
"""Characters, as the database has them."""


def kept(code: str, **facts: Any) -> str:
    """For `outcome_in` to read. Facts are texts, numbers, names of discord.py's permissions, or outcomes."""
    text = json.dumps(
        {"code": code} | {name: _fact(each) for name, each in facts.items()}, ensure_ascii=False
    )
    return text if len(text) <= LONGEST_KEPT else in_english(text)[:LONGEST_KEPT]


def refusal_kept(refusal: ActionRefused) -> str:
    """A refusal with facts as its code; any other is its own sentence."""
    match refusal:
        case ReeveLacks(permissions=permissions, where=where):
            return kept("lacks_there" if where else "lacks", permissions=list(permissions), where=where)
        case ReeveNotAbove(role=role):
            return kept("not_above", role=role)
        case TargetOutranksModerator(target_role=theirs, moderator_role=own):
            return kept("outranked", theirs=theirs, own=own)
    return str(refusal)


def refused_kept(refused: Refused) -> str:
    """Likewise of what Discord refused."""
    return refused.reason if refused.said is None else kept("refused", said=refused.said)


def outcome_in(language: Language, trouble: str) -> str:
    """What is of no table (Discord's own words, what an older Reeve kept) stays as it was kept."""
    if (facts := _facts(trouble)) is not None:
        return _worded(language, facts)
    match = FOLLOWED_BY.fullmatch(trouble)
    sentence = FOLLOWED if match else trouble
    return FIXED.get(language, {}).get(sentence, sentence).replace(NUMBER, match[1] if match else NUMBER)


def in_english(trouble: str | None) -> str:
    """For answers and exports; nothing where there was no trouble."""
    return outcome_in(Language.ENGLISH, trouble) if trouble else ""


def _fact(given: Any) -> Any:
    """An outcome among the facts is kept as what it is made of."""
    if not isinstance(given, str):
        return given
    return _facts(given) or given[:LONGEST_FACT]


def _facts(trouble: str) -> Mapping[str, Any] | None:
    if not trouble.startswith("{"):
        return None
    try:
        facts = json.loads(trouble)
    except ValueError:
        return None
    return facts if facts.get("code") in CODED[Language.ENGLISH] else None


def _worded(language: Language, facts: Mapping[str, Any]) -> str:
    words = {}
    for name, fact in facts.items():
        if name == "permissions":
            words[name] = _permissions(language, fact)
        elif isinstance(fact, Mapping):
            words[name] = _worded(language, fact)
        else:
            words[name] = outcome_in(language, fact) if name == "rest" else str(fact)
    return CODED[language][facts["code"]].format_map(words)


def _permissions(language: Language, names: Sequence[str]) -> str:
    """As `the permissions Manage Channels and Manage Roles`; one without a name here keeps Discord's English one."""
    if language is Language.ENGLISH:
        return the_permissions(names)
    spelled = [PERMISSION_NAMES[language].get(name, the_permissions([name]).removeprefix("the permission "))
               for name in names]  # fmt: skip
    quoted = [f"„{each}“" if language is Language.GERMAN else f"«{each}»" for each in spelled]
    listed = f" {AND[language]} ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
    return f"{(PERMISSION if len(names) == 1 else PERMISSIONS)[language]} {listed}"
