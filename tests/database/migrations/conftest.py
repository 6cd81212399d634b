"""A database whose tables may come and go, and chains of revisions that exist nowhere else."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from database.migrations import OURS, Chain

PROJECT = Path(__file__).resolve().parents[3]

REVISION = '''"""{sentence}"""
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {before!r}
{runs_with}

def upgrade():
    {upgrade}


def downgrade():
    {downgrade}
'''


MakeChain = Callable[..., Chain]


@pytest.fixture
def chain_of(tmp_path: Path) -> MakeChain:
    """Our revisions and made-up ones after them: `chain_of({"upgrade": ..., "downgrade": ...}, ...)`."""

    def made(*steps: dict[str, str], name: str = "chain") -> Chain:
        folder = tmp_path / name
        shutil.copytree(PROJECT / "alembic", folder, ignore=shutil.ignore_patterns("__pycache__"))
        before = OURS.head
        for number, step in enumerate(steps, start=1):
            revision = f"9{number:03}"
            facts = {
                "upgrade": "pass",
                "downgrade": "pass",
                "runs_with": "",
                "sentence": f"Step {number}.",
            } | step
            if facts["runs_with"]:
                facts["runs_with"] = f"runs_with = {facts['runs_with']!r}"
            file = folder / "versions" / f"{revision}_made_up.py"
            file.write_text(REVISION.format(revision=revision, before=before, **facts))
            before = revision
        return Chain(folder)

    return made
